/** Small graphs for tests, written as lists of edges. */
import type { GraphDocument, GraphNode } from "./types";

export function node(part: Partial<GraphNode> & { name: string }): GraphNode {
  return { type: "Add", inputs: [], outputs: [{ shape: [1], precision: "f32" }], ...part };
}

/** Nodes "0" to "n - 1" of one type with edges from the first to the second of each pair. */
export function graph(count: number, edges: readonly (readonly [number, number])[]): GraphDocument {
  const inputs: [number, number][][] = Array.from({ length: count }, () => []);
  for (const [from, to] of edges) inputs[to]?.push([from, 0]);
  return { kind: "ir", nodes: inputs.map((list, i) => node({ name: String(i), inputs: list })) };
}

/** Nodes of one type with these names, each reading the one before. */
export function chain(names: readonly string[], types: readonly string[] = []): GraphDocument {
  return {
    kind: "ir",
    nodes: names.map((name, i) =>
      node({ name, type: types[i] ?? "Add", inputs: i === 0 ? [] : [[i - 1, 0]] }),
    ),
  };
}

/** A generator of numbers below 1 that is the same every time (Lehmer's, with the multiplier of MINSTD). */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}
