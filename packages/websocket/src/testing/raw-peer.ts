import { once } from "node:events";
import { WebSocket } from "ws";
import { decodeMessage } from "../codec/decode.ts";
import { encodeFrame } from "../codec/encode.ts";
import type { Frame } from "../codec/frame.ts";
import type { Framing } from "../codec/framing.ts";
import type { TransportParameters } from "../codec/parameters.ts";
import { Arrivals } from "./recorder.ts";

/** What a raw peer grants unless a test says otherwise: plenty. */
export const GENEROUS: TransportParameters = {
  idleTimeout: 0,
  maxData: 1 << 30,
  maxStreamDataBidiLocal: 1 << 30,
  maxStreamDataBidiRemote: 1 << 30,
  maxStreamDataUni: 1 << 30,
  maxStreamsBidi: 1_000,
  maxStreamsUni: 1_000,
  maxDatagramFrame: 2_000,
  maxRecord: 16_382,
  resetStreamAt: false,
};

/** A client that sends exactly the frames that it is told, and lets a test look at those that come. */
export class RawPeer {
  readonly framing: Framing;
  readonly ws: WebSocket;
  readonly frames: Arrivals<Frame> = new Arrivals();
  readonly messages: Uint8Array[] = [];
  /** Resolves with the status of the WebSocket's end. */
  readonly closed: Promise<number>;

  private constructor(framing: Framing, ws: WebSocket) {
    this.framing = framing;
    this.ws = ws;
    ws.on("message", (data: Buffer) => {
      this.messages.push(data);
      decodeMessage(framing, data, (frame) => {
        this.frames.add(frame);
        return true;
      });
    });
    this.closed = new Promise((resolve) => ws.once("close", resolve));
  }

  static async connect(port: number, framing: Framing): Promise<RawPeer> {
    const name = framing === "legacy" ? "webtransport" : framing;
    const ws = new WebSocket(`ws://127.0.0.1:${port}/`, [name], { perMessageDeflate: false });
    const peer = new RawPeer(framing, ws);
    await once(ws, "open");
    return peer;
  }

  /** Sends each frame in a message of its own. */
  send(...frames: readonly Frame[]): void {
    for (const frame of frames) this.ws.send(encodeFrame(this.framing, frame));
  }

  sendHex(hex: string): void {
    this.ws.send(Buffer.from(hex.replaceAll(/\s/g, ""), "hex"));
  }

  agree(parameters: Partial<TransportParameters> = {}): void {
    this.send({ type: "parameters", parameters: { ...GENEROUS, ...parameters } });
  }

  /** The next frame of a type; others are passed over. */
  async next<T extends Frame["type"]>(type: T): Promise<Extract<Frame, { type: T }>> {
    for (;;) {
      const frame = await this.frames.next();
      if (frame.type === type) return frame as Extract<Frame, { type: T }>;
    }
  }

  /** Resolves when everything that was sent so far was handled, and its answers have come. */
  async settle(): Promise<void> {
    this.ws.ping();
    await once(this.ws, "pong");
  }
}
