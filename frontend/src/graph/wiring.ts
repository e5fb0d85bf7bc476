/** The edges of a graph as numbers, which everything else works on. */
import type { GraphDocument } from "./types";

/** Lists of numbers, one for each of `offsets.length - 1` owners, laid end to end. */
export interface Lists {
  offsets: Int32Array;
  items: Int32Array;
}

export interface Wiring {
  count: number;
  /** Producer and consumer of each edge; two nodes have at most one edge in one direction. */
  from: Int32Array;
  to: Int32Array;
  consumers: Lists;
  producers: Lists;
}

/** For each owner the items whose `owner` it is, in their order. */
export function lists(count: number, owner: Int32Array, items: Int32Array): Lists {
  const offsets = new Int32Array(count + 1);
  for (const entry of owner) offsets[entry + 1] = (offsets[entry + 1] ?? 0) + 1;
  for (let i = 0; i < count; i++) offsets[i + 1] = (offsets[i + 1] as number) + (offsets[i] as number);
  const next = offsets.slice(0, count);
  const sorted = new Int32Array(items.length);
  for (let i = 0; i < items.length; i++) {
    const entry = owner[i] as number;
    const place = next[entry] as number;
    sorted[place] = items[i] as number;
    next[entry] = place + 1;
  }
  return { offsets, items: sorted };
}

export function listOf(all: Lists, owner: number): Int32Array {
  return all.items.subarray(all.offsets[owner], all.offsets[owner + 1]);
}

/** Edges without repetitions, self loops, and those that lead nowhere. */
export function wire(document: GraphDocument): Wiring {
  const count = document.nodes.length;
  const from: number[] = [];
  const to: number[] = [];
  for (let target = 0; target < count; target++) {
    const seen = new Set<number>();
    for (const [source = -1] of document.nodes[target]?.inputs ?? []) {
      if (!Number.isInteger(source) || source < 0 || source >= count || source === target) continue;
      if (seen.has(source)) continue;
      seen.add(source);
      from.push(source);
      to.push(target);
    }
  }
  return wiring(count, Int32Array.from(from), Int32Array.from(to));
}

export function wiring(count: number, from: Int32Array, to: Int32Array): Wiring {
  return { count, from, to, consumers: lists(count, from, to), producers: lists(count, to, from) };
}
