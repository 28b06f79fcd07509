/**
 * The wire: bytes to values and back, for moq-lite 01 to 06. Pure and synchronous; imports nothing outside this folder.
 *
 * - A `Framer` per receiving stream cuts bytes into messages; `decodeX(cursor, version)` makes a value of each, or throws a
 *   `WireError`. `readAnnouncement` and `readSubscribeReply` take from the framer what those streams carry, in whatever form
 *   the version has.
 * - A `Writer`, cleared and used again, takes `encodeX(writer, value, version)`: length prefix and body. Streams begin with
 *   `encodeStreamType`.
 * - A `FrameScanner` follows the frames of a group stream, a `transcoder` changes their format; neither waits for a payload.
 * - What versions have is told by their `Version` record. Nobody compares version numbers.
 */

export * from "./cursor.ts";
export * from "./errors.ts";
export * from "./framer.ts";
export * from "./limits.ts";
export * from "./lite/index.ts";
export { normalizePath } from "./path.ts";
export * from "./varint.ts";
export * from "./writer.ts";
