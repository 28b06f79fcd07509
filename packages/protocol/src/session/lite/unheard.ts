import type { BidiEvents } from "../../transport/index.ts";
import { Deaf } from "./deaf.ts";

/** A stream that only says something. */
export class Unheard extends Deaf implements BidiEvents {
  onData(): void {}
  onFin(): void {}
  onReset(): void {}
}
