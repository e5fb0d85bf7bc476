/**
 * Groups by blocks that follow each other again and again, whatever their names.
 *
 * In topological order a run of neighbours is never crossed by a path that leaves it and comes back, so that every
 * block is a stretch of that order. A stretch repeats with the period `p` where node `i` and node `i + p` are of one
 * type and read alike: from as far back, or both from one node before the repetition (a mask). The repetitions that
 * cover most nodes win.
 */
import type { Group, Grouping } from "./groups";
import type { GraphDocument } from "./types";
import type { Wiring } from "./wiring";

const SMALLEST = 3;
const LONGEST = 1000;
/** Comparisons of node types that may be spent. */
const BUDGET = 20_000_000;

interface Run {
  start: number;
  period: number;
  copies: number;
}

export function byRepeat(document: GraphDocument, wiring: Wiring): Grouping {
  const groups: Group[] = [];
  const of = new Int32Array(document.nodes.length).fill(-1);
  const runs = repeats(document, wiring);
  runs.forEach((run, place) => {
    const size = run.period * run.copies;
    const parent =
      groups.push({ label: `block ${letters(place)}`, parent: -1, copies: run.copies, size }) - 1;
    for (let copy = 0; copy < run.copies; copy++) {
      const label = `block ${letters(place)}.${copy + 1}`;
      const group = groups.push({ label, parent, copies: 0, size: run.period }) - 1;
      of.fill(group, run.start + copy * run.period, run.start + (copy + 1) * run.period);
    }
  });
  return { groups, of };
}

/** A, B … Z, AA, AB … */
function letters(place: number): string {
  const letter = String.fromCharCode(65 + (place % 26));
  return place < 26 ? letter : letters(Math.floor(place / 26) - 1) + letter;
}

/** Runs that do not overlap, in their order. */
export function repeats(document: GraphDocument, wiring: Wiring): Run[] {
  const count = document.nodes.length;
  const kinds = new Map<string, number>();
  const kind = Int32Array.from(document.nodes, ({ type }) => {
    const known = kinds.get(type);
    if (known !== undefined) return known;
    kinds.set(type, kinds.size);
    return kinds.size - 1;
  });
  const longest = Math.min(LONGEST, count >> 1, Math.floor(BUDGET / Math.max(1, count)));
  const crossing = cuts(wiring);
  const found: Run[] = [];
  for (let period = SMALLEST; period <= longest; period++) {
    let length = 0;
    for (let i = 0; i + period <= count; i++) {
      const same =
        i + period < count && kind[i] === kind[i + period] && readsAlike(wiring, i, i + period, period);
      if (same) {
        length++;
        continue;
      }
      if (length >= period) found.push(aligned(i - length, length, period, crossing));
      length = 0;
    }
  }
  // Most nodes first; of the same nodes, the shorter block.
  found.sort((a, b) => b.period * b.copies - a.period * a.copies || a.period - b.period || a.start - b.start);
  const taken = new Uint8Array(count);
  const chosen: Run[] = [];
  for (const run of found) {
    const end = run.start + run.period * run.copies;
    if (taken[run.start] || taken[end - 1]) continue;
    if (taken.subarray(run.start, end).indexOf(1) >= 0) continue;
    taken.fill(1, run.start, end);
    chosen.push(run);
  }
  return chosen.sort((a, b) => a.start - b.start);
}

function readsAlike({ producers }: Wiring, first: number, second: number, period: number): boolean {
  const { offsets, items } = producers;
  const begin = offsets[first] as number;
  const shift = (offsets[second] as number) - begin;
  const end = offsets[first + 1] as number;
  if ((offsets[second + 1] as number) - end !== shift) return false;
  for (let i = begin; i < end; i++) {
    const [from, to] = [items[i] as number, items[i + shift] as number];
    if (first - from === second - to) continue;
    // One node from outside that all blocks read.
    if (from === to && second - to > period) continue;
    return false;
  }
  return true;
}

/** How many edges pass between node i - 1 and node i. */
function cuts({ count, from, to }: Wiring): Int32Array {
  const change = new Int32Array(count + 2);
  for (let edge = 0; edge < from.length; edge++) {
    const [a, b] = [from[edge] as number, to[edge] as number];
    if (a >= b) continue;
    change[a + 1] = (change[a + 1] as number) + 1;
    change[b + 1] = (change[b + 1] as number) - 1;
  }
  for (let i = 1; i < change.length; i++) change[i] = (change[i] as number) + (change[i - 1] as number);
  return change;
}

/** A repetition may begin at several places; blocks begin best where the fewest edges pass. */
function aligned(start: number, length: number, period: number, crossing: Int32Array): Run {
  const total = length + period;
  const copies = Math.floor(total / period);
  let best = start;
  for (let at = start; at <= start + total - copies * period; at++) {
    // Between the first two copies: in front of all there may be less to pass.
    if ((crossing[at + period] as number) < (crossing[best + period] as number)) best = at;
  }
  return { start: best, period, copies };
}
