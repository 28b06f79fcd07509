import { type Context, Hono } from "hono";
import { health, text } from "./fetch.ts";
import type { Exposition } from "./metrics.ts";
import type { InsideView, RelayView } from "./view.ts";

/** The pages for those who run the relay. They ask for no credential: the listener is to be private. */
export function internalApp(metrics: Exposition, view: Pick<RelayView, "unready">, inside: InsideView): Hono {
  const app = new Hono();
  app.get("/health", () => health(view));
  app.get("/metrics", async () => {
    return new Response(await metrics.render(), { headers: { "content-type": metrics.contentType } });
  });
  app.get("/nodes", async (context) => context.json(await inside.nodes()));
  app.get("/broadcasts/*", async (context) =>
    context.json(await inside.broadcasts(pathBehind(context, "/broadcasts"))),
  );
  app.get("/explain/*", async (context) => context.json(await inside.explain(pathBehind(context, "/explain"))));
  app.notFound(() => text(404, "here are /metrics, /health, /nodes, /broadcasts and /explain/<broadcast>"));
  app.onError(() => text(500, "internal error"));
  return app;
}

/** What stands behind a first segment, decoded and without empty segments; "" where it cannot be. */
function pathBehind(context: Context, first: string): string {
  const written = new URL(context.req.url).pathname.slice(first.length);
  try {
    return written.split("/").filter(Boolean).map(decodeURIComponent).join("/");
  } catch {
    return "";
  }
}
