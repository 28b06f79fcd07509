import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { VERSIONS, type VersionName } from "@moq-relay/protocol/wire";

/** The part of @moq/qmux that is used here. */
interface Qmux {
  readonly default: new (url: string, options: Record<string, unknown>) => { readonly ready: Promise<unknown> };
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
  return { transport: session };
}
