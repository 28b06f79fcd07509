import { randomUUID } from "node:crypto";
import type { VersionName } from "@moq-relay/protocol/wire";
import type { RelayProcess } from "../process/relay-process.ts";
import { until } from "../process/wait.ts";
import type { Agent } from "./agent/agent.ts";
import { Guest } from "./meeting.ts";

/** The part of the relay's `/explain/<broadcast>` that is read here. */
interface Explanation {
  readonly ways: readonly { readonly link: { readonly version: VersionName } }[];
}

/**
 * The version that a client speaks which does not tell itself: the relay knows, of those who publish.
 *
 * @throws when they do not come together.
 */
export async function spokenVersion(relay: RelayProcess, client: Agent): Promise<VersionName> {
  const [guest] = await Guest.dial(client, relay.httpUrl, undefined);
  const path = `interop/${randomUUID()}`;
  try {
    await guest.ask("publish", { path });
    return await until("the relay hears of a broadcast", async () => {
      const response = await fetch(`http://127.0.0.1:${relay.options.internalPort}/explain/${path}`);
      return ((await response.json()) as Explanation).ways[0]?.link.version;
    });
  } finally {
    await guest.close();
  }
}
