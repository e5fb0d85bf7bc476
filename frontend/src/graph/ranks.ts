/**
 * Which row each box stands in, and which edges are drawn as such.
 *
 * Ranks are longest paths from the sources; what no edge forces up is let down to its consumers. Edges that close a
 * cycle point up. Edges that would run along half the graph (a mask that every block reads) are cut: both ends get a
 * labelled stub instead.
 */
import { type Lists, lists } from "./wiring";

export const HUB_CONSUMERS = 8;
const HUB_SPAN = 4;
/** Rows that an edge of no hub may pass; further ones are cut only when all long edges together become too many. */
const LONG_SPAN = 24;

export interface Ranks {
  rank: Int32Array;
  rows: number;
  /** For each edge: drawn down, drawn up (it closes a cycle), or cut. */
  kind: Uint8Array;
}

export const DOWN = 0;
export const UP = 1;
export const CUT = 2;

export function ranks(count: number, from: Int32Array, to: Int32Array): Ranks {
  const edges = Int32Array.from(from, (_, edge) => edge);
  const out = lists(count, from, edges);
  const into = lists(count, to, edges);
  const { order, kind } = topological(count, from, to, out);
  const rank = new Int32Array(count);
  for (const node of order) {
    for (let i = out.offsets[node] as number; i < (out.offsets[node + 1] as number); i++) {
      const edge = out.items[i] as number;
      if (kind[edge] === UP) continue;
      const target = to[edge] as number;
      rank[target] = Math.max(rank[target] as number, (rank[node] as number) + 1);
    }
  }
  letDown(order, rank, kind, from, to, out, into);
  const rows = spreadLoose(count, rank, out, into);
  cut(rank, kind, from, to, out, into, count);
  return { rank, rows, kind };
}

/** Every node once, each after its producers; where a cycle leaves none, the first node left goes ahead. */
function topological(count: number, from: Int32Array, to: Int32Array, out: Lists) {
  const waiting = new Int32Array(count);
  for (const target of to) waiting[target] = (waiting[target] as number) + 1;
  const order = new Int32Array(count);
  const place = new Int32Array(count).fill(-1);
  let done = 0;
  let read = 0;
  let next = 0;
  const release = (node: number) => {
    place[node] = done;
    order[done++] = node;
  };
  for (let node = 0; node < count; node++) if (waiting[node] === 0) release(node);
  while (done < count || read < done) {
    if (read === done) {
      while (place[next] !== -1) next++;
      release(next);
    }
    const node = order[read++] as number;
    for (let i = out.offsets[node] as number; i < (out.offsets[node + 1] as number); i++) {
      const target = to[out.items[i] as number] as number;
      waiting[target] = (waiting[target] as number) - 1;
      if (waiting[target] === 0 && place[target] === -1) release(target);
    }
  }
  const kind = new Uint8Array(from.length);
  for (let edge = 0; edge < from.length; edge++) {
    if ((place[from[edge] as number] as number) > (place[to[edge] as number] as number)) kind[edge] = UP;
  }
  return { order, kind };
}

/** A source stands just above its consumer, and so does whatever has fewer edges into it than out of it. */
function letDown(
  order: Int32Array,
  rank: Int32Array,
  kind: Uint8Array,
  from: Int32Array,
  to: Int32Array,
  out: Lists,
  into: Lists,
) {
  for (let i = order.length - 1; i >= 0; i--) {
    const node = order[i] as number;
    let lowest = Number.POSITIVE_INFINITY;
    let leaving = 0;
    for (let k = out.offsets[node] as number; k < (out.offsets[node + 1] as number); k++) {
      const edge = out.items[k] as number;
      if (kind[edge] === UP) continue;
      leaving++;
      lowest = Math.min(lowest, (rank[to[edge] as number] as number) - 1);
    }
    let coming = 0;
    let anchored = false;
    for (let k = into.offsets[node] as number; k < (into.offsets[node + 1] as number); k++) {
      const edge = into.items[k] as number;
      if (kind[edge] === UP) continue;
      coming++;
      // What reads a node that many others read does not keep that one near.
      const source = from[edge] as number;
      if ((out.offsets[source + 1] as number) - (out.offsets[source] as number) <= HUB_CONSUMERS)
        anchored = true;
    }
    if (leaving > 0 && (leaving > coming || !anchored)) rank[node] = Math.max(rank[node] as number, lowest);
  }
}

/** Nodes without any edge would all stand in the first row; they fill rows of their own below the rest. */
function spreadLoose(count: number, rank: Int32Array, out: Lists, into: Lists): number {
  const loose: number[] = [];
  let rows = 0;
  for (let node = 0; node < count; node++) {
    const edges =
      (out.offsets[node + 1] as number) -
      (out.offsets[node] as number) +
      (into.offsets[node + 1] as number) -
      (into.offsets[node] as number);
    if (edges === 0) loose.push(node);
    else rows = Math.max(rows, (rank[node] as number) + 1);
  }
  const perRow = Math.max(6, Math.ceil(Math.sqrt(loose.length / 3)));
  loose.forEach((node, i) => {
    rank[node] = rows + Math.floor(i / perRow);
  });
  return rows + Math.ceil(loose.length / perRow);
}

function cut(
  rank: Int32Array,
  kind: Uint8Array,
  from: Int32Array,
  to: Int32Array,
  out: Lists,
  into: Lists,
  count: number,
) {
  const long: number[] = [];
  let passed = 0;
  for (let edge = 0; edge < from.length; edge++) {
    const [source, target] = [from[edge] as number, to[edge] as number];
    const span = (rank[target] as number) - (rank[source] as number);
    // An edge that closes a cycle would run up along everything between.
    if (kind[edge] === UP || span <= 0) {
      kind[edge] = -span > HUB_SPAN ? CUT : UP;
      continue;
    }
    const fan = (out.offsets[source + 1] as number) - (out.offsets[source] as number);
    const funnel = (into.offsets[target + 1] as number) - (into.offsets[target] as number);
    if (
      (fan > HUB_CONSUMERS && span > HUB_SPAN) ||
      (fan > 2 && span > LONG_SPAN) ||
      (funnel > 2 * HUB_CONSUMERS && span > 2 * HUB_SPAN)
    ) {
      kind[edge] = CUT;
      continue;
    }
    passed += span - 1;
    if (span > LONG_SPAN) long.push(edge);
  }
  // Rows passed are what layout and drawing pay for.
  const most = 4 * count + 2000;
  const spanOf = (edge: number) =>
    (rank[to[edge] as number] as number) - (rank[from[edge] as number] as number);
  long.sort((a, b) => spanOf(b) - spanOf(a) || a - b);
  for (const edge of long) {
    if (passed <= most) break;
    kind[edge] = CUT;
    passed -= spanOf(edge) - 1;
  }
  for (let edge = from.length - 1; edge >= 0 && passed > 4 * most; edge--) {
    if (kind[edge] !== DOWN || spanOf(edge) < 2) continue;
    kind[edge] = CUT;
    passed -= spanOf(edge) - 1;
  }
}
