/**
 * Boxes in rows, with few crossings and short, straight edges: a plain layered layout.
 *
 * Rows come from `ranks`. An edge that passes rows gets a point in each of them. Rows are ordered by the mean place of
 * what they hang on, in a few sweeps down and up. Then every row in turn is moved as near as its order and the widths
 * allow (in the sense of least squares) to the medians of its neighbours; for one row that is an isotonic regression,
 * which takes linear time.
 */
import { CUT, DOWN, ranks, UP } from "./ranks";
import { type Lists, lists } from "./wiring";

export interface Level {
  count: number;
  width: Float32Array;
  height: Float32Array;
  from: Int32Array;
  to: Int32Array;
}

export interface Placed {
  /** Left upper corners, from 0 on. */
  x: Float32Array;
  y: Float32Array;
  width: number;
  height: number;
  rank: Int32Array;
  kind: Uint8Array;
  /** For each edge that is not cut its points, x before y; empty for cut ones. */
  routes: Float32Array[];
}

export const GAP_X = 22;
export const GAP_Y = 40;
/** Between two edges, and an edge and a box, that pass each other. */
const LANE = 12;
const ORDER_SWEEPS = 6;
const PLACE_SWEEPS = 8;
/** The longer an edge, the less it gives way to the boxes that it passes. */
const LANE_WEIGHT = 4;
const PORT_STEP = 14;

interface Rows {
  /** Boxes first, then the points of edges. */
  total: number;
  rank: Int32Array;
  above: Lists;
  below: Lists;
  rows: Int32Array[];
  /** Where each stands in its row. */
  place: Int32Array;
}

export function layered(level: Level): Placed {
  const { count, width, height, from, to } = level;
  const { rank, rows, kind } = ranks(count, from, to);
  const { chains, net } = virtual(level, rank, rows, kind);
  order(net);
  const center = place(net, chains, level);
  const { top, bottom, total } = heights(net, level, rows);

  let [left, right] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < net.total; i++) {
    const half = i < count ? (width[i] as number) / 2 : 0;
    left = Math.min(left, (center[i] as number) - half);
    right = Math.max(right, (center[i] as number) + half);
  }
  if (net.total === 0) [left, right] = [0, 0];
  const x = new Float32Array(count);
  const y = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    x[i] = (center[i] as number) - (width[i] as number) / 2 - left;
    const row = rank[i] as number;
    y[i] = ((top[row] as number) + (bottom[row] as number) - (height[i] as number)) / 2;
  }
  for (let i = 0; i < net.total; i++) center[i] = (center[i] as number) - left;
  const routes = route(level, { rank, kind, chains, center, top, bottom, y });
  return { x, y, width: right - left, height: total, rank, kind, routes };
}

/** A point in each row that an edge passes, and who hangs on whom between neighbouring rows. */
function virtual(level: Level, rank: Int32Array, rows: number, kind: Uint8Array) {
  const { count, from, to } = level;
  const chains: Int32Array[] = [];
  const pointRank: number[] = [];
  const upper: number[] = [];
  const lower: number[] = [];
  for (let edge = 0; edge < from.length; edge++) {
    const chain: number[] = [];
    if (kind[edge] === DOWN) {
      let last = from[edge] as number;
      for (let row = (rank[last] as number) + 1; row < (rank[to[edge] as number] as number); row++) {
        const point = count + pointRank.length;
        pointRank.push(row);
        chain.push(point);
        upper.push(last);
        lower.push(point);
        last = point;
      }
      upper.push(last);
      lower.push(to[edge] as number);
    }
    chains.push(Int32Array.from(chain));
  }
  const total = count + pointRank.length;
  const allRanks = new Int32Array(total);
  allRanks.set(rank);
  allRanks.set(pointRank, count);
  const up = Int32Array.from(upper);
  const down = Int32Array.from(lower);
  const members = lists(
    rows,
    allRanks,
    Int32Array.from({ length: total }, (_, i) => i),
  );
  const net: Rows = {
    total,
    rank: allRanks,
    above: lists(total, down, up),
    below: lists(total, up, down),
    rows: Array.from({ length: rows }, (_, row) =>
      members.items.slice(members.offsets[row], members.offsets[row + 1]),
    ),
    place: new Int32Array(total),
  };
  for (const row of net.rows) for (let i = 0; i < row.length; i++) net.place[row[i] as number] = i;
  return { chains, net };
}

