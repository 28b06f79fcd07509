/**
 * Why there is no QUIC here; undefined when there is. The addon is built only where a Rust toolchain was found, and
 * without it everything runs over WebSocket.
 */
export async function quicMissing(): Promise<string | undefined> {
  try {
    await import("@moq-relay/quic");
    return undefined;
  } catch (error) {
    return `no QUIC: ${(error as Error).message.split("\n")[0]}`;
  }
}
