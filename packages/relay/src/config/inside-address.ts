import type { SocketAddress } from "./address.ts";
import { readEnvironment } from "./environment.ts";
import { readNamed } from "./file.ts";
import { readFlags } from "./flags.ts";
import type { Sources } from "./load.ts";
import type { Problem } from "./problem.ts";
import { resolve } from "./resolve.ts";

/** The one option that a command which asks a running relay needs of its configuration. */
const PATH = "internal.listen";

/**
 * Where a relay of these sources has its internal listener; undefined where it has none. Nothing else of the configuration
 * is looked at, so that an address is enough; what cannot be read at all is a problem.
 */
export function insideAddress(sources: Sources): SocketAddress | undefined | readonly Problem[] {
  const line = readFlags(sources.argv);
  const file = line.file === undefined ? undefined : readNamed(line.file, sources.readText);
  const readings = [line, readEnvironment(sources.environment), ...(file ? [file] : [])];
  const unreadable = [...line.problems, ...(file?.problems ?? [])];
  if (unreadable.length > 0) return unreadable;
  const given = readings.flatMap((reading) => reading.given).filter(({ entry }) => entry.path === PATH);
  const { values, problems } = resolve(given);
  return problems.length > 0 ? problems : (values.get(PATH) as SocketAddress | undefined);
}
