import type { ConnectionEvents, RecvEvents } from "@moq-relay/protocol/transport";
import { LatencyHistogram } from "./latency-histogram.ts";
import { microseconds } from "./load-track.ts";

/** Takes the objects of a `BulkSender` in the same process. */
export class BulkReceiver implements ConnectionEvents {
  /** Of payload. */
  bytes = 0;
  /** From writing an object to having all of it. */
  readonly latency: LatencyHistogram = new LatencyHistogram();

  clear(): void {
    this.bytes = 0;
    this.latency.clear();
  }

  onUni(): RecvEvents {
    const stamp = Buffer.alloc(8);
    let got = 0;
    return {
      onData: (bytes) => {
        stamp.set(bytes.subarray(0, Math.max(0, 8 - got)), Math.min(got, 8));
        got += bytes.length;
        this.bytes += bytes.length;
      },
      onFin: () => this.latency.record((microseconds() - stamp.readDoubleBE()) / 1000),
      onReset() {},
    };
  }

  onBidi(): never {
    throw new Error("whoever sends bulk opens no two-way streams");
  }

  onDatagram(): void {}

  onClosed(): void {}
}
