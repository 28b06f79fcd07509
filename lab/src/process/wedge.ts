import type { RelayKind, RelayOptions } from "./relay-kind.ts";
import type { RelayProcess } from "./relay-process.ts";
import { within } from "./wait.ts";

/** The same relay, whose JavaScript can be looked at, and held up, by the protocol of Node's inspector. */
export function withInspector(kind: RelayKind): RelayKind {
  const command = (options: RelayOptions) => {
    const plain = kind.command(options);
    return { ...plain, args: ["--inspect=127.0.0.1:0", ...plain.args] };
  };
  return { ...kind, command };
}

/**
 * Keeps a relay's event loop busy for so many milliseconds, while its native threads go on. It must have been started
 * `withInspector`.
 *
 * @returns when the event loop is free again.
 */
export async function wedge(relay: RelayProcess, milliseconds: number): Promise<void> {
  const socket = new WebSocket(inspectorOf(relay));
  const expression = `{ const end = Date.now() + ${milliseconds}; while (Date.now() < end); }`;
  const answered = new Promise<void>((resolve, reject) => {
    socket.onopen = () => socket.send(JSON.stringify({ id: 1, method: "Runtime.evaluate", params: { expression } }));
    socket.onmessage = () => resolve();
    socket.onerror = () => reject(new Error(`the inspector of ${relay.program.name} does not answer`));
  });
  try {
    await within("the busy loop", answered, milliseconds + 30_000);
  } finally {
    socket.close();
  }
}

/** Node writes the address of its inspector to its log when it starts. */
function inspectorOf(relay: RelayProcess): string {
  for (const line of relay.program.lines) {
    const url = /Debugger listening on (ws:\S+)/.exec(line)?.[1];
    if (url !== undefined) return url;
  }
  throw new Error(`${relay.program.name} has no inspector`);
}
