import { WireError } from "../errors.ts";
import type { Version } from "./versions.ts";

/** Throws `unsupported` where a version does not have the message at hand. */
export function requireMessage(has: boolean, message: string, version: Version): void {
  if (!has) throw new WireError("unsupported", `${message} in ${version.name}`);
}
