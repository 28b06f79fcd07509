import { isAvailable, unavailableReason } from "@moq-relay/quic";

/**
 * Why there is no QUIC here; undefined when there is. The addon is built only where a Rust toolchain was found, and
 * without it everything runs over WebSocket.
 */
export function quicMissing(): string | undefined {
  return isAvailable() ? undefined : (unavailableReason() ?? "there is no QUIC here");
}
