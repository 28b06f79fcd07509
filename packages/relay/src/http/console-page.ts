import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * The folder of the page that publishes and plays. The relay does not need it: undefined where its package is not
 * installed, or not built.
 */
export function consolePage(): string | undefined {
  try {
    const index = fileURLToPath(import.meta.resolve("@moq-relay/console/page"));
    return existsSync(index) ? dirname(index) : undefined;
  } catch {
    return undefined;
  }
}
