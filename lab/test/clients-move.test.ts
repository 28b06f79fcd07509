/**
 * Clients at a relay that dies go on at another: with `@moq/net` by a list, the next one of which `Connection.Reload` is given,
 * with the reference client by one name, behind which another relay stands.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { NpmPublisher, NpmSubscriber } from "../src/clients/npm-client.ts";
import type { ClientBinding, Feed } from "../src/clients/npm-client-settings.ts";
import { ReconnectingReference, referenceMissing } from "../src/clients/reference-client.ts";
import { UdpProxy } from "../src/net/udp-proxy.ts";
import { ourRelay } from "../src/process/our-relay.ts";
import { quicMissing } from "../src/process/quic-addon.ts";
import { startThreeNodes, type ThreeNodes } from "../src/process/three-nodes.ts";
import { until } from "../src/process/wait.ts";

/** One group a second. */
const FEED: Feed = { instance: 1, frameRate: 30, groupSize: 30, frameSize: 1024 };
/** A client that is on QUIC learns of a death by the silence of its own idle timeout, milliseconds. */
const SILENCE = 60_000;
const MODULE = "@moq/net";

/** A publisher and a subscriber, one at the entry node, which dies, the other at the exit node. */
interface Flow {
  readonly name: string;
  /** Frames come. */
  began(): Promise<unknown>;
  /** The death is now: what came so far does not count. */
  mark(): void;
  /** Whole groups come from elsewhere that were written after the death, none altered. */
  goesOn(): Promise<void>;
  stop(): Promise<unknown>;
}

/** A publisher and a subscriber of the package, one of which is at the relay that dies and has a list. */
function npmFlow({ entry, exit }: ThreeNodes, binding: ClientBinding, moving: "publisher" | "subscriber"): Flow {
  const settings = { module: MODULE, binding, broadcast: `moves/${binding}/${moving}`, track: "frames" };
  const listed = { ...settings, url: entry.httpUrl, others: [exit.httpUrl] };
  const stays = { ...settings, url: exit.httpUrl };
  const publisher = new NpmPublisher(moving === "publisher" ? listed : stays, FEED);
  const subscriber = new NpmSubscriber(moving === "subscriber" ? listed : stays);
  let last = 0;
  return {
    name: `${MODULE} over ${binding}, the ${moving} moves`,
    began: () => subscriber.reaches(1, 2),
    mark: () => {
      last = subscriber.progress.get(1)?.ledger.lastGroup ?? 0;
    },
    goesOn: async () => {
      const who = moving === "publisher" ? publisher : subscriber;
      await who.told("connected", ({ url }) => url.startsWith(exit.httpUrl), SILENCE);
      // A publisher begins its broadcast anew with its next session. Of another: the group under way at the death, and more.
      const [instance, group] = moving === "publisher" ? [2, 2] : [1, last + 4];
      const { altered } = await subscriber.reaches(instance, group, SILENCE);
      assert.equal(altered, 0);
    },
    stop: () => Promise.all([publisher.kill(), subscriber.kill()]),
  };
}

/** The same with the reference client, whose one address is `url`. */
function referenceFlow({ exit }: ThreeNodes, url: string, moving: "publisher" | "subscriber"): Flow {
  const path = `moves/reference/${moving}`;
  const publisher = new ReconnectingReference("publish", moving === "publisher" ? url : exit.httpsUrl, path);
  const subscriber = new ReconnectingReference("subscribe", moving === "subscriber" ? url : exit.httpsUrl, path);
  const both = [publisher, subscriber];
  const told = () => both.map(({ program }) => `${program.name}\n${program.lines.slice(-15).join("\n")}`).join("\n");
  const reaches = async (group: number, timeout?: number) => {
    const what = `group ${group} at ${subscriber.program.name}`;
    await until(what, () => subscriber.groups.some((one) => one >= group), timeout).catch((cause: Error) => {
      throw new Error(`${cause.message}\n${told()}`, { cause });
    });
  };
  let last = 0;
  return {
    name: `the reference client, the ${moving} moves`,
    began: () => reaches(2),
    mark: () => {
      last = Math.max(...subscriber.groups);
    },
    goesOn: async () => {
      await reaches(last + 4, SILENCE);
      assert.equal(subscriber.altered, 0);
      assert.equal((moving === "publisher" ? publisher : subscriber).sessions >= 2, true, told());
    },
    stop: () => Promise.all(both.map(({ program }) => program.stop("SIGKILL"))),
  };
}

describe("clients at a relay that dies", { skip: quicMissing() ?? false }, () => {
  for (const signal of ["SIGKILL", "SIGTERM"] as const) {
    test(`go on at another one after ${signal}`, { timeout: 180_000 }, async (context) => {
      const cluster = await startThreeNodes(ourRelay);
      context.after(() => cluster.stop());
      await using name = await UdpProxy.open({ target: cluster.entry.port, seed: 1 });
      const bindings: ClientBinding[] = ["websocket", "webtransport"];
      const flows: Flow[] = [];
      context.after(() => Promise.all(flows.map((flow) => flow.stop())));
      for (const moving of ["publisher", "subscriber"] as const) {
        for (const binding of bindings) flows.push(npmFlow(cluster, binding, moving));
        if (referenceMissing() === undefined) {
          flows.push(referenceFlow(cluster, `https://127.0.0.1:${name.port}`, moving));
        }
      }
      if (referenceMissing() !== undefined) context.diagnostic(`without the reference client: ${referenceMissing()}`);
      await Promise.all(flows.map((flow) => flow.began()));
      // Who takes a node out of service gives its name to another one first.
      for (const flow of flows) flow.mark();
      const died = performance.now();
      if (signal === "SIGTERM") name.turnTo(cluster.exit.port);
      await cluster.entry.stop(signal);
      name.turnTo(cluster.exit.port);
      const results = await Promise.allSettled(
        flows.map(async (flow) => {
          await flow.goesOn();
          context.diagnostic(`${flow.name}: goes on, ${Math.round(performance.now() - died)} ms after the death`);
        }),
      );
      const failed = results.flatMap((result) => (result.status === "rejected" ? [String(result.reason)] : []));
      assert.equal(failed.length, 0, `${failed.join("\n\n")}\n${cluster.logs()}`);
    });
  }
});
