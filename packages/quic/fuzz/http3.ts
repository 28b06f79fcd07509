/** What a WebTransport client says first (RFC 9114, RFC 9204, RFC 9220, draft-ietf-webtrans-http3), byte by byte. */

/** Type of the control stream, then a SETTINGS frame. */
export function controlStream(): Buffer {
  const settings: [number, number][] = [
    [0x08, 1],
    [0x33, 1],
    [0x2b603742, 1],
    [0xc671706a, 1],
  ];
  const payload = Buffer.concat(settings.flatMap(([id, value]) => [varint(id), varint(value)]));
  return Buffer.concat([varint(0x00), frame(0x04, payload)]);
}

/** A HEADERS frame with a CONNECT request, its fields as literals. */
export function connectRequest(authority: string): Buffer {
  const fields: [string, string][] = [
    [":method", "CONNECT"],
    [":protocol", "webtransport"],
    [":scheme", "https"],
    [":authority", authority],
    [":path", "/room?x=1"],
    ["wt-available-protocols", '"moq-lite-06", "moq-lite-05"'],
  ];
  // No dynamic table: required insert count and base are zero.
  return frame(0x01, Buffer.concat([Buffer.of(0, 0), ...fields.map(([name, value]) => literal(name, value))]));
}

/** A stream of a session: the type of one-way or two-way streams, and the session's id. */
export function sessionStream(twoWay: boolean, session: number): Buffer {
  return Buffer.concat([varint(twoWay ? 0x41 : 0x54), varint(session), Buffer.from("payload")]);
}

/** A capsule that closes the session, in a DATA frame. */
export function closeCapsule(): Buffer {
  const payload = Buffer.concat([Buffer.of(0, 0, 0, 7), Buffer.from("bye")]);
  return frame(0x00, Buffer.concat([varint(0x2843), varint(payload.length), payload]));
}

function frame(type: number, payload: Buffer): Buffer {
  return Buffer.concat([varint(type), varint(payload.length), payload]);
}

/** A literal field line with a literal name. */
function literal(name: string, value: string): Buffer {
  return Buffer.concat([
    prefixed(0x20, 3, name.length),
    Buffer.from(name),
    prefixed(0, 7, value.length),
    Buffer.from(value),
  ]);
}

/** An integer with a prefix of so many bits; below 128 more than these hold. */
function prefixed(pattern: number, bits: number, value: number): Buffer {
  const most = 2 ** bits - 1;
  return value < most ? Buffer.of(pattern | value) : Buffer.of(pattern | most, value - most);
}

function varint(value: number): Buffer {
  if (value < 64) return Buffer.of(value);
  const bytes = Buffer.alloc(value < 2 ** 14 ? 2 : value < 2 ** 30 ? 4 : 8);
  if (bytes.length === 8) bytes.writeBigUInt64BE(BigInt(value) | (3n << 62n));
  else if (bytes.length === 4) bytes.writeUInt32BE(value + 2 ** 31);
  else bytes.writeUInt16BE(value | (1 << 14));
  return bytes;
}
