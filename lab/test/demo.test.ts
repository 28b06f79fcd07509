/**
 * `npm run demo`, as it stands: a cluster of three, and one page on which a camera is published at one node and played from
 * the other.
 */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { buildPage } from "@moq-relay/console";
import { chromiumMissing, launchChromium } from "../src/browser/chromium.ts";
import { DemoPage } from "../src/browser/demo-pages.ts";
import { freePort, portsTaken } from "../src/process/free-port.ts";
import { ourRelay } from "../src/process/our-relay.ts";
import { Program } from "../src/process/program.ts";
import { RelayProcess } from "../src/process/relay-process.ts";
import { until, within } from "../src/process/wait.ts";
import { typed, writtenRelay } from "../src/process/written-relay.ts";

/** The ports that the demo says it uses. */
const PORTS = [4440, 4443, 4444] as const;
/** The page's bundle may have to be built. */
const STARTING_BOUND = 60_000;

const browserless = ourRelay.missing() ?? chromiumMissing() ?? false;
const skip = browserless || ((await portsTaken(...PORTS)) ?? false);

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
    assert.deepEqual(
      demo.lines.filter((line) => line.startsWith("{")),
      [],
    );
    await aSecondDemoSaysWhatToType(context);
    assert.equal(await demo.stop("SIGINT"), 0);
    assert.equal(await portsTaken(...PORTS), undefined);
  } catch (error) {
    context.diagnostic(demo.lines.join("\n"));
    throw error;
  }
});

/** The relays of the first demo answer, and are not its own. */
async function aSecondDemoSaysWhatToType(context: TestContext): Promise<void> {
  const second = new Program("a second demo", typed("npm run demo"));
  context.after(() => second.stop("SIGKILL"));
  assert.equal(await within("the end of the second demo", second.exited), 1, second.lines.join("\n"));
  assert.match(second.lines.join("\n"), /port 444\d is taken, .* Try: npm run demo -- --port-base 4540/);
}

test("a relay in development mode serves the page, which says when the relay is gone", {
  skip: browserless,
  timeout: 180_000,
}, async (context) => {
  const relay = await startOnAnyPort(context);
  const browser = await launchChromium();
  context.after(() => browser.close());
  const page = await DemoPage.open(browser, relay.httpUrl);
  await page.reaches("publisher", "live");
  await page.reaches("player", "live");
  await until("pictures move", async () => new Set(await page.watch(2_000)).size > 5);
  await relay.stop();
  await page.reaches("publisher", "unreachable");
  await page.reaches("player", "unreachable");
});

async function startOnAnyPort(context: TestContext): Promise<RelayProcess> {
  await buildPage();
  const port = await freePort();
  const relay = await RelayProcess.start(writtenRelay(["--dev", String(port)]), { port });
  context.after(() => relay.stop("SIGKILL"));
  return relay;
}
