import { ClientLacks } from "./agent/agent.ts";
import { type Book, GROUP_SIZE } from "./agent/calls.ts";
import type { Guest, Meeting } from "./meeting.ts";

/** The columns of the table, in their order. */
export const CHECKS = ["announce", "subscribe", "late join", "fetch", "datagram", "publish"] as const;

export type Check = (typeof CHECKS)[number];

const LAST = GROUP_SIZE - 1;
/** A datagram may be lost, so it is sent again, this many times, and each time waited for so long, milliseconds. */
const DATAGRAMS = 20;
const DATAGRAM_WAIT = 150;

/** What each column says, in words for readers of the table. */
export const MEANING: Readonly<Record<Check, string>> = {
  announce: "the client sees a broadcast of another client come and go",
  subscribe: "it reads three groups of numbered, hashed frames: none missing, none twice, none altered",
  "late join": "it joins in mid-group, gets the latest group from its first frame, and what follows",
  fetch: "it fetches a group of the past, whole",
  datagram: "it gets a frame that was sent as a datagram",
  publish: "another client reads three groups that it publishes: none missing, none twice, none altered",
};

/** Each throws what went wrong; ClientLacks where the client has no such thing. */
export const PERFORM: Readonly<Record<Check, (meeting: Meeting) => Promise<void>>> = {
  async announce({ client, known, path }) {
    await known.ask("publish", { path });
    await sees(client, "the client", path, true);
    await known.ask("unpublish", { path });
    await sees(client, "the client", path, false);
  },

  subscribe: ({ client, known, path }) => flow(known, client, path),

  publish: ({ client, known, path }) => flow(client, known, path),

  async "late join"({ client, known, early, path }) {
    await publishTo(known, early, path);
    await known.ask("write", { path, frames: GROUP_SIZE, end: true });
    const group = await known.ask("write", { path, frames: 3, end: false });
    await early.ask("received", { path, group, index: 2 });
    await sees(client, "the client", path, true);
    await client.ask("subscribe", { path });
    expectFrames(await client.ask("received", { path, group, index: 2 }), group, [0, 1, 2]);
    await known.ask("write", { path, frames: 2, end: true });
    expectFrames(await client.ask("received", { path, group, index: LAST }), group, wholeGroup());
  },

  async fetch({ client, known, early, path }) {
    await publishTo(known, early, path);
    const past = await known.ask("write", { path, frames: GROUP_SIZE, end: true });
    await known.ask("write", { path, frames: GROUP_SIZE, end: true });
    const latest = await known.ask("write", { path, frames: 1, end: false });
    await early.ask("received", { path, group: latest, index: 0 });
    await sees(client, "the client", path, true);
    expectFrames(await client.ask("fetch", { path, group: past }), past, wholeGroup());
  },

  async datagram({ client, known, path }) {
    await publishTo(known, client, path);
    let failure: unknown;
    for (let count = 0; count < DATAGRAMS; count++) {
      await known.ask("datagram", { path });
      try {
        await client.ask("receivedDatagram", { path }, DATAGRAM_WAIT);
        return;
      } catch (error) {
        failure = error;
        if (error instanceof ClientLacks || !(error as Error).message.includes("not within")) throw error;
      }
    }
    throw new Error(`none of ${DATAGRAMS} datagrams came`, { cause: failure });
  },
};

/** Waits until the broadcast has come, or gone. */
async function sees(guest: Guest, who: string, path: string, active: boolean): Promise<void> {
  await guest.ask("announced", { path, active }).catch((error: Error) => {
    throw new Error(`${who} did not see the broadcast ${active ? "come" : "go"} (${error.message})`, { cause: error });
  });
}

/** `from` publishes three groups, and `to` reads them. */
async function flow(from: Guest, to: Guest, path: string): Promise<void> {
  await publishTo(from, to, path);
  const expected: string[] = [];
  let group = 0;
  for (let count = 0; count < 3; count++) {
    group = await from.ask("write", { path, frames: GROUP_SIZE, end: true });
    for (const index of wholeGroup()) expected.push(`${group}/${index}`);
    // One after the other: a reader may pass over a group that is old already when it comes.
    await to.ask("received", { path, group, index: LAST });
  }
  compare(await to.ask("received", { path, group, index: LAST }), expected);
}

/** `from` publishes, and `to` is subscribed. */
async function publishTo(from: Guest, to: Guest, path: string): Promise<void> {
  await from.ask("publish", { path });
  await sees(to, "the reader", path, true);
  await to.ask("subscribe", { path });
  await from.ask("wanted", { path });
}

function expectFrames(book: Book, group: number, indices: readonly number[]): void {
  compare(
    book,
    indices.map((index) => `${group}/${index}`),
  );
}

/** @throws when there is another frame, or another order, than this. */
function compare({ frames, altered }: Book, expected: readonly string[]): void {
  if (altered > 0) throw new Error(`${altered} frames were altered`);
  if (frames.join() !== expected.join()) throw new Error(`frames ${frames.join(" ")} came for ${expected.join(" ")}`);
}

function wholeGroup(): number[] {
  return Array.from({ length: GROUP_SIZE }, (_, index) => index);
}
