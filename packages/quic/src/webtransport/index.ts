export type { WebTransportDatagramDuplexStream } from "./datagrams.ts";
export { WebTransportError, type WebTransportErrorOptions } from "./error.ts";
export type {
  WebTransportCloseInfo,
  WebTransportHash,
  WebTransportOptions,
  WebTransportSendStreamOptions,
} from "./options.ts";
export type { WebTransportReceiveStream } from "./readable.ts";
export type { WebTransportBidirectionalStream } from "./session.ts";
export { WebTransport } from "./webtransport.ts";
export type { WebTransportSendStream } from "./writable.ts";
