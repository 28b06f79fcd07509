import { join } from "node:path";
import { buildPage, type PageQuery, type PageServer, pageAddress, servePage } from "@moq-relay/console";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { GENEROUS, until } from "../process/wait.ts";
import { launchChromium } from "./chromium.ts";

/** Defines `hashOfCanvas` in every page. */
const IN_PAGE = join(import.meta.dirname, "canvas-hash.js");

interface InPage {
  hashOfCanvas(canvas: unknown): string;
}

/** The facts that the demo page keeps in the attributes of a panel. */
export type PanelFacts = Readonly<Record<string, string>>;

/** The demo page's server, and a browser to open it with. */
export class DemoPages {
  readonly #server: PageServer;
  readonly #browser: Browser;

  private constructor(server: PageServer, browser: Browser) {
    this.#server = server;
    this.#browser = browser;
  }

  /** Builds the page (unless it is built), serves it and starts the browser. */
  static async open(): Promise<DemoPages> {
    const server = await servePage(await buildPage());
    try {
      return new DemoPages(server, await launchChromium());
    } catch (error) {
      await server.close();
      throw error;
    }
  }

  page(query: PageQuery): Promise<DemoPage> {
    return DemoPage.open(this.#browser, pageAddress(this.#server.url, query).href);
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await this.#server.close();
  }
}

/** One open demo page. */
export class DemoPage {
  /** Warnings, errors and uncaught exceptions of the page, oldest first. */
  readonly console: string[] = [];
  readonly #context: BrowserContext;
  readonly #page: Page;

  private constructor(context: BrowserContext, page: Page) {
    this.#context = context;
    this.#page = page;
    page.on("console", (message) => this.console.push(`${message.type()}: ${message.text()}`));
    page.on("pageerror", (error) => this.console.push(`uncaught: ${error.message}`));
  }

  /** Opens the page in a context (cookies, sessions) of its own. What the page says is kept in `console`. */
  static async open(browser: Browser, url: string): Promise<DemoPage> {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.addInitScript({ path: IN_PAGE });
    const demo = new DemoPage(context, page);
    await page.goto(url);
    return demo;
  }

  /** The facts of the panel `id`. */
  facts(id: "publisher" | "player"): Promise<PanelFacts> {
    return this.#page
      .locator(`#${id}`)
      .evaluate((panel: unknown) => ({ ...(panel as { dataset: PanelFacts }).dataset }));
  }

  /** Waits until the panel `id` is in this state. */
  async reaches(id: "publisher" | "player", state: string, timeout: number = GENEROUS): Promise<PanelFacts> {
    try {
      return await until(
        `${id} ${state}`,
        async () => {
          const facts = await this.facts(id);
          return facts.state === state ? facts : undefined;
        },
        timeout,
        50,
      );
    } catch (error) {
      throw new Error(`${(error as Error).message}; the page said:\n${this.console.join("\n")}`, { cause: error });
    }
  }

  /** A hash of what the player's canvas shows now, scaled down; "blank" when it shows nothing yet. */
  picture(): Promise<string> {
    return this.#page
      .locator("#player canvas")
      .evaluate((canvas: unknown) => (globalThis as unknown as InPage).hashOfCanvas(canvas));
  }

  /**
   * Looks at the player's picture every `interval` milliseconds for `duration` milliseconds.
   *
   * @returns the hashes in the order seen, without immediate repetitions.
   */
  async watch(duration: number, interval = 100): Promise<string[]> {
    const seen: string[] = [];
    const end = performance.now() + duration;
    while (performance.now() < end) {
      const picture = await this.picture();
      if (picture !== seen.at(-1)) seen.push(picture);
      await this.#page.waitForTimeout(interval);
    }
    return seen;
  }

  async reload(): Promise<void> {
    await this.#page.reload();
  }

  /** Goes to another page, as people do: the sessions of this one are closed with a goodbye. */
  async leave(): Promise<void> {
    await this.#page.goto("about:blank");
  }

  async close(): Promise<void> {
    await this.#context.close();
  }
}
