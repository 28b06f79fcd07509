import type { Engine } from "../engine.ts";

/** A pinned certificate. */
export interface WebTransportHash {
  /** "sha-256"; others are passed over. */
  readonly algorithm?: string;
  readonly value?: ArrayBuffer | ArrayBufferView;
}

/** As in the W3C interface, and what a program without a browser around it needs. */
export interface WebTransportOptions {
  /** Trusts exactly these certificates. */
  readonly serverCertificateHashes?: readonly WebTransportHash[];
  /** Offered to the server, the favourite first. */
  readonly protocols?: readonly string[];
  readonly allowPooling?: boolean;
  readonly requireUnreliable?: boolean;
  readonly congestionControl?: "default" | "throughput" | "low-latency";
  /** PEM of the authorities to trust, in place of the system's. Not in browsers. */
  readonly ca?: string;
  /** Trusts any certificate: for development. Not in browsers. */
  readonly insecure?: boolean;
  /** The engine to use. Not in browsers. */
  readonly engine?: Engine;
}

/** Options of a new stream. */
export interface WebTransportSendStreamOptions {
  readonly sendOrder?: number | null;
  /** Streams always wait until the peer allows them. */
  readonly waitUntilAvailable?: boolean;
}

/** How a session is closed. */
export interface WebTransportCloseInfo {
  /** Application code, below 2^32. Default 0. */
  readonly closeCode?: number;
  /** Cut to 1,024 bytes of UTF-8. Default "". */
  readonly reason?: string;
}

/** Hexadecimal SHA-256 hashes of the pinned certificates; `undefined` when none is pinned. */
export function pins(hashes: readonly WebTransportHash[] | undefined): string[] | undefined {
  const known = (hashes ?? []).filter(({ algorithm }) => algorithm?.toLowerCase() === "sha-256");
  if (known.length === 0) return undefined;
  return known.map(({ value }) => {
    const bytes = ArrayBuffer.isView(value)
      ? Buffer.from(value.buffer, value.byteOffset, value.byteLength)
      : Buffer.from(value ?? new ArrayBuffer(0));
    return bytes.toString("hex");
  });
}
