/** Writes the generated pages of docs/ again: `npm run docs`. */
import { writeFileSync } from "node:fs";
import { referencePage } from "../packages/relay/src/config/reference.ts";

writeFileSync(new URL("../docs/config.md", import.meta.url), referencePage());
