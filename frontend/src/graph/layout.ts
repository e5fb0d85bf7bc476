/**
 * The layout of boxes that may stand inside others. Each container is laid out on its own, innermost first, and then
 * is a box of that size in the row of its parent; an edge is drawn in the innermost container that holds both ends.
 */
import { layered } from "./layered";
import { CUT } from "./ranks";

/** What crosses to the worker: numbers only. */
export interface LayoutTask {
  count: number;
  /** The container of each box, which stands before it, or -1. */
  parent: Int32Array;
  /** Sizes of boxes that are no containers; those of containers are found here. */
  width: Float32Array;
  height: Float32Array;
  container: Uint8Array;
  /** Edges between boxes that are no containers. */
  from: Int32Array;
  to: Int32Array;
}

export interface Layout {
  x: Float32Array;
  y: Float32Array;
  width: Float32Array;
  height: Float32Array;
  /** Row inside the container. */
  rank: Int32Array;
  /** Points of all drawn lines end to end; line `i` has those from `offsets[i]` to `offsets[i + 1]`. */
  points: Float32Array;
  offsets: Int32Array;
  lineFrom: Int32Array;
  lineTo: Int32Array;
  lineKind: Uint8Array;
  /** Edges that are cut: shown as a label at both ends. */
  cutFrom: Int32Array;
  cutTo: Int32Array;
  totalWidth: number;
  totalHeight: number;
}

export const PADDING = 14;
export const HEADER = 26;
/** The label of a container needs some room. */
const NARROWEST = 170;

/** Kinds of lines beside `DOWN` and `UP`: from a box to the edge of its container, or the other way. */
export const LINE_INSIDE = 3;

/** Edges between the boxes of one container; each stands for all edges between what is in them. */
interface Inside {
  from: number[];
  to: number[];
}

/** A piece of the drawing in the units of its container, -1 for the outermost. */
interface Piece {
  level: number;
  points: Float32Array;
  offsets: Int32Array;
  from: number[];
  to: number[];
  kind: Uint8Array;
}

export function layOut(task: LayoutTask): Layout {
  const { count, parent, container } = task;
  // The last list is that of the outermost level.
  const children: number[][] = Array.from({ length: count + 1 }, () => NONE);
  for (let box = 0; box < count; box++) {
    const above = parent[box] as number;
    const place = above < 0 ? count : above;
    if (children[place] === NONE) children[place] = [];
    children[place]?.push(box);
  }
  const edges = edgesByLevel(task);
  const x = new Float32Array(count);
  const y = new Float32Array(count);
  const width = task.width.slice();
  const height = task.height.slice();
  const rank = new Int32Array(count);
  const local = new Int32Array(count);
  const pieces: Piece[] = [];
  const cut = new Set<number>();

  const arrange = (at: number) => {
    const boxes = children[at < 0 ? count : at] ?? NONE;
    const { from, to } = edges.levels.get(at) ?? { from: NONE, to: NONE };
    const level = {
      count: boxes.length,
      width: new Float32Array(boxes.length),
      height: new Float32Array(boxes.length),
      from: new Int32Array(from.length),
      to: new Int32Array(to.length),
    };
    for (let i = 0; i < boxes.length; i++) {
      const box = boxes[i] as number;
      local[box] = i;
      level.width[i] = width[box] as number;
      level.height[i] = height[box] as number;
    }
    for (let i = 0; i < from.length; i++) {
      level.from[i] = local[from[i] as number] as number;
      level.to[i] = local[to[i] as number] as number;
    }
    const placed = layered(level);
    if (at >= 0) {
      width[at] = Math.max(placed.width + 2 * PADDING, NARROWEST);
      height[at] = placed.height + HEADER + 2 * PADDING;
    }
    const dx = at < 0 ? 0 : ((width[at] as number) - placed.width) / 2;
    const dy = at < 0 ? 0 : HEADER + PADDING;
    for (let i = 0; i < boxes.length; i++) {
      const box = boxes[i] as number;
      x[box] = (placed.x[i] as number) + dx;
      y[box] = (placed.y[i] as number) + dy;
      rank[box] = placed.rank[i] as number;
    }
    shift(placed.points, dx, dy);
    for (let i = 0; i < from.length; i++) {
      if (placed.kind[i] === CUT) cut.add((from[i] as number) * count + (to[i] as number));
    }
    pieces.push({ level: at, points: placed.points, offsets: placed.offsets, from, to, kind: placed.kind });
    return placed;
  };
  // Containers stand before their boxes, so that from the end on the inner ones come first.
  for (let box = count - 1; box >= 0; box--) if (container[box]) arrange(box);
  const total = arrange(-1);

  for (let box = 0; box < count; box++) {
    const above = parent[box] as number;
    if (above < 0) continue;
    x[box] = (x[box] as number) + (x[above] as number);
    y[box] = (y[box] as number) + (y[above] as number);
  }
  for (const { level, points } of pieces) {
    if (level >= 0) shift(points, x[level] as number, y[level] as number);
  }
  const frame = { x, y, width, height };
  const cuts = edges.cuts(cut);
  return {
    ...frame,
    rank,
    ...joined(pieces, inner(edges.inside, edges.depth, frame, pieces)),
    cutFrom: cuts.from,
    cutTo: cuts.to,
    totalWidth: total.width,
    totalHeight: total.height,
  };
}

const NONE: number[] = [];

