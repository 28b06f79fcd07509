/** What the generations of the npm packages have in common, so that one program leads them all. */
export interface Face {
  readonly version: string;
  /** Tells of every announcement below the root of the session, now and from now on, and in words why no more will come. */
  announced(onEvent: (path: string, active: boolean) => void, onOver: (why: string) => void): void;
  publish(path: string): FacePublication;
  subscribe(path: string, events: FaceReader): void;
  /** @throws Lacking where the package has no such thing. */
  fetch(path: string, group: number): Promise<Uint8Array[]>;
  close(): void;
}

/** A broadcast of one track. */
export interface FacePublication {
  /** Resolves when somebody has subscribed to the track. */
  readonly wanted: Promise<void>;
  /** Opens a group. Returns its sequence. */
  openGroup(): number;
  writeFrame(payload: Uint8Array): void;
  endGroup(): void;
  /** @throws Lacking where the package has no such thing. */
  datagram(payload: Uint8Array): void;
  end(): void;
}

/** Where what comes is taken. */
export interface FaceReader {
  onFrame(payload: Uint8Array, group: number): void;
  onDatagram(payload: Uint8Array): void;
  onFailed(error: Error): void;
  /** There is nothing like it in this package. */
  onNoDatagrams(why: string): void;
}

/** A package has nothing of the kind. */
export class Lacking extends Error {}
