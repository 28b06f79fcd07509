/**
 * A publisher or a subscriber on one of the @moq/net packages, as a process of its own: the packages choose their binding
 * by what the global scope has. Settings come in the first argument, events go to standard output, a line of JSON each. The
 * line "stop" on standard input ends it: a publisher after its group.
 */
import { createInterface } from "node:readline";
import type * as Net from "@moq/net";
import { FrameLedger } from "../frames/frame-ledger.ts";
import { encodeFrame, wallClock } from "../frames/numbered-frame.ts";
import type { Feed, NpmClientEvent, NpmClientSettings } from "./npm-client-settings.ts";

const settings = JSON.parse(process.argv[2] ?? "{}") as NpmClientSettings;
const stopped = new Promise<void>((resolve) => {
  const input = createInterface({ input: process.stdin });
  input.on("line", (line) => line === "stop" && resolve());
  input.on("close", resolve);
});

quietConsole();
const net = (await import(settings.module)) as typeof Net;
try {
  const session = await connect();
  if (settings.role === "publish") await publish(session, settings.feed as Feed);
  else await subscribe(session);
  session.close();
  process.exit(0);
} catch (error) {
  tell({ event: "error", message: (error as Error).stack ?? String(error) });
  process.exit(1);
}

/** Dials with nothing but the binding that was asked for. */
async function connect(): Promise<Net.Connection.Established> {
  if (settings.binding === "webtransport") {
    const { WebTransport } = (await import("@moq-relay/quic")) as { WebTransport: unknown };
    Object.assign(globalThis, { WebTransport });
  }
  const began = performance.now();
  const websocket = { enabled: settings.binding === "websocket" };
  const session = await net.Connection.connect(new URL(settings.url), { websocket });
  const ms = performance.now() - began;
  tell({ event: "connected", version: session.version, transport: session.transport, ms });
  return session;
}

async function publish(session: Net.Connection.Established, feed: Feed): Promise<void> {
  const broadcast = new net.Broadcast.Producer();
  const track = broadcast.createTrack(settings.track);
  session.publish(net.Path.from(settings.broadcast), broadcast);
  tell({ event: "publishing" });
  let stop = false;
  const stopping = stopped.then(() => {
    stop = true;
  });
  const began = performance.now();
  let sent = 0;
  let group = track.appendGroup();
  const last = await new Promise<number>((resolve) => {
    const timer = setInterval(() => {
      // A late timer catches up, so that the rate holds.
      while (sent < ((performance.now() - began) / 1000) * feed.frameRate) {
        const index = sent % feed.groupSize;
        if (index === 0 && sent > 0) {
          group.close();
          if (stop) {
            clearInterval(timer);
            resolve(group.sequence);
            return;
          }
          group = track.appendGroup();
        }
        const frame = { ...feed, group: group.sequence, index, sentAt: wallClock() };
        group.writeFrame({ payload: encodeFrame(frame, feed.frameSize), timestamp: net.Time.Timestamp.now() });
        sent += 1;
      }
    }, 1000 / feed.frameRate);
  });
  await stopping;
  tell({ event: "published", lastGroup: last });
  // The parent lets the readers finish, then ends the input.
  await new Promise<void>((resolve) => process.stdin.once("close", resolve));
}

/** Follows the broadcast through its instances until it is told to stop. */
async function subscribe(session: Net.Connection.Established): Promise<void> {
  const ledger = new FrameLedger();
  const began = performance.now();
  const handle = session.announcedBroadcast(net.Path.from(settings.broadcast));
  const active: Net.Signals.Getter<Net.Broadcast.Consumer | undefined> = handle.active;
  active.subscribe(follow);
  if (active.peek() !== undefined) follow(active.peek());
  await stopped;
  handle.close();

  function follow(broadcast: Net.Broadcast.Consumer | undefined): void {
    tell({ event: "announced", active: broadcast !== undefined, ms: performance.now() - began });
    if (broadcast === undefined) return;
    readTrack(broadcast.track(settings.track).subscribe(), ledger).catch((error: Error) => {
      tell({ event: "error", message: `track: ${error.message}` });
    });
  }
}

async function readTrack(track: Net.Track.Subscriber, ledger: FrameLedger): Promise<void> {
  const began = performance.now();
  let first = true;
  const onFrame = (latency: number) => {
    if (first) tell({ event: "first-frame", ms: performance.now() - began, latency });
    first = false;
  };
  for (let group = await track.recvGroup(); group !== undefined; group = await track.recvGroup()) {
    const { sequence } = group;
    readGroup(group, ledger, onFrame).catch((error: Error) => {
      tell({ event: "error", message: `group ${sequence}: ${error.message}` });
    });
  }
}

async function readGroup(
  group: Net.Group.Consumer,
  ledger: FrameLedger,
  onFrame: (latency: number) => void,
): Promise<void> {
  const latencies: number[] = [];
  let instance = 0;
  for (let frame = await group.readFrame(); frame !== undefined; frame = await group.readFrame()) {
    const seen = ledger.record(frame.payload, group.sequence);
    if (seen === undefined) continue;
    instance = seen.instance;
    latencies.push(wallClock() - seen.sentAt);
    onFrame(latencies.at(-1) ?? 0);
  }
  const summary = ledger.summary(instance);
  if (summary === undefined) return;
  latencies.sort((a, b) => a - b);
  const latency = latencies[latencies.length >> 1] ?? 0;
  tell({ event: "progress", ledger: summary, altered: ledger.altered, latency });
}

function tell(event: NpmClientEvent): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

/** The packages write to the console, and standard output is taken. */
function quietConsole(): void {
  for (const method of ["log", "info", "debug"] as const) console[method] = () => {};
  console.warn = console.error;
}
