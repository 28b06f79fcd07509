import type * as Net from "@moq/net";
import type { NpmClientNews } from "./npm-client-settings.ts";

type Tell = (news: NpmClientNews) => void;

/** Tells what there is at and below `prefix`, now and from now on. */
export function list(session: Net.Connection.Established, prefix: Net.Path.Valid, tell: Tell): void {
  const announced = session.announced(prefix);
  const read = async () => {
    for (let event = await announced.next(); event !== undefined; event = await announced.next()) {
      tell({ event: "listed", path: event.path, active: event.active });
    }
  };
  read().catch((error: Error) => tell({ event: "error", message: `announcements: ${error.message}` }));
  tell({ event: "waiting" });
}

/** Subscribes to a broadcast of which nothing was heard, and tells how that ended. */
export async function ask(
  session: Net.Connection.Established,
  broadcast: Net.Path.Valid,
  track: string,
  tell: Tell,
): Promise<void> {
  const began = performance.now();
  const refused = (message: string) => tell({ event: "refused", after: performance.now() - began, message });
  try {
    const group = await session.consume(broadcast).track(track).subscribe().recvGroup();
    const frame = await group?.readFrame();
    if (frame === undefined) refused("the track has no frame");
    else tell({ event: "first-frame" });
  } catch (error) {
    refused((error as Error).message);
  }
}