function order(net: Rows) {
  const key = new Float64Array(net.total);
  const sweep = (row: Int32Array, side: Lists) => {
    if (row.length < 2) return false;
    let sorted = true;
    for (let k = 0; k < row.length; k++) {
      const item = row[k] as number;
      const [begin, end] = [side.offsets[item] as number, side.offsets[item + 1] as number];
      let sum = 0;
      for (let i = begin; i < end; i++) sum += share(net, side.items[i] as number);
      key[item] = end > begin ? sum / (end - begin) : share(net, item);
      if (k > 0 && (key[row[k - 1] as number] as number) > (key[item] as number)) sorted = false;
    }
    if (sorted) return false;
    row.sort(
      (a, b) =>
        (key[a] as number) - (key[b] as number) || (net.place[a] as number) - (net.place[b] as number),
    );
    for (let i = 0; i < row.length; i++) net.place[row[i] as number] = i;
    return true;
  };
  const last = net.rows.length - 1;
  for (let pass = 0; pass < ORDER_SWEEPS; pass++) {
    let moved = false;
    for (let i = 1; i <= last; i++) {
      const row = rowOf(net, pass % 2 === 0 ? i : last - i);
      if (sweep(row, pass % 2 === 0 ? net.above : net.below)) moved = true;
    }
    if (!moved && pass > 0) break;
  }
}

/** The place in its row as a part of the row, so that rows of different lengths compare. */
function share(net: Rows, item: number): number {
  return ((net.place[item] as number) + 0.5) / rowOf(net, net.rank[item] as number).length;
}

function rowOf(net: Rows, row: number): Int32Array {
  return net.rows[row] as Int32Array;
}

function place(net: Rows, chains: readonly Int32Array[], { count, width }: Level): Float64Array {
  const center = new Float64Array(net.total);
  const offset = new Float64Array(net.total);
  const weight = new Float64Array(net.total).fill(1);
  for (const chain of chains) for (const point of chain) weight[point] = LANE_WEIGHT * chain.length ** 2;
  for (const row of net.rows) {
    for (let i = 1; i < row.length; i++) {
      const [a, b] = [row[i - 1] as number, row[i] as number];
      const half = ((a < count ? (width[a] as number) : 0) + (b < count ? (width[b] as number) : 0)) / 2;
      offset[b] = (offset[a] as number) + half + (a < count && b < count ? GAP_X : LANE);
    }
    const middle = row.length > 0 ? (offset[row[row.length - 1] as number] as number) / 2 : 0;
    for (const item of row) center[item] = (offset[item] as number) - middle;
  }
  const wanted = new Float64Array(net.total);
  const near: number[] = [];
  const gather = (item: number, side: Lists) => {
    const end = side.offsets[item + 1] as number;
    for (let k = side.offsets[item] as number; k < end; k++) near.push(side.items[k] as number);
  };
  // A box follows the longest edge that ends in it, so that what passes many rows is drawn straight.
  const pulled = () => weightedMedian(near, center, weight);
  const pull = (row: Int32Array, side: Lists | null) => {
    for (const item of row) {
      near.length = 0;
      if (side !== net.below) gather(item, net.above);
      if (side !== net.above) gather(item, net.below);
      wanted[item] = near.length > 0 ? pulled() : (center[item] as number);
    }
    settle(row, wanted, offset, weight, center);
  };
  const last = net.rows.length - 1;
  for (let pass = 0; pass < PLACE_SWEEPS; pass++) {
    const down = pass % 2 === 0;
    const both = pass >= PLACE_SWEEPS - 2;
    for (let i = 1; i <= last; i++) {
      pull(rowOf(net, down ? i : last - i), both ? null : down ? net.above : net.below);
    }
  }
  return center;
}

/** Where half of the weight of `items` lies left; between two, where both halves are equal. */
export function weightedMedian(items: number[], at: Float64Array, weight: Float64Array): number {
  const [first, second] = items as [number, number];
  if (items.length === 1) return at[first] as number;
  if (items.length === 2) {
    const difference = (weight[first] as number) - (weight[second] as number);
    if (difference !== 0) return at[difference > 0 ? first : second] as number;
    return ((at[first] as number) + (at[second] as number)) / 2;
  }
  items.sort((a, b) => (at[a] as number) - (at[b] as number));
  let rest = 0;
  for (const item of items) rest += weight[item] as number;
  rest /= 2;
  for (let i = 0; i < items.length - 1; i++) {
    const item = items[i] as number;
    rest -= weight[item] as number;
    if (rest < 0) return at[item] as number;
    if (rest === 0) return ((at[item] as number) + (at[items[i + 1] as number] as number)) / 2;
  }
  return at[items[items.length - 1] as number] as number;
}

