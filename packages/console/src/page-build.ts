import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

const PACKAGE = resolve(import.meta.dirname, "..");
const SOURCES = join(PACKAGE, "page");
const OUTPUT = join(PACKAGE, "dist", "page");
const KEY_FILE = join(PACKAGE, "dist", "page.sha256");

/**
 * Builds the page unless it was built from the same sources before.
 *
 * @returns the folder with the built files, `index.html` among them.
 */
export async function buildPage(): Promise<string> {
  const key = sourceKey();
  if (previousKey() === key) return OUTPUT;
  // Vite takes half a second to load: only a page that must be built pays for it.
  const { build } = await import("vite");
  await build({
    root: SOURCES,
    base: "./",
    configFile: false,
    logLevel: "warn",
    build: { outDir: OUTPUT, emptyOutDir: true, target: "esnext", chunkSizeWarningLimit: 4096 },
  });
  mkdirSync(join(PACKAGE, "dist"), { recursive: true });
  writeFileSync(KEY_FILE, key);
  return OUTPUT;
}

/** A hash of everything the built page depends on: its sources, and the versions of the packages in it. */
function sourceKey(): string {
  const hash = createHash("sha256");
  for (const name of readdirSync(SOURCES).sort()) hash.update(name).update(readFileSync(join(SOURCES, name)));
  hash.update(readFileSync(join(PACKAGE, "package.json")));
  return hash.digest("hex");
}

function previousKey(): string | undefined {
  try {
    readFileSync(join(OUTPUT, "index.html"));
    return readFileSync(KEY_FILE, "utf8");
  } catch {
    return undefined;
  }
}
