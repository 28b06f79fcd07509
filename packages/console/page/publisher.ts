import type MoqPublish from "@moq/publish/element";
import "@moq/publish/element";
import { switchButton } from "./controls.ts";
import { Panel } from "./panel.ts";
import { Absence, RETRY } from "./reach.ts";
import { type Settings, shortAddress } from "./settings.ts";
import { openMicrophone, openSource } from "./source.ts";
import { describeTransport, forceConnection } from "./transport.ts";

/** What this page adds to the catalog, so that a player knows how old a picture is. */
export interface ClockSection {
  /** Milliseconds since 1970 at which the publisher's media timestamps are 0. */
  readonly timeOrigin: number;
}

/** Publishes the camera, or the test picture, at the node `url`. */
export function publisherPanel(settings: Settings, url: URL): Panel {
  const element = document.createElement("moq-publish") as MoqPublish;
  const picture = document.createElement("video");
  picture.className = "picture";
  picture.muted = true;
  picture.autoplay = true;
  picture.playsInline = true;
  element.append(picture);
  const panel = new Panel("publisher", "Publisher", element, ["node", "transport", "version", "source"]);
  panel.show("node", shortAddress(url));
  forceConnection(settings.transport, element.connection);
  element.connection.delay = RETRY;
  element.muted = true;
  element.name = settings.name;
  const clock: ClockSection = { timeOrigin: performance.timeOrigin };
  panel.element.dataset.timeOrigin = String(clock.timeOrigin);
  element.broadcast.catalog.mutate((catalog) => Object.assign(catalog, { clock }));
  element.url = url;
  watchConnection(panel, element, settings, url);
  addControls(panel, element, url);
  openSource(settings).then(
    (source) => {
      panel.show("source", source.label);
      element.broadcast.video.source.set(source.track as never);
    },
    (error: Error) => {
      panel.show("source", error.message);
      panel.state = "failed";
    },
  );
  return panel;
}

function addControls(panel: Panel, element: MoqPublish, url: URL): void {
  panel.control(
    switchButton({
      on: true,
      labels: { on: "Publish", off: "Stop" },
      change: (on) => {
        element.url = on ? url : undefined;
      },
    }),
  );
  let microphone: MediaStreamTrack | undefined;
  panel.control(
    switchButton({
      on: false,
      labels: { on: "Microphone on", off: "Microphone off" },
      change: async (on) => {
        microphone?.stop();
        microphone = on ? await openMicrophone() : undefined;
        element.broadcast.audio.source.set(microphone as never);
        element.muted = !on;
      },
    }),
  );
}

/** Waits this long before dialling anew after a relay has said goodbye, milliseconds. */
const AGAIN = 500;

/** The publisher's client dials again when a connection was lost, but not when the relay has closed it. */
function dialAgain(element: MoqPublish, closed: Promise<unknown>, url: URL): void {
  const dial = (): void => {
    if (element.connection.established.peek() === undefined || element.url === undefined) return;
    element.connection.enabled.set(false);
    setTimeout(() => element.connection.enabled.set(element.url?.href === url.href), AGAIN);
  };
  closed.then(dial, dial);
}

function watchConnection(panel: Panel, element: MoqPublish, settings: Settings, url: URL): void {
  const absence = new Absence(panel, url);
  element.signals.run((effect) => {
    const session = effect.get(element.connection.established);
    const source = effect.get(element.broadcast.video.source);
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
    dialAgain(element, session.closed, url);
    panel.state = source === undefined ? "waiting" : "live";
    panel.show("transport", describeTransport(settings.transport, session));
    panel.show("version", session.version);
  });
}
