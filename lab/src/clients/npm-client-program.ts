/**
 * A publisher, a subscriber or a visitor on one of the @moq/net packages, as a process of its own: the packages choose their binding
 * by what the global scope has. Settings come in the first argument, events go to standard output, a line of JSON each. The
 * line "stop" on standard input ends it: a publisher after its group.
 */
import { createInterface } from "node:readline";
import type * as Net from "@moq/net";
import { FrameLedger } from "../frames/frame-ledger.ts";
import { wallClock } from "../frames/numbered-frame.ts";
import { FeedPump } from "./feed-pump.ts";
import type { Feed, NpmClientNews, NpmClientSettings } from "./npm-client-settings.ts";
import { type Dialled, dialled, reload } from "./npm-reload.ts";
import { ask, list } from "./npm-visit.ts";

const settings = JSON.parse(process.argv[2] ?? "{}") as NpmClientSettings;
const stopped = new Promise<void>((resolve) => {
  const input = createInterface({ input: process.stdin });
  input.on("line", (line) => line === "stop" && resolve());
  input.on("close", resolve);
});

quietConsole();
const net = (await import(settings.module)) as typeof Net;
try {
  if (settings.binding === "webtransport") {
    const { WebTransport } = await import("@moq-relay/quic");
    Object.assign(globalThis, { WebTransport });
  }
  // Nothing but the binding that was asked for.
  const websocket = { enabled: settings.binding === "websocket" };
  if (settings.others === undefined) await stay(websocket);
  else await play(reload(net, [settings.url, ...settings.others], websocket, connected));
  process.exit(0);
} catch (error) {
  tell({ event: "error", message: (error as Error).stack ?? String(error) });
  process.exit(1);
}

/** One session, for as long as it lasts. */
async function stay(websocket: { enabled: boolean }): Promise<void> {
  const session = await net.Connection.connect(new URL(settings.url), { websocket });
  connected(session);
  const path = net.Path.from(settings.broadcast);
  if (settings.role === "list") list(session, path, tell);
  else if (settings.role === "ask") await ask(session, path, settings.track, tell);
  else return play(dialled(session));
  await stopped;
  session.close();
}

async function play(session: Dialled): Promise<void> {
  if (settings.role === "publish") await publish(session, settings.feed as Feed);
  else await subscribe(session);
  session.close();
}

function connected({ version, transport, url }: Net.Connection.Established): void {
  tell({ event: "connected", version, transport, url: url.href });
}

/** To each session another instance of the broadcast, which has a frame from the first. */
async function publish(session: Dialled, feed: Feed): Promise<void> {
  let pump: FeedPump | undefined;
  let { instance } = feed;
  session.publish(net.Path.from(settings.broadcast), () => {
    const broadcast = new net.Broadcast.Producer();
    const track = broadcast.createTrack(settings.track);
    pump = new FeedPump(track, { ...feed, instance }, () => net.Time.Timestamp.now());
    pump.fill();
    instance += 1;
    return broadcast;
  });
  tell({ event: "publishing" });
  const timer = setInterval(() => session.connected() && pump?.fill(), 1000 / feed.frameRate);
  await stopped;
  const lastGroup = (await pump?.finish()) ?? -1;
  clearInterval(timer);
  tell({ event: "published", lastGroup });
  // The session stays until the parent has seen its readers finish.
  await new Promise<void>((resolve) => process.stdin.once("close", resolve));
}

/** Follows the broadcast through its instances until it is told to stop. */
async function subscribe(session: Dialled): Promise<void> {
  const ledger = new FrameLedger();
  const handle = session.announcedBroadcast(net.Path.from(settings.broadcast));
  const active: Net.Signals.Getter<Net.Broadcast.Consumer | undefined> = handle.active;
  active.subscribe(follow);
  if (active.peek() !== undefined) follow(active.peek());
  tell({ event: "waiting" });
  await stopped;
  handle.close();

  function follow(broadcast: Net.Broadcast.Consumer | undefined): void {
    tell({ event: "announced", active: broadcast !== undefined });
    if (broadcast === undefined) return;
    readTrack(broadcast.track(settings.track).subscribe(), ledger).catch((error: Error) => {
      tell({ event: "error", message: `track: ${error.message}` });
    });
  }
}

async function readTrack(track: Net.Track.Subscriber, ledger: FrameLedger): Promise<void> {
  let first = true;
  const onFrame = () => {
    if (first) tell({ event: "first-frame" });
    first = false;
  };
  for (let group = await track.recvGroup(); group !== undefined; group = await track.recvGroup()) {
    const { sequence } = group;
    readGroup(group, ledger, onFrame).catch((error: Error) => {
      tell({ event: "error", message: `group ${sequence}: ${error.message}` });
    });
  }
}

async function readGroup(group: Net.Group.Consumer, ledger: FrameLedger, onFrame: () => void): Promise<void> {
  const latencies: number[] = [];
  let instance = 0;
  for (let frame = await group.readFrame(); frame !== undefined; frame = await group.readFrame()) {
    const seen = ledger.record(frame.payload, group.sequence);
    if (seen === undefined) continue;
    instance = seen.instance;
    latencies.push(wallClock() - seen.sentAt);
    onFrame();
  }
  const summary = ledger.summary(instance);
  if (summary === undefined) return;
  latencies.sort((a, b) => a - b);
  const latency = latencies[latencies.length >> 1] ?? 0;
  tell({ event: "progress", ledger: summary, altered: ledger.altered, latency });
}

function tell(news: NpmClientNews): void {
  process.stdout.write(`${JSON.stringify({ ...news, at: wallClock() })}\n`);
}

/** The packages write to the console, and standard output is taken. */
function quietConsole(): void {
  for (const method of ["log", "info", "debug"] as const) console[method] = () => {};
  console.warn = console.error;
}
