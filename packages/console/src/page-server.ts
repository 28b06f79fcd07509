import { readFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import { extname, join, normalize } from "node:path";

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".wasm": "application/wasm",
  ".json": "application/json",
  ".svg": "image/svg+xml",
};

/** A page server that is up. */
export interface PageServer {
  /** Where the page is, on `localhost`, which browsers treat as a secure context without TLS. */
  readonly url: URL;
  close(): Promise<void>;
}

/**
 * Serves a folder of built files on loopback.
 *
 * @param port 0 for any that is free.
 * @throws when the port is taken.
 */
export async function servePage(folder: string, port = 0): Promise<PageServer> {
  const server = createServer(answer(folder));
  await listen(server, port);
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the page server has no port");
  return {
    url: new URL(`http://localhost:${address.port}/`),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answer(folder: string): RequestListener {
  return (request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    // A normalized absolute path has no ".." left, so it cannot leave the folder.
    const file = join(folder, normalize(pathname === "/" ? "/index.html" : pathname));
    try {
      const body = readFileSync(file);
      response.setHeader("content-type", TYPES[extname(file)] ?? "application/octet-stream");
      response.setHeader("cache-control", "no-cache");
      response.setHeader("x-content-type-options", "nosniff");
      response.end(body);
    } catch {
      response.writeHead(404, { "content-type": "text/plain" }).end("not found\n");
    }
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", reject);
      resolve();
    });
  });
}
