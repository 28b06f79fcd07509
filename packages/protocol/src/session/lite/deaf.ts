/** The sending events that a control stream does not care about: it is short, and its receiving side tells how it ends. */
export class Deaf {
  onStopped(): void {}
  onPressure(): void {}
  onDrained(): void {}
  onOverflow(): void {}
  onDelivered(): void {}
}
