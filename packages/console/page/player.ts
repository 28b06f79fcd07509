import type MoqWatch from "@moq/watch/element";
import "@moq/watch/element";
import { switchButton } from "./controls.ts";
import { Panel } from "./panel.ts";
import type { ClockSection } from "./publisher.ts";
import { Absence, RETRY } from "./reach.ts";
import { type Settings, shortAddress } from "./settings.ts";
import { describeTransport, forceConnection } from "./transport.ts";

/** Plays the broadcast from the node `url`. */
export function playerPanel(settings: Settings, url: URL): Panel {
  const element = document.createElement("moq-watch") as MoqWatch;
  const picture = document.createElement("canvas");
  picture.className = "picture";
  element.append(picture);
  const panel = new Panel("player", "Player", element, ["node", "transport", "version", "latency", "pictures"]);
  panel.show("node", shortAddress(url));
  forceConnection(settings.transport, element.connection);
  element.connection.delay = RETRY;
  element.muted = true;
  // A page in the background keeps playing: it may be the only place where somebody looks for the pictures.
  element.visible = "always";
  element.name = settings.name;
  const dialled = performance.now();
  element.url = url;
  watchConnection(panel, element, settings, url);
  addControls(panel, element, url);
  watchPictures(panel, element, dialled);
  return panel;
}

function addControls(panel: Panel, element: MoqWatch, url: URL): void {
  panel.control(
    switchButton({
      on: true,
      labels: { on: "Watch", off: "Stop" },
      change: (on) => {
        element.url = on ? url : undefined;
      },
    }),
  );
  // A browser plays no sound before somebody has pressed something: it begins without.
  panel.control(
    switchButton({
      on: false,
      labels: { on: "Sound on", off: "Sound off" },
      change: (on) => {
        element.muted = !on;
      },
    }),
  );
}

function watchConnection(panel: Panel, element: MoqWatch, settings: Settings, url: URL): void {
  const absence = new Absence(panel, url);
  element.signals.run((effect) => {
    const session = effect.get(element.connection.established);
    if (effect.get(element.connection.url) === undefined) {
      absence.end();
      panel.state = "stopped";
      return;
    }
    if (session === undefined) {
      absence.show(effect.get(element.connection.status));
      return;
    }
    absence.end();
    const live = effect.get(element.broadcast.out.status) === "live";
    panel.state = live ? "live" : "waiting";
    if (!live) panel.explain(`nobody publishes ${settings.name} yet`);
    panel.show("transport", describeTransport(settings.transport, session));
    panel.show("version", session.version);
  });
}

/** Counts pictures, and tells the time from dialling to the first one and the age of the latest one. */
function watchPictures(panel: Panel, element: MoqWatch, dialled: number): void {
  let pictures = 0;
  let shown = 0;
  element.signals.run((effect) => {
    if (effect.get(element.renderer.out.frame) === undefined) return;
    const now = performance.now();
    pictures += 1;
    if (pictures === 1) panel.element.dataset.firstPictureMs = (now - dialled).toFixed(1);
    if (now - shown < 250) return;
    shown = now;
    panel.show("pictures", String(pictures));
    const clock = element.catalog?.clock as ClockSection | undefined;
    if (clock !== undefined) panel.element.dataset.timeOrigin = String(clock.timeOrigin);
    panel.show("latency", describeLatency(element, clock));
  });
}

function describeLatency(element: MoqWatch, clock: ClockSection | undefined): string {
  const timestamp = element.renderer.out.timestamp.peek();
  if (timestamp === undefined || clock === undefined) return "unknown";
  return `about ${Math.round(performance.timeOrigin + performance.now() - clock.timeOrigin - timestamp)} ms`;
}
