/**
 * Boxes in rows, with few crossings and short, straight edges: a plain layered layout.
 *
 * Rows come from `ranks`. An edge that passes rows gets a point in each of them. Rows are ordered by the mean place of
 * what they hang on, in a few sweeps down and up. Then every row in turn is moved as near as its order and the widths
 * allow (in the sense of least squares) to the medians of its neighbours; for one row that is an isotonic regression,
 * which takes linear time.
 */
import { CUT, DOWN, ranks } from "./ranks";
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
  /** The points of all edges end to end, x before y; those of edge `i` from `offsets[i]` to `offsets[i + 1]`. */
  points: Float32Array;
  offsets: Int32Array;
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
  /** The first point of each edge; those of one edge have numbers in a row, from above down. */
  first: Int32Array;
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
  const net = virtual(level, rank, rows, kind);
  order(net);
  const center = place(net, level);
  const { top, bottom, total } = heights(net, level, rows);

  let [left, right] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < net.total; i++) {
    const half = i < count ? (width[i] as number) / 2 : 0;
    left = Math.min(left, (center[i] as number) - half);
    right = Math.max(right, (center[i] as number) + half);
  }
  if (net.total === 0) [left, right] = [0, 0];
  for (let i = 0; i < net.total; i++) center[i] = (center[i] as number) - left;
  const x = new Float32Array(count);
  const y = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    x[i] = (center[i] as number) - (width[i] as number) / 2;
    const row = rank[i] as number;
    y[i] = ((top[row] as number) + (bottom[row] as number) - (height[i] as number)) / 2;
  }
  const routes = route(level, { first: net.first, rank, kind, center, top, bottom, y });
  return { x, y, width: right - left, height: total, rank, kind, ...routes };
}

