import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { VERSIONS, type VersionName } from "@moq-relay/protocol/wire";
import { until } from "../../process/wait.ts";

/** The part of @moq/qmux that is used here. */
interface Qmux {
  readonly default: new (url: string, options: Record<string, unknown>) => QmuxSession;
}

interface QmuxSession {
  readonly ready: Promise<unknown>;
  /** Absent in older ones. */
  readonly datagrams?: { readonly maxDatagramSize: number };
}

/**
 * The options with which `Connection.connect` of any @moq/net or @moq/lite offers one version only, over one transport.
 *
 * @param module the package's name, whose own @moq/qmux is used: the package asks whether a session is of that class.
 * @param version absent: the package offers what it likes.
 */
export async function connectOptions(
  module: string,
  url: string,
  transport: string,
  version: VersionName | undefined,
): Promise<Record<string, unknown>> {
  const alpn = version === undefined ? undefined : VERSIONS[version].alpn;
  if (transport === "WebTransport") {
    const { WebTransport } = await import("@moq-relay/quic");
    Object.assign(globalThis, { WebTransport });
    const webtransport = alpn === undefined ? {} : { protocols: [alpn] };
    return { websocket: { enabled: false }, webtransport };
  }
  if (alpn === undefined) return { websocket: { enabled: true } };
  const file = createRequire(createRequire(import.meta.url).resolve(module)).resolve("@moq/qmux");
  const { default: Session } = (await import(pathToFileURL(file).href)) as Qmux;
  const session = new Session(url, { protocols: [alpn], versions: { [alpn]: null } });
  await session.ready;
  // The package looks only once whether it may send and read datagrams, and by itself it does so before it is told.
  const told = () => session.datagrams === undefined || session.datagrams.maxDatagramSize > 0;
  if (version !== undefined && VERSIONS[version].datagrams)
    await until("the limit of datagrams", told, 2_000, 5).catch(() => {});
  return { transport: session };
}
