import type { Path } from "@moq-relay/protocol/model";

interface Node<T> {
  value: T | undefined;
  children: Map<string, Node<T>> | undefined;
}

/** Values by path, found by what covers a path and by what lies below it. */
export class PathTree<T> {
  readonly #root: Node<T> = { value: undefined, children: undefined };
  #size = 0;

  /** How many paths have a value. */
  get size(): number {
    return this.#size;
  }

  get(path: Path): T | undefined {
    return this.#find(path)?.value;
  }

  set(path: Path, value: T): void {
    let node = this.#root;
    for (const segment of segments(path)) {
      node.children ??= new Map();
      let child = node.children.get(segment);
      if (child === undefined) {
        child = { value: undefined, children: undefined };
        node.children.set(segment, child);
      }
      node = child;
    }
    if (node.value === undefined) this.#size += 1;
    node.value = value;
  }

  /** Forgets the value, and the branch that led only there. */
  delete(path: Path): void {
    const names = segments(path);
    const way: Node<T>[] = [this.#root];
    for (const name of names) {
      const child = way.at(-1)!.children?.get(name);
      if (child === undefined) return;
      way.push(child);
    }
    if (way.at(-1)!.value === undefined) return;
    way.at(-1)!.value = undefined;
    this.#size -= 1;
    for (let depth = names.length; depth > 0; depth--) {
      const node = way[depth]!;
      if (node.value !== undefined || node.children !== undefined) return;
      const parent = way[depth - 1]!;
      parent.children!.delete(names[depth - 1]!);
      if (parent.children!.size === 0) parent.children = undefined;
    }
  }

  /** The values at `path` and its ancestors, the shortest path first. */
  covering(path: Path): T[] {
    const found: T[] = [];
    let node: Node<T> | undefined = this.#root;
    if (node.value !== undefined) found.push(node.value);
    for (const segment of segments(path)) {
      node = node.children?.get(segment);
      if (node === undefined) break;
      if (node.value !== undefined) found.push(node.value);
    }
    return found;
  }

  /** The values at `prefix` and below it. */
  below(prefix: Path): T[] {
    const found: T[] = [];
    const start = this.#find(prefix);
    const open = start === undefined ? [] : [start];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      if (node.value !== undefined) found.push(node.value);
      if (node.children !== undefined) for (const child of node.children.values()) open.push(child);
    }
    return found;
  }

  #find(path: Path): Node<T> | undefined {
    let node: Node<T> | undefined = this.#root;
    for (const segment of segments(path)) node = node?.children?.get(segment);
    return node;
  }
}

function segments(path: Path): string[] {
  return path === "" ? [] : path.split("/");
}
