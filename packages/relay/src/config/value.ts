import * as z from "zod";
import type { HostPort, Peer, SocketAddress } from "./address.ts";
import { parseHostPort, parsePeer, parseSocketAddress, ValueError } from "./address.ts";
import { parseDuration } from "./duration.ts";
import type { PathPattern } from "./pattern.ts";
import { parsePublic } from "./pattern.ts";
import { parseMemory, parseSize } from "./size.ts";
import type { MoqVersion } from "./version.ts";
import { KNOWN_ELSEWHERE, MOQ_VERSIONS } from "./version.ts";

/**
 * The types that a value can have. Each takes what any source gives, text from flags and environment, text, numbers and
 * booleans from TOML, and gives the value or an issue with a message for the operator.
 */

const Text = z.string({ error: "must be text in quotes" });
const TextOrNumber = z.union([z.string(), z.number()], { error: "must be text or a number" });

/** A time, in milliseconds. */
export const duration: z.ZodType<number> = TextOrNumber.transform(reading(parseDuration));

/** A time that is not zero, in milliseconds. */
export const positiveDuration: z.ZodType<number> = duration.refine((ms) => ms > 0, { error: "must be more than zero" });

/** A number of bytes, at least one. */
export const size: z.ZodType<number> = TextOrNumber.transform(reading(parseSize)).refine((bytes) => bytes > 0, {
  error: "must be more than zero",
});

/** A number of bytes; 0 has a meaning of its own. */
export const sizeOrZero: z.ZodType<number> = TextOrNumber.transform(reading(parseSize));

/** A number of bytes, or a share of memory such as `25%`. */
export const memory: z.ZodType<number> = TextOrNumber.transform(reading(parseMemory));

/** A whole number between two bounds, both included. */
export function count(min: number, max: number = Number.MAX_SAFE_INTEGER): z.ZodType<number> {
  const range = max === Number.MAX_SAFE_INTEGER ? `a whole number from ${min}` : `a whole number from ${min} to ${max}`;
  return TextOrNumber.transform(
    reading((written) => {
      const number =
        typeof written === "number" ? written : /^\d+$/.test(written.trim()) ? Number(written) : Number.NaN;
      if (!Number.isSafeInteger(number) || number < min || number > max) {
        throw new ValueError(`"${written}" is not ${range}`);
      }
      return number;
    }),
  );
}

/** A number that is at least one, such as a growth factor. */
export const factor: z.ZodType<number> = TextOrNumber.transform(
  reading((written) => {
    const number = typeof written === "number" ? written : written.trim() === "" ? Number.NaN : Number(written);
    if (!Number.isFinite(number) || number < 1) throw new ValueError(`"${written}" is not a number from 1`);
    return number;
  }),
);

/** Yes or no. */
export const toggle: z.ZodType<boolean> = z
  .union([z.string(), z.boolean()], { error: "must be true or false" })
  .transform(
    reading((written) => {
      if (typeof written === "boolean") return written;
      if (/^(true|1|yes|on)$/i.test(written)) return true;
      if (/^(false|0|no|off)$/i.test(written)) return false;
      throw new ValueError(`"${written}" must be true or false`);
    }),
  );

/** One of some words; `synonyms` are understood too, but not proposed. */
export function choice<const Word extends string>(
  words: readonly Word[],
  synonyms: Readonly<Record<string, Word>> = {},
): z.ZodType<Word> {
  const known = new Map<string, Word>([
    ...Object.entries(synonyms),
    ...words.map((word): [string, Word] => [word, word]),
  ]);
  return Text.transform(
    reading((written) => {
      const word = known.get(written.toLowerCase());
      if (word === undefined) throw new ValueError(`"${written}" is not one of ${words.join(", ")}`);
      return word;
    }),
  );
}

/** The name of a file, as written. */
export const file: z.ZodType<string> = Text.refine((written) => written !== "", { error: "is empty" });

/** A name or an address that a certificate is made out to. */
export const certificateName: z.ZodType<string> = Text.transform(
  reading((written) => {
    const name = written.trim().replace(/^\[(.*)\]$/, "$1");
    if (!/^(\*\.)?[a-z0-9._:-]+$/i.test(name)) throw new ValueError(`"${written}" is not a host name or an IP address`);
    return name.toLowerCase();
  }),
);

/** A SHA-256 in hex, with or without colons. */
export const fingerprint: z.ZodType<string> = Text.transform(
  reading((written) => {
    const hex = written.replaceAll(":", "").trim().toLowerCase();
    if (!/^[0-9a-f]{64}$/.test(hex)) throw new ValueError(`"${written}" is not a SHA-256 (64 hex digits)`);
    return hex;
  }),
);

/** A version of MoQ that this relay speaks. */
export const version: z.ZodType<MoqVersion> = Text.transform(
  reading((written) => {
    const known = MOQ_VERSIONS.find((one) => one === written);
    if (known !== undefined) return known;
    const elsewhere = KNOWN_ELSEWHERE.some((pattern) => pattern.test(written));
    const why = elsewhere ? "is not available in this version of the relay" : "is not a version of MoQ";
    throw new ValueError(`"${written}" ${why}: choose from ${MOQ_VERSIONS.join(", ")}`);
  }),
);

/** An address to bind. */
export const socketAddress: z.ZodType<SocketAddress> = Text.transform(reading(parseSocketAddress));

/** A relay by host and port. */
export const hostPort: z.ZodType<HostPort> = Text.transform(reading(parseHostPort));

/** Which broadcasts anybody may use. */
export const publicPattern: z.ZodType<PathPattern> = Text.transform(reading(parsePublic));

const PeerTable = z.strictObject(
  { url: z.string(), cost: z.int().nonnegative().optional() },
  { error: () => "must be a URL, or a table with `url` and perhaps `cost`" },
);

/** A relay to dial: a URL, a host, or a table `{ url, cost }`. */
export const peer: z.ZodType<Peer> = z
  .union([z.string(), PeerTable], { error: "must be a URL, or a table with `url` and perhaps `cost`" })
  .transform(
    reading((written) => {
      if (typeof written === "string") return parsePeer(written);
      const parsed = parsePeer(written.url);
      return { ...parsed, cost: written.cost ?? parsed.cost };
    }),
  );

/** Makes a step of a zod type from a function that throws `ValueError`. */
function reading<In, Out>(parse: (written: In) => Out): (written: In, context: z.RefinementCtx) => Out {
  return (written, context) => {
    try {
      return parse(written);
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
      context.addIssue({ code: "custom", message: error.message });
      return z.NEVER;
    }
  };
}
