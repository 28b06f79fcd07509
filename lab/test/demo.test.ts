/**
 * `npm run demo`, as it stands: a cluster of three, and one page on which a camera is published at one node and played from
 * the other.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { chromiumMissing, launchChromium } from "../src/browser/chromium.ts";
import { DemoPage } from "../src/browser/demo-pages.ts";
import { portsTaken } from "../src/process/free-port.ts";
import { ourRelay } from "../src/process/our-relay.ts";
import { Program } from "../src/process/program.ts";
import { until } from "../src/process/wait.ts";
import { typed } from "../src/process/written-relay.ts";

/** The ports that the demo says it uses. */
const PORTS = [4440, 4443, 4444] as const;
/** The page's bundle may have to be built. */
const STARTING_BOUND = 60_000;

const skip = ourRelay.missing() ?? chromiumMissing() ?? (await portsTaken(...PORTS)) ?? false;

test("the demo's page shows at one node what it publishes at another", { skip, timeout: 180_000 }, async (context) => {
  const demo = new Program("npm run demo", typed("npm run demo"));
  context.after(() => demo.stop("SIGKILL"));
  try {
    const url = await until(
      "the page's address",
      () => /^Open (http\S+)/m.exec(demo.lines.join("\n"))?.[1],
      STARTING_BOUND,
    );
    const browser = await launchChromium();
    context.after(() => browser.close());
    const page = await DemoPage.open(browser, url);
    const [published, played] = [await page.reaches("publisher", "live"), await page.reaches("player", "live")];
    context.diagnostic(`published over ${published.transport}, played over ${played.transport} (${played.version})`);
    const first = await until("a first picture", async () => (await page.facts("player")).firstPictureMs);
    await until("pictures move", async () => new Set(await page.watch(2_000)).size > 5);
    context.diagnostic(`first picture ${first} ms after dialling, latency ${(await page.facts("player")).latency}`);
    await browser.close();
    assert.equal(await demo.stop("SIGINT"), 0);
    assert.equal(await portsTaken(...PORTS), undefined);
  } catch (error) {
    context.diagnostic(demo.lines.join("\n"));
    throw error;
  }
});
