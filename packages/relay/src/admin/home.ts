import { serveStatic } from "@hono/node-server/serve-static";
import type { MiddlewareHandler } from "hono";

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>moq-relay</title>
    <link rel="icon" href="data:,">
  </head>
  <body>
    <h1>moq-relay</h1>
    <p>A relay for live media by Media over QUIC. Publishers and players connect to this address by WebTransport or
    WebSocket.</p>
    <p><a href="/announced">Live broadcasts</a></p>
  </body>
</html>
`;

const HEADERS = { "content-type": "text/html; charset=utf-8", "x-content-type-options": "nosniff" };

/** What a browser sees at `/`: what this is, and where the live broadcasts are listed. */
export function home(): Response {
  return new Response(PAGE, { headers: HEADERS });
}

/**
 * Serves the files of a page instead, `index.html` at `/`.
 *
 * @param folder its absolute path.
 */
export function servePage(folder: string): MiddlewareHandler {
  return serveStatic({
    root: folder,
    onFound: (_path, context) => {
      context.header("cache-control", "no-cache");
      context.header("x-content-type-options", "nosniff");
    },
  });
}
