/** Builds the page unless it is built; `npm start` begins with it. Without the page a relay runs all the same. */
import { buildPage } from "./src/index.ts";

try {
  await buildPage();
} catch (error) {
  console.error(`set-up: the page could not be built: ${(error as Error).message.split("\n")[0]}`);
}