/**
 * Centres as near as possible to `wanted` that keep order and distances: weighted least squares under
 * x[i+1] - x[i] >= offset[i+1] - offset[i]. With the offsets taken off, that is a regression to a sequence that does
 * not fall: neighbours that would fall are pooled at their mean. All but `row` is by item.
 */
export function settle(
  row: Int32Array,
  wanted: Float64Array,
  offset: Float64Array,
  weight: Float64Array,
  center: Float64Array,
) {
  const mean: number[] = [];
  const weights: number[] = [];
  const sizes: number[] = [];
  for (const item of row) {
    let value = (wanted[item] as number) - (offset[item] as number);
    let sum = weight[item] as number;
    let size = 1;
    while (mean.length > 0 && (mean[mean.length - 1] as number) > value) {
      const before = weights.pop() as number;
      value = (value * sum + (mean.pop() as number) * before) / (sum + before);
      sum += before;
      size += sizes.pop() as number;
    }
    mean.push(value);
    weights.push(sum);
    sizes.push(size);
  }
  let i = 0;
  for (let pool = 0; pool < mean.length; pool++) {
    for (let k = 0; k < (sizes[pool] as number); k++, i++) {
      const item = row[i] as number;
      center[item] = (mean[pool] as number) + (offset[item] as number);
    }
  }
}

function heights(net: Rows, { count, height }: Level, rows: number) {
  const top = new Float64Array(rows);
  const bottom = new Float64Array(rows);
  let at = 0;
  for (let row = 0; row < rows; row++) {
    let tallest = 0;
    for (const item of rowOf(net, row)) if (item < count) tallest = Math.max(tallest, height[item] as number);
    top[row] = at;
    bottom[row] = at + tallest;
    at += tallest + GAP_Y;
  }
  return { top, bottom, total: Math.max(0, at - GAP_Y) };
}

interface Drawn {
  rank: Int32Array;
  kind: Uint8Array;
  chains: Int32Array[];
  center: Float64Array;
  top: Float64Array;
  bottom: Float64Array;
  y: Float32Array;
}

function route(level: Level, drawn: Drawn): Float32Array[] {
  const { from, to, height } = level;
  const { chains, center, rank, kind, top, bottom, y } = drawn;
  const exits = ports(level, drawn, true);
  const entries = ports(level, drawn, false);
  return chains.map((chain, edge) => {
    if (kind[edge] === CUT) return new Float32Array(0);
    const [source, target] = [from[edge] as number, to[edge] as number];
    if (kind[edge] === UP) {
      // Out of the bottom of one, into the top of the other, which stands above or beside it.
      return Float32Array.of(
        center[source] as number,
        (y[source] as number) + (height[source] as number),
        center[target] as number,
        y[target] as number,
      );
    }
    const points = new Float32Array(4 + chain.length * 4);
    points[0] = (center[source] as number) + (exits[edge] as number);
    points[1] = (y[source] as number) + (height[source] as number);
    let at = 2;
    let row = rank[source] as number;
    for (const point of chain) {
      row++;
      points[at++] = center[point] as number;
      points[at++] = top[row] as number;
      points[at++] = center[point] as number;
      points[at++] = bottom[row] as number;
    }
    points[at++] = (center[target] as number) + (entries[edge] as number);
    points[at] = y[target] as number;
    return points;
  });
}

/** Edges of one box leave and enter side by side, in the order of where they go to and come from. */
function ports(level: Level, { chains, center, kind }: Drawn, leaving: boolean): Float64Array {
  const { count, width, from, to } = level;
  const owner = leaving ? from : to;
  const next = (edge: number) => {
    const chain = chains[edge] as Int32Array;
    const other = leaving ? (chain[0] ?? to[edge]) : (chain[chain.length - 1] ?? from[edge]);
    return center[other as number] as number;
  };
  const drawn = Int32Array.from(from, (_, edge) => edge).filter((edge) => kind[edge] === DOWN);
  const all = lists(
    count,
    Int32Array.from(drawn, (edge) => owner[edge] as number),
    drawn,
  );
  const shift = new Float64Array(from.length);
  for (let box = 0; box < count; box++) {
    const edges = all.items.subarray(all.offsets[box], all.offsets[box + 1]);
    if (edges.length < 2) continue;
    edges.sort((a, b) => next(a) - next(b) || a - b);
    const step = Math.min(PORT_STEP, ((width[box] as number) * 0.7) / edges.length);
    for (let i = 0; i < edges.length; i++) shift[edges[i] as number] = (i - (edges.length - 1) / 2) * step;
  }
  return shift;
}
