/** Writes what is generated in the documentation again: `npm run docs`. */
import { writeFileSync } from "node:fs";
import { fromRustPage } from "../packages/relay/src/config/from-rust.ts";
import { referencePage } from "../packages/relay/src/config/reference.ts";
import { writeTable } from "./imports/architecture.ts";

writeFileSync(new URL("../docs/config.md", import.meta.url), referencePage());
writeFileSync(new URL("../docs/from-rust.md", import.meta.url), fromRustPage());
writeTable();
