import { createServer, type IncomingMessage, type Server } from "node:http";
import type { Duplex } from "node:stream";
import { createAdaptorServer } from "@hono/node-server";
import type { SocketAddress } from "../config/index.ts";
import type { Limits } from "../limits.ts";

/** Takes over the socket of a WebSocket request; `head` is what came after its headers. */
export type OnUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

export interface ListenOptions {
  readonly address: SocketAddress;
  readonly fetch: (request: Request, environment: never) => Response | Promise<Response>;
  readonly limits: Limits;
  /** Without it a WebSocket request is answered like any other. */
  readonly onUpgrade?: OnUpgrade;
}

/** An open HTTP listener. */
export interface HttpListener {
  /** Where it listens, with the real port. */
  readonly address: SocketAddress;
  /** Accepts nothing more, lets requests under way end for `grace` milliseconds, then cuts them. Sockets that were handed to `onUpgrade` are not touched. */
  close(grace: number): Promise<void>;
}

/** How long a connection without a request is kept, milliseconds. */
const KEEP_ALIVE = 5_000;

/** Listens on an address. Rejects with what `net.Server` gives (`EADDRINUSE`, `EACCES`). */
export async function listen(options: ListenOptions): Promise<HttpListener> {
  const server = makeServer(options);
  const open = trackSockets(server);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host: options.address.host, port: options.address.port }, () => {
      server.off("error", reject);
      resolve();
    });
  });
  // Running out of file descriptors must not end the process: what is open goes on, and accepting resumes by itself.
  server.on("error", () => {});
  const { port } = server.address() as { port: number };
  const { host, text } = options.address;
  return {
    address: { host, port, text: text.replace(/:\d+$/, `:${port}`) },
    close: (grace) => close(server, open, grace),
  };
}

function makeServer({ fetch, limits, onUpgrade }: ListenOptions): Server {
  const server = createAdaptorServer({
    fetch: fetch as (request: Request) => Response | Promise<Response>,
    overrideGlobalObjects: false,
    createServer,
    serverOptions: {
      maxHeaderSize: limits.httpHeader,
      headersTimeout: limits.httpHeaderTimeout,
      requestTimeout: limits.httpHeaderTimeout,
      keepAliveTimeout: KEEP_ALIVE,
      // How precisely the two timeouts above are kept.
      connectionsCheckingInterval: Math.min(1_000, limits.httpHeaderTimeout),
      shouldUpgradeCallback: (request) => onUpgrade !== undefined && isWebSocket(request),
    },
  }) as Server;
  server.maxConnections = limits.httpConnections;
  if (onUpgrade !== undefined) {
    server.on("upgrade", (request, socket, head) => {
      // Whoever takes it over listens too; until then a peer's reset would be an uncaught error.
      socket.on("error", () => {});
      onUpgrade(request, socket, head);
    });
  }
  return server;
}

function isWebSocket(request: IncomingMessage): boolean {
  return request.headers.upgrade?.toLowerCase() === "websocket";
}

/** The sockets that still speak HTTP. The server's own count has those of WebSockets as well, and would wait for them. */
function trackSockets(server: Server): Set<Duplex> {
  const open = new Set<Duplex>();
  server.on("connection", (socket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
  });
  server.prependListener("upgrade", (_request, socket) => open.delete(socket));
  return open;
}

async function close(server: Server, open: ReadonlySet<Duplex>, grace: number): Promise<void> {
  server.close();
  const waiting = [...open].map((socket) => new Promise<void>((resolve) => socket.once("close", resolve)));
  const timer = setTimeout(() => {
    for (const socket of open) socket.destroy();
  }, grace);
  server.closeIdleConnections();
  await Promise.all(waiting);
  clearTimeout(timer);
}
