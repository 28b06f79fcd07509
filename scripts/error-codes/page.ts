import {
  CLOSE_CODE,
  type CloseErrorName,
  STREAM_CODE,
  type StreamErrorName,
} from "../../packages/protocol/src/model/index.ts";

const STREAM: Readonly<Record<StreamErrorName, string>> = {
  internal: "something went wrong inside the relay; it is a fault",
  cancel: "whoever asked has left",
  deliveryTimeout: "the data was too old when its turn came",
  sessionClosed: "the session of the publisher ended",
  goingAway: "the relay or the publisher is ending: ask elsewhere, or again",
  tooFarBehind: "the reader was so slow that what it wanted is gone",
  malformedTrack: "the publisher sent what is no valid track",
  noCapacity: "a cap is reached (docs/config.md, Limits)",
  controlTimeout: "an answer did not come in time",
  groupTooLarge: "a group above the cap `limits.group_size`",
  notFound: "there is no such track",
  old: "what was read has been replaced by something newer, such as a publisher that came again: ask again at once",
  evicted: "the group is no longer kept",
  unroutable: "nobody publishes that broadcast, or it is not open to this client",
  wrongSize: "a group or frame has another size than was said",
  frameTooLarge: "a frame above the cap `limits.frame_size`",
  timestamp: "a timestamp that goes where none can",
};

const CLOSE: Readonly<Record<CloseErrorName, string>> = {
  none: "a plain goodbye",
  internal: "the relay cannot go on with this session; the reason says why, such as too little memory",
  unauthorized: "the path of the session is not open to this client",
  protocolViolation: "the other side broke the protocol, or asked for far too much at once",
  keyValueFormatting: "parameters that cannot be read",
  goawayTimeout: "the client was asked to leave and did not",
  timeout: "the handshake of MoQ took too long",
  version: "no version of moq-lite in common",
};

/** The text of docs/error-codes.md. */
export function errorCodesPage(): string {
  return `# Error codes

<!-- Generated from packages/protocol/src/model/errors.ts by \`npm run docs\`: do not edit. -->

What clients see as the code of an error, and logs as a number. Codes from 64 (0x40) on are an application's own, its number
plus 64, and are passed on.

## Of a stream: one subscription, one group

${table(STREAM_CODE, STREAM)}

## Of a session

${table(CLOSE_CODE, CLOSE)}
`;
}

function table<Name extends string>(codes: Readonly<Record<Name, number>>, meanings: Readonly<Record<Name, string>>) {
  const rows = (Object.entries(codes) as [Name, number][]).map(
    ([name, code]) => `| ${code} | 0x${code.toString(16).padStart(2, "0")} | ${name} | ${meanings[name]} |`,
  );
  return ["| code | hex | name | means |", "|---|---|---|---|", ...rows].join("\n");
}
