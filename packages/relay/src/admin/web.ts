import type { HttpBindings } from "@hono/node-server";
import { type Context, Hono } from "hono";
import { cors } from "hono/cors";
import type { Limits } from "../limits.ts";
import { Fetches, health, text } from "./fetch.ts";
import { home, servePage } from "./home.ts";
import { Listings } from "./listings.ts";
import type { RelayView } from "./view.ts";

type Bindings = { Bindings: HttpBindings };

/**
 * The public pages: certificate hash, announced broadcasts, one group of a track, health. All can be read by any site.
 *
 * @param page folder of a page to serve at `/`; without it there is a short one.
 */
export function webApp(view: RelayView, limits: Limits, page?: string): Hono<Bindings> {
  const app = new Hono<Bindings>();
  const fetches = new Fetches(view, limits);
  app.use(cors({ origin: "*", allowMethods: ["GET", "HEAD"] }));
  app.get("/health", () => health(view));
  app.get("/certificate.sha256", () => {
    const hash = view.fingerprint();
    // Without the newline of other answers: there are clients that take every two characters for a byte.
    return hash === undefined ? text(404, "no certificate") : new Response(hash);
  });
  const listings = new Listings(view, limits);
  app.get("/announced", (context) => announced(context, listings));
  app.get("/announced/*", (context) => announced(context, listings));
  app.get("/fetch/*", (context) => {
    const segments = segmentsAfter(context, "/fetch");
    if (segments === undefined) return text(400, "the path is not valid");
    return fetches.answer(segments, context.req.query("group"), () => context.env.outgoing.destroy());
  });
  if (page !== undefined) app.get("*", servePage(page));
  app.get("/", home);
  app.notFound(() => text(404, "a relay for Media over QUIC: connect by WebTransport or WebSocket"));
  app.onError(() => text(500, "internal error"));
  return app;
}

async function announced(context: Context<Bindings>, listings: Listings): Promise<Response> {
  const segments = segmentsAfter(context, "/announced");
  return segments === undefined ? text(400, "the path is not valid") : listings.answer(segments.join("/"));
}

/** The segments of the path after a first one, decoded; undefined when they are not valid. */
function segmentsAfter(context: Context, first: string): string[] | undefined {
  const rest = new URL(context.req.url).pathname.slice(first.length);
  try {
    return rest
      .split("/")
      .filter((segment) => segment !== "")
      .map(decodeURIComponent);
  } catch {
    return undefined;
  }
}
