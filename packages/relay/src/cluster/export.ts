import type { View } from "../routing/index.ts";
import type { LinkKind } from "./links.ts";

/** Who listens to us. "peer": a relay of another kind that we dialled; "client": everybody else. */
export type ListenerKind = LinkKind | "peer" | "client";

/**
 * What is told to whom. Whatever enters the cluster is told by its node to the roots, and by a root to the nodes that ask:
 * never further, so an announcement makes at most two steps and cannot go in circles. To foreign relays the cluster is one
 * more hop, and the hop list sees to the rest.
 *
 * @param view what the listener may see at most.
 */
export function exportView(self: { readonly root: boolean }, to: ListenerKind, dialled: boolean, view: View): View {
  switch (to) {
    case "client":
      return view;
    case "peer":
      return { ...view, hidden: true };
    case "foreign":
      return { ...view, scope: "all", hidden: dialled };
    case "root":
      return { ...view, scope: "local", hidden: true, member: true };
    case "node":
      return { ...view, scope: self.root ? "all" : "local", hidden: true, member: true };
  }
}
