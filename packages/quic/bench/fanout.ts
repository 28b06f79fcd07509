/**
 * What fan-out costs: one source, many subscribers, a stream per group and subscriber. Prints the CPU time of the serving
 * process per delivered gigabit, and the share of its JavaScript thread.
 *
 *     node bench/fanout.ts [subscribers=400] [rate=30] [size=4096] [seconds=10] [threads=1]
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { BidiEvents, Connection, SendEvents } from "@moq-relay/protocol/transport";
import { dial, Engine, listen } from "../src/index.ts";
import { TestAuthority } from "../src/testing/certificates.ts";

interface Settings {
  readonly subscribers: number;
  readonly rate: number;
  readonly size: number;
  readonly seconds: number;
  readonly threads: number;
}

const FRAMES_PER_GROUP = 60;
const nothing = () => {};
const silent: SendEvents & BidiEvents = {
  onData: nothing,
  onFin: nothing,
  onReset: nothing,
  onStopped: nothing,
  onPressure: nothing,
  onDrained: nothing,
  onOverflow: () => console.log("overflow"),
  onDelivered: nothing,
};

function readSettings(): Settings {
  const given = Object.fromEntries(process.argv.slice(2).map((argument) => argument.split("=")));
  const number = (name: string, usual: number) => Number(given[name] ?? usual);
  return {
    subscribers: number("subscribers", 400),
    rate: number("rate", 30),
    size: number("size", 4096),
    seconds: number("seconds", 10),
    threads: number("threads", 1),
  };
}

/** Sends frames to all connections for a while and returns how many. */
async function publish(connections: readonly Connection[], { rate, size, seconds }: Settings): Promise<number> {
  const carrier = (connections[0] as Connection).carrier;
  const handles = Uint32Array.from(connections, ({ handle }) => handle);
  const ends = new Uint32Array(handles.length);
  const streams = new Uint32Array(handles.length);
  const frame = new Uint8Array(size);
  const frames = rate * seconds;
  const start = performance.now();
  for (let sent = 0; sent < frames; sent++) {
    if (sent % FRAMES_PER_GROUP === 0) {
      const priorities = new Int32Array(handles.length).fill(sent / FRAMES_PER_GROUP);
      carrier.openUni(handles, new Uint8Array(), ends, priorities, silent, streams);
    }
    carrier.write(streams, frame);
    if (sent % FRAMES_PER_GROUP === FRAMES_PER_GROUP - 1) carrier.finish(streams);
    await delay(Math.max(0, start + ((sent + 1) / rate) * 1000 - performance.now()));
  }
  return frames;
}

async function serve(settings: Settings): Promise<void> {
  const authority = await TestAuthority.create();
  const engine = new Engine({ threads: settings.threads });
  const connections: Connection[] = [];
  const { promise: complete, resolve } = Promise.withResolvers<void>();
  const listener = listen({
    address: "127.0.0.1:0",
    certificates: [await authority.issue()],
    alpns: ["bench"],
    engine,
    onRequest: (request) =>
      request.accept("bench", (connection) => {
        connections.push(connection);
        if (connections.length === settings.subscribers) resolve();
        return { onUni: () => silent, onBidi: () => silent, onDatagram: nothing, onClosed: nothing };
      }),
  });
  const child = fork(fileURLToPath(import.meta.url), [], {
    env: {
      ...process.env,
      TARGET: `127.0.0.1:${listener.port}`,
      CA: authority.pem,
      COUNT: String(settings.subscribers),
    },
  });
  await complete;
  await delay(500);
  const [cpu, thread, start] = [process.cpuUsage(), process.threadCpuUsage(), performance.now()];
  const frames = await publish(connections, settings);
  const { user, system } = process.cpuUsage(cpu);
  const own = process.threadCpuUsage(thread);
  const seconds = (performance.now() - start) / 1000;
  await delay(500);
  child.send("report");
  const [delivered] = (await once(child, "message")) as [number];
  const gigabits = (delivered * 8) / 1e9;
  const wanted = frames * settings.subscribers * settings.size;
  console.log(
    `${settings.subscribers} × ${settings.rate}/s × ${settings.size} B, ${settings.threads} thread(s): ` +
      `${((user + system) / 1e6 / gigabits).toFixed(2)} CPU s per Gbit, ` +
      `${((100 * (own.user + own.system)) / (user + system)).toFixed(0)} % of it JavaScript's thread, ` +
      `${(gigabits / seconds).toFixed(2)} Gbit/s, ${((100 * delivered) / wanted).toFixed(2)} % delivered`,
  );
  child.kill();
  engine.close();
  listener.close();
}

function subscribe(target: string, ca: string, count: number): void {
  const engine = new Engine();
  let bytes = 0;
  const counting = { ...silent, onData: (data: Uint8Array) => (bytes += data.length) };
  for (let i = 0; i < count; i++) {
    dial(
      target,
      { protocols: ["bench"], ca, engine },
      {
        onConnection: () => ({
          onUni: () => counting,
          onBidi: () => silent,
          onDatagram: nothing,
          onClosed: nothing,
        }),
        onFailed: (reason) => console.error(reason),
      },
    );
  }
  process.on("message", () => process.send?.(bytes));
}

const { TARGET, CA, COUNT } = process.env;
if (TARGET !== undefined && process.send !== undefined) subscribe(TARGET, CA ?? "", Number(COUNT));
else await serve(readSettings());