/** A point in each row that an edge passes, and who hangs on whom between neighbouring rows. */
function virtual(level: Level, rank: Int32Array, rows: number, kind: Uint8Array): Rows {
  const { count, from, to } = level;
  const first = new Int32Array(from.length + 1);
  let total = count;
  let pieces = 0;
  for (let edge = 0; edge < from.length; edge++) {
    first[edge] = total;
    if (kind[edge] !== DOWN) continue;
    const span = (rank[to[edge] as number] as number) - (rank[from[edge] as number] as number);
    total += span - 1;
    pieces += span;
  }
  first[from.length] = total;
  const upper = new Int32Array(pieces);
  const lower = new Int32Array(pieces);
  const allRanks = new Int32Array(total);
  allRanks.set(rank);
  let piece = 0;
  for (let edge = 0; edge < from.length; edge++) {
    if (kind[edge] !== DOWN) continue;
    let last = from[edge] as number;
    let row = rank[last] as number;
    for (let point = first[edge] as number; point < (first[edge + 1] as number); point++) {
      allRanks[point] = ++row;
      upper[piece] = last;
      lower[piece++] = point;
      last = point;
    }
    upper[piece] = last;
    lower[piece++] = to[edge] as number;
  }
  const all = new Int32Array(total);
  for (let i = 0; i < total; i++) all[i] = i;
  const members = lists(rows, allRanks, all);
  const place = new Int32Array(total);
  const rowsOf: Int32Array[] = [];
  for (let row = 0; row < rows; row++) {
    const begin = members.offsets[row] as number;
    const items = members.items.subarray(begin, members.offsets[row + 1]);
    for (let i = 0; i < items.length; i++) place[items[i] as number] = i;
    rowsOf.push(items);
  }
  return {
    total,
    first,
    rank: allRanks,
    above: lists(total, lower, upper),
    below: lists(total, upper, lower),
    rows: rowsOf,
    place,
  };
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

function place(net: Rows, { count, width }: Level): Float64Array {
  const center = new Float64Array(net.total);
  const offset = new Float64Array(net.total);
  const weight = new Float64Array(net.total).fill(1);
  for (let edge = 0; edge + 1 < net.first.length; edge++) {
    const [begin, end] = [net.first[edge] as number, net.first[edge + 1] as number];
    if (end > begin) weight.fill(LANE_WEIGHT * (end - begin) ** 2, begin, end);
  }
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
  let longest = 0;
  for (const row of net.rows) longest = Math.max(longest, row.length);
  const pools = new Float64Array(longest * 3);
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
    if (row.length === 1) center[row[0] as number] = wanted[row[0] as number] as number;
    else settle(row, wanted, offset, weight, center, pools);
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
  // Room for the mean, weight and size of a pool for each item.
  pools: Float64Array = new Float64Array(row.length * 3),
) {
  let count = 0;
  for (let i = 0; i < row.length; i++) {
    const item = row[i] as number;
    let mean = (wanted[item] as number) - (offset[item] as number);
    let sum = weight[item] as number;
    let size = 1;
    while (count > 0 && (pools[count * 3 - 3] as number) > mean) {
      count--;
      const before = pools[count * 3 + 1] as number;
      mean = (mean * sum + (pools[count * 3] as number) * before) / (sum + before);
      sum += before;
      size += pools[count * 3 + 2] as number;
    }
    pools[count * 3] = mean;
    pools[count * 3 + 1] = sum;
    pools[count * 3 + 2] = size;
    count++;
  }
  let i = 0;
  for (let pool = 0; pool < count; pool++) {
    for (let k = pools[pool * 3 + 2] as number; k > 0; k--, i++) {
      const item = row[i] as number;
      center[item] = (pools[pool * 3] as number) + (offset[item] as number);
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
  first: Int32Array;
  rank: Int32Array;
  kind: Uint8Array;
  center: Float64Array;
  top: Float64Array;
  bottom: Float64Array;
  y: Float32Array;
}

function route(level: Level, drawn: Drawn) {
  const { from, to, height } = level;
  const { first, center, rank, kind, top, bottom, y } = drawn;
  const exits = ports(level, drawn, true);
  const entries = ports(level, drawn, false);
  const offsets = new Int32Array(from.length + 1);
  for (let edge = 0; edge < from.length; edge++) {
    const passed = (first[edge + 1] as number) - (first[edge] as number);
    offsets[edge + 1] = (offsets[edge] as number) + (kind[edge] === CUT ? 0 : 4 + 4 * passed);
  }
  const points = new Float32Array(offsets[from.length] as number);
  for (let edge = 0; edge < from.length; edge++) {
    // An edge that closes a cycle leaves the bottom of one and enters the top of the other, which stands above.
    if (kind[edge] === CUT) continue;
    const [source, target] = [from[edge] as number, to[edge] as number];
    let at = offsets[edge] as number;
    points[at++] = (center[source] as number) + (exits[edge] as number);
    points[at++] = (y[source] as number) + (height[source] as number);
    let row = rank[source] as number;
    for (let point = first[edge] as number; point < (first[edge + 1] as number); point++) {
      row++;
      points[at++] = center[point] as number;
      points[at++] = top[row] as number;
      points[at++] = center[point] as number;
      points[at++] = bottom[row] as number;
    }
    points[at++] = (center[target] as number) + (entries[edge] as number);
    points[at++] = y[target] as number;
  }
  return { points, offsets };
}

/** Edges of one box leave and enter side by side, in the order of where they go to and come from. */
function ports(level: Level, { first, center, kind }: Drawn, leaving: boolean): Float64Array {
  const { count, width, from, to } = level;
  const drawn = new Int32Array(from.length);
  const owner = new Int32Array(from.length);
  const key = new Float64Array(from.length);
  let size = 0;
  for (let edge = 0; edge < from.length; edge++) {
    if (kind[edge] !== DOWN) continue;
    const [begin, end] = [first[edge] as number, first[edge + 1] as number];
    const next = leaving ? (end > begin ? begin : to[edge]) : end > begin ? end - 1 : from[edge];
    key[edge] = center[next as number] as number;
    owner[size] = (leaving ? from : to)[edge] as number;
    drawn[size++] = edge;
  }
  const all = lists(count, owner.subarray(0, size), drawn.subarray(0, size));
  const shift = new Float64Array(from.length);
  for (let box = 0; box < count; box++) {
    const [begin, end] = [all.offsets[box] as number, all.offsets[box + 1] as number];
    if (end - begin < 2) continue;
    const edges = all.items.subarray(begin, end);
    edges.sort((a, b) => (key[a] as number) - (key[b] as number) || a - b);
    const step = Math.min(PORT_STEP, ((width[box] as number) * 0.7) / edges.length);
    for (let i = 0; i < edges.length; i++) shift[edges[i] as number] = (i - (edges.length - 1) / 2) * step;
  }
  return shift;
}
