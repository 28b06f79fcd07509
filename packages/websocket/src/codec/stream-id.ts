/** Which kind of stream: the second bit of its id. */
export type StreamKind = "bidi" | "uni";

/** The id of the `index`-th stream of its kind that one side opened (RFC 9000 §2.1). */
export function streamId(index: number, kind: StreamKind, byServer: boolean): number {
  return index * 4 + (kind === "uni" ? 2 : 0) + (byServer ? 1 : 0);
}

export function kindOf(id: number): StreamKind {
  return id % 4 >= 2 ? "uni" : "bidi";
}

export function openedByServer(id: number): boolean {
  return id % 2 === 1;
}

export function indexOf(id: number): number {
  return Math.floor(id / 4);
}
