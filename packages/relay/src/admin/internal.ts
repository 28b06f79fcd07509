import { Hono } from "hono";
import { health, text } from "./fetch.ts";
import type { Exposition } from "./metrics.ts";
import type { RelayView } from "./view.ts";

/** The pages for those who run the relay. They ask for no credential: the listener is to be private. */
export function internalApp(metrics: Exposition, view: Pick<RelayView, "unready">): Hono {
  const app = new Hono();
  app.get("/health", () => health(view));
  app.get("/metrics", async () => {
    return new Response(await metrics.render(), { headers: { "content-type": metrics.contentType } });
  });
  app.notFound(() => text(404, "here are /metrics and /health"));
  app.onError(() => text(500, "internal error"));
  return app;
}
