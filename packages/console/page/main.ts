/**
 * One page with a publisher at one node and a player at another. Either half is left out when the URL names a node for
 * the other only; the other settings are in `settings.ts`.
 */
import { describeWay, nodesForm } from "./nodes-form.ts";
import { playerPanel } from "./player.ts";
import { publisherPanel } from "./publisher.ts";
import { readSettings, type Settings, type TransportChoice, withTransport } from "./settings.ts";
import { forcePage } from "./transport.ts";

const TRANSPORT_NAMES: Record<TransportChoice, string> = {
  auto: "fastest",
  webtransport: "WebTransport",
  websocket: "WebSocket",
};

const settings = readSettings(new URL(location.href));
forcePage(settings.transport);
showPanels(settings);
showTransports(settings);

function showPanels(settings: Settings): void {
  const panels = document.querySelector("#panels");
  document.querySelector("#nodes")?.append(nodesForm(settings));
  if (settings.publish !== undefined) panels?.append(publisherPanel(settings, settings.publish).element);
  if (settings.watch !== undefined) panels?.append(playerPanel(settings, settings.watch).element);
  if (panels?.childElementCount === 0) {
    panels.textContent = "Name a relay above to publish at, one to watch at, or both.";
  }
  const way = document.querySelector("#way");
  if (way !== null) way.textContent = describeWay(settings);
}

function showTransports(settings: Settings): void {
  const nav = document.querySelector("#transports");
  for (const [choice, name] of Object.entries(TRANSPORT_NAMES) as [TransportChoice, string][]) {
    const link = document.createElement("a");
    link.href = withTransport(new URL(location.href), choice).href;
    link.textContent = name;
    if (choice === settings.transport) link.setAttribute("aria-current", "true");
    nav?.append(link);
  }
}
