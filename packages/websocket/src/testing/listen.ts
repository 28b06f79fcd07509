import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { ConnectionRequest } from "@moq-relay/protocol/transport";
import { createWebSocketTransport, type Trust, type WebSocketOptions, type WebSocketTransport } from "../index.ts";
import { Arrivals, Recorder } from "./recorder.ts";

/** A listener on loopback that lets everybody in, or does what it is told. */
export interface Listener {
  readonly transport: WebSocketTransport;
  readonly port: number;
  readonly connections: Arrivals<Recorder>;
  readonly requests: Arrivals<ConnectionRequest>;
  close(): Promise<void>;
}

/** Lets a client in with its favourite protocol. */
export function admit(request: ConnectionRequest, connections: Arrivals<Recorder>): void {
  request.accept(request.offers[0] ?? "", (connection) => {
    const recorder = new Recorder(connection);
    connections.add(recorder);
    return recorder;
  });
}

export async function listen(
  options: WebSocketOptions = {},
  onRequest: (request: ConnectionRequest, connections: Arrivals<Recorder>) => void = admit,
  http: Server = createServer(),
): Promise<Listener> {
  const transport = createWebSocketTransport({ closeTimeout: 1_000, ...options });
  const connections = new Arrivals<Recorder>();
  const requests = new Arrivals<ConnectionRequest>();
  http.on("upgrade", (request, socket, head) => {
    transport.upgrade(request, socket, head, (visit) => {
      requests.add(visit);
      onRequest(visit, connections);
    });
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  return {
    transport,
    port: (http.address() as AddressInfo).port,
    connections,
    requests,
    async close() {
      transport.close(0, "");
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

/** Dials with exactly these subprotocols; rejects with what `onFailed` was told. */
export function dial(
  transport: WebSocketTransport,
  url: string,
  subprotocols: readonly string[],
  trust: Trust = {},
): Promise<Recorder> {
  return new Promise((resolve, reject) => {
    transport.dial(
      url,
      { protocols: [], subprotocols, ...trust },
      {
        onConnection(connection) {
          const recorder = new Recorder(connection);
          resolve(recorder);
          return recorder;
        },
        onFailed: (reason, status) => reject(Object.assign(new Error(reason), { status })),
      },
    );
  });
}