function shift(points: Float32Array, dx: number, dy: number) {
  if (dx === 0 && dy === 0) return;
  for (let i = 0; i < points.length; i += 2) {
    points[i] = (points[i] as number) + dx;
    points[i + 1] = (points[i + 1] as number) + dy;
  }
}

/** Where each edge is drawn: in the innermost container of both ends, between the boxes there that hold them. */
function edgesByLevel({ count, parent, from, to }: LayoutTask) {
  const depth = new Int32Array(count);
  let nested = false;
  for (let box = 0; box < count; box++) {
    const above = parent[box] as number;
    depth[box] = above < 0 ? 0 : (depth[above] as number) + 1;
    nested ||= above >= 0;
  }
  const levels = new Map<number, Inside>();
  const inside: Inside = { from: [], to: [] };
  // The drawn ends of each edge.
  const [upper, lower] = [from.slice(), to.slice()];
  const seen = new Set<number>();
  const seenInside = new Set<number>();
  for (let i = 0; i < from.length; i++) {
    let [a, b] = [from[i] as number, to[i] as number];
    while ((depth[a] as number) > (depth[b] as number)) a = parent[a] as number;
    while ((depth[b] as number) > (depth[a] as number)) b = parent[b] as number;
    while (parent[a] !== parent[b]) {
      a = parent[a] as number;
      b = parent[b] as number;
    }
    upper[i] = a;
    lower[i] = b;
    if (a === b) continue;
    if (nested) {
      enter(inside, seenInside, count, from[i] as number, a, true);
      enter(inside, seenInside, count, to[i] as number, b, false);
      if (seen.has(a * count + b)) continue;
      seen.add(a * count + b);
    }
    const at = parent[a] as number;
    let level = levels.get(at);
    if (!level) {
      level = { from: [], to: [] };
      levels.set(at, level);
    }
    level.from.push(a);
    level.to.push(b);
  }
  /** All edges behind those that were cut. */
  const cuts = (cut: ReadonlySet<number>) => {
    const found: Inside = { from: [], to: [] };
    for (let i = 0; cut.size > 0 && i < from.length; i++) {
      if (!cut.has((upper[i] as number) * count + (lower[i] as number))) continue;
      found.from.push(from[i] as number);
      found.to.push(to[i] as number);
    }
    return { from: Int32Array.from(found.from), to: Int32Array.from(found.to) };
  };
  return { levels, inside, depth, cuts };
}

function enter(inside: Inside, seen: Set<number>, count: number, leaf: number, top: number, out: boolean) {
  const mark = (leaf * count + top) * 2 + (out ? 1 : 0);
  if (leaf === top || seen.has(mark)) return;
  seen.add(mark);
  inside.from.push(out ? leaf : top);
  inside.to.push(out ? top : leaf);
}

/** The last pieces of lines whose ends stand inside a container; where the line is cut, the label is at the box. */
function inner(
  inside: Inside,
  depth: Int32Array,
  { x, y, width, height }: Pick<Layout, "x" | "y" | "width" | "height">,
  pieces: readonly Piece[],
): Piece {
  const left = new Set<number>();
  const entered = new Set<number>();
  for (const { from, to, kind } of inside.from.length > 0 ? pieces : []) {
    for (let i = 0; i < from.length; i++) {
      if (kind[i] === CUT) continue;
      left.add(from[i] as number);
      entered.add(to[i] as number);
    }
  }
  const made: Piece = {
    level: -1,
    points: new Float32Array(0),
    offsets: new Int32Array(0),
    from: [],
    to: [],
    kind: new Uint8Array(0),
  };
  const points: number[] = [];
  const middle = (box: number) => (x[box] as number) + (width[box] as number) / 2;
  const bottom = (box: number) => (y[box] as number) + (height[box] as number);
  for (let i = 0; i < inside.from.length; i++) {
    const [from, to] = [inside.from[i] as number, inside.to[i] as number];
    const out = (depth[from] as number) > (depth[to] as number);
    if (!(out ? left : entered).has(out ? to : from)) continue;
    made.from.push(from);
    made.to.push(to);
    if (out) points.push(middle(from), bottom(from), middle(to), bottom(to));
    else points.push(middle(from), y[from] as number, middle(to), y[to] as number);
  }
  made.points = Float32Array.from(points);
  made.offsets = Int32Array.from({ length: made.from.length + 1 }, (_, i) => i * 4);
  made.kind = new Uint8Array(made.from.length).fill(LINE_INSIDE);
  return made;
}

function joined(pieces: readonly Piece[], last: Piece) {
  const all = [...pieces, last];
  let lines = 0;
  let length = 0;
  for (const { points, kind } of all) {
    length += points.length;
    for (let i = 0; i < kind.length; i++) if (kind[i] !== CUT) lines++;
  }
  const points = new Float32Array(length);
  const offsets = new Int32Array(lines + 1);
  const lineFrom = new Int32Array(lines);
  const lineTo = new Int32Array(lines);
  const lineKind = new Uint8Array(lines);
  let line = 0;
  let at = 0;
  for (const piece of all) {
    points.set(piece.points, at);
    for (let i = 0; i < piece.kind.length; i++) {
      // Cut ones have no points.
      if (piece.kind[i] === CUT) continue;
      lineFrom[line] = piece.from[i] as number;
      lineTo[line] = piece.to[i] as number;
      lineKind[line] = piece.kind[i] as number;
      offsets[++line] = at + (piece.offsets[i + 1] as number);
    }
    at += piece.points.length;
  }
  return { points, offsets, lineFrom, lineTo, lineKind };
}
