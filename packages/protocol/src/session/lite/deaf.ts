import type { Handle, SendEvents } from "../../transport/index.ts";

/** The sending events that a control stream does not care about: it is short, and its receiving side tells how it ends. */
export class Deaf implements SendEvents {
  onStopped(_stream: Handle, _code: number): void {}
  onPressure(_stream: Handle, _queued: number): void {}
  onDrained(_stream: Handle): void {}
  onOverflow(_stream: Handle): void {}
  onDelivered(_stream: Handle): void {}
}
