import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

/** Debian's; another one is named in MOQ_CHROMIUM. */
const DEFAULT_PATH = "/usr/bin/chromium";

/**
 * No flag here may touch QUIC: without it there is no WebTransport. The fake camera shows a moving picture, and pages in
 * the background must not be slowed down, as one of the two pages always is.
 */
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-background-timer-throttling",
  "--disable-backgrounding-occluded-windows",
  "--disable-renderer-backgrounding",
  "--use-fake-device-for-media-stream",
  "--use-fake-ui-for-media-stream",
  "--autoplay-policy=no-user-gesture-required",
];

/** Why there is no browser to test with; undefined when there is one. */
export function chromiumMissing(): string | undefined {
  return existsSync(chromiumPath()) ? undefined : `${chromiumPath()} is not installed (apt install chromium)`;
}

/** Starts headless Chromium with a fake camera. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: chromiumPath(), headless: true, args: FLAGS });
}

function chromiumPath(): string {
  return process.env.MOQ_CHROMIUM ?? DEFAULT_PATH;
}
