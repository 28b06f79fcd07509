import { type Settings, shortAddress } from "./settings.ts";

/** The form that opens this page with other nodes or another name: what is submitted becomes the page's query. */
export function nodesForm(settings: Settings): HTMLFormElement {
  const form = document.createElement("form");
  form.className = "nodes";
  form.append(
    field("publish", "Publish at", settings.publish === undefined ? "" : shortAddress(settings.publish)),
    field("watch", "Watch at", settings.watch === undefined ? "" : shortAddress(settings.watch)),
    field("name", "Broadcast", settings.name),
  );
  const button = document.createElement("button");
  button.textContent = "Open";
  form.append(button);
  return form;
}

/** The way of the pictures in one line, from the camera to the player. */
export function describeWay({ publish, watch }: Settings): string {
  const nodes = [publish, watch].filter((url) => url !== undefined).map((url) => url.host);
  const relays = [...new Set(nodes)].map((host) => `relay ${host}`);
  const way = [...(publish ? ["this camera"] : []), ...relays, ...(watch ? ["this player"] : [])];
  return way.join(" → ");
}

function field(name: string, label: string, value: string): HTMLLabelElement {
  const element = document.createElement("label");
  const input = document.createElement("input");
  input.name = name;
  input.value = value;
  input.spellcheck = false;
  if (name !== "name") input.placeholder = "127.0.0.1:4444";
  element.append(label, input);
  return element;
}
