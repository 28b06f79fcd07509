/**
 * `node fuzz/streams.ts [--seconds 10] [--seed n]`: clients with a sound QUIC connection that speak HTTP/3 badly: what a
 * WebTransport client says, with changes and in any order. Ends with an error when honest clients are not served meanwhile, or
 * when a client without changes is not understood.
 */
import type { SendStream } from "@moq-relay/protocol/transport";
import { type Peer, Stage } from "../src/testing/peer.ts";
import { Chance } from "./chance.ts";
import { changed } from "./changed.ts";
import { checkHonestClient } from "./check.ts";
import { closeCapsule, connectRequest, controlStream, sessionStream } from "./http3.ts";
import { readSettings } from "./settings.ts";

/** Clients between two checks of an honest one. */
const ROUND = 200;
/** Such rounds at one listener. */
const ROUNDS = 50;
/** Clients at once. */
const TOGETHER = 20;

const { seconds, seed } = readSettings(process.argv.slice(2));
console.log(`streams: seed ${seed}, ${seconds} s`);
const chance = new Chance(seed);

/** Opens a stream with these bytes, in two pieces, so that numbers and frames are cut. */
function say(client: Peer, twoWay: boolean, bytes: Buffer): SendStream {
  const stream = twoWay ? client.bidi().stream.send : client.uni().stream;
  const cut = chance.below(bytes.length + 1);
  stream.write(bytes.subarray(0, cut));
  stream.write(bytes.subarray(cut));
  return stream;
}

/** The same, and ends the stream in some way or not at all. */
function sayAndEnd(client: Peer, twoWay: boolean, bytes: Buffer, finish: boolean): void {
  const stream = say(client, twoWay, bytes);
  if (chance.oneIn(20)) stream.reset(chance.word());
  else if (finish) stream.finish();
}

function maybeChanged(bytes: Buffer): Buffer {
  if (!chance.oneIn(4)) return bytes;
  return chance.oneIn(10) ? chance.bytes(chance.pick([0, 1, 3, 100, 5_000])) : changed(bytes, chance);
}

/** Everything that a client of HTTP/3 says, not all of it, and not all of it right. */
async function speakBadly(stage: Stage): Promise<void> {
  const client = await stage.dial(stage.rawTarget, { protocols: ["h3"], timeout: 30_000 });
  if (!chance.oneIn(10)) sayAndEnd(client, false, maybeChanged(controlStream()), chance.oneIn(10));
  const request = connectRequest(`localhost:${stage.listener.port}`);
  const rest = chance.oneIn(2) ? closeCapsule() : Buffer.alloc(0);
  if (!chance.oneIn(10))
    sayAndEnd(client, true, Buffer.concat([maybeChanged(request), maybeChanged(rest)]), chance.oneIn(4));
  for (let streams = chance.below(6); streams > 0; streams--) {
    const twoWay = chance.oneIn(2);
    sayAndEnd(client, twoWay, maybeChanged(sessionStream(twoWay, chance.pick([0, 0, 4, 2 ** 40]))), chance.oneIn(2));
    client.connection.sendDatagram(chance.bytes(chance.below(50)));
  }
  if (chance.oneIn(2))
    await Promise.race([client.closed, new Promise((resolve) => setTimeout(resolve, chance.below(50)))]);
  client.connection.close(chance.pick([0, 0x100, 0x10c]), "");
}

/** The bytes are those of HTTP/3, or nothing of this would get far. */
async function checkUnchanged(stage: Stage): Promise<void> {
  const client = await stage.dial(stage.rawTarget, { protocols: ["h3"] });
  say(client, false, controlStream());
  say(client, true, connectRequest(`localhost:${stage.listener.port}`));
  const { connection } = await Promise.race([
    stage.arrived.next(),
    client.closed.then((info) => Promise.reject(new Error(`a sound client is sent away: ${JSON.stringify(info)}`))),
  ]);
  if (connection.info.path !== "/room?x=1") throw new Error(`a sound client's path is ${connection.info.path}`);
  client.connection.close(0, "");
}

const end = performance.now() + seconds * 1000;
let clients = 0;
let completed = 0;
while (performance.now() < end) {
  // A new one from time to time, for it remembers who came.
  await using stage = await Stage.open({ handshakeTimeout: 5_000 });
  await checkUnchanged(stage);
  for (let round = 0; round < ROUNDS && performance.now() < end; round++) {
    for (let i = 0; i < ROUND; i += TOGETHER) {
      await Promise.all(Array.from({ length: TOGETHER }, () => speakBadly(stage)));
      clients += TOGETHER;
    }
    await checkHonestClient(stage);
  }
  completed += stage.listener.stats().completed;
}
console.log(`streams: ${clients} clients, of which ${completed} were understood`);
