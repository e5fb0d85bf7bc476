/**
 * The layout of boxes that may stand inside others. Each container is laid out on its own, innermost first, and then
 * is a box of that size in the row of its parent; an edge is drawn in the innermost container that holds both ends.
 */
import { layered } from "./layered";
import { CUT, UP } from "./ranks";

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

/** Kinds of lines. */
export const LINE_DOWN = 0;
export const LINE_UP = 1;
/** From a box to the edge of its container, or the other way. */
export const LINE_INSIDE = 2;

interface Edge {
  from: number;
  to: number;
}

export function layOut(task: LayoutTask): Layout {
  const { count, parent, container } = task;
  const depth = new Int32Array(count);
  const children: number[][] = Array.from({ length: count + 1 }, () => []);
  for (let box = 0; box < count; box++) {
    const above = parent[box] as number;
    depth[box] = above < 0 ? 0 : (depth[above] as number) + 1;
    // The last list is that of the outermost level.
    children[above < 0 ? count : above]?.push(box);
  }
  const levels: Edge[][] = Array.from({ length: count + 1 }, () => []);
  const inside: Edge[] = [];
  // An edge between two containers stands for many between their boxes.
  const drawnOf = new Map<number, Edge[]>();
  const seenLevel = new Set<number>();
  const seenInside = new Set<number>();
  for (let i = 0; i < task.from.length; i++) {
    const ends = { from: task.from[i] as number, to: task.to[i] as number };
    let [a, b] = [ends.from, ends.to];
    while ((depth[a] as number) > (depth[b] as number)) a = parent[a] as number;
    while ((depth[b] as number) > (depth[a] as number)) b = parent[b] as number;
    while (parent[a] !== parent[b]) {
      a = parent[a] as number;
      b = parent[b] as number;
    }
    if (a === b) continue;
    const level = parent[a] as number;
    const key = a * count + b;
    const pairs = drawnOf.get(key);
    if (pairs) pairs.push(ends);
    else drawnOf.set(key, [ends]);
    if (!seenLevel.has(key)) {
      seenLevel.add(key);
      levels[level < 0 ? count : level]?.push({ from: a, to: b });
    }
    for (const [leaf, top, out] of [
      [ends.from, a, true],
      [ends.to, b, false],
    ] as const) {
      const mark = (leaf * count + top) * 2 + (out ? 1 : 0);
      if (leaf === top || seenInside.has(mark)) continue;
      seenInside.add(mark);
      inside.push(out ? { from: leaf, to: top } : { from: top, to: leaf });
    }
  }

  const x = new Float32Array(count);
  const y = new Float32Array(count);
  const width = task.width.slice();
  const height = task.height.slice();
  const rank = new Int32Array(count);
  const cuts: Edge[] = [];
  const lines: { points: Float32Array; from: number; to: number; kind: number; level: number }[] = [];
  const local = new Int32Array(count);
  // Containers stand before their boxes, so that from the end on the inner ones come first.
  for (let box = count - 1; box >= 0; box--) if (container[box]) arrange(box);
  const total = arrange(-1);

  function arrange(at: number) {
    const boxes = children[at < 0 ? count : at] ?? [];
    const edges = levels[at < 0 ? count : at] ?? [];
    boxes.forEach((box, i) => {
      local[box] = i;
    });
    const placed = layered({
      count: boxes.length,
      width: Float32Array.from(boxes, (box) => width[box] as number),
      height: Float32Array.from(boxes, (box) => height[box] as number),
      from: Int32Array.from(edges, (edge) => local[edge.from] as number),
      to: Int32Array.from(edges, (edge) => local[edge.to] as number),
    });
    if (at >= 0) {
      width[at] = Math.max(placed.width + 2 * PADDING, NARROWEST);
      height[at] = placed.height + HEADER + 2 * PADDING;
    }
    const dx = at < 0 ? 0 : ((width[at] as number) - placed.width) / 2;
    const dy = at < 0 ? 0 : HEADER + PADDING;
    boxes.forEach((box, i) => {
      x[box] = (placed.x[i] as number) + dx;
      y[box] = (placed.y[i] as number) + dy;
      rank[box] = placed.rank[i] as number;
    });
    edges.forEach((edge, i) => {
      const points = placed.routes[i] as Float32Array;
      if (placed.kind[i] === CUT) {
        cuts.push(...(drawnOf.get(edge.from * count + edge.to) ?? []));
        return;
      }
      for (let k = 0; k < points.length; k += 2) {
        points[k] = (points[k] as number) + dx;
        points[k + 1] = (points[k + 1] as number) + dy;
      }
      lines.push({ points, ...edge, kind: placed.kind[i] === UP ? LINE_UP : LINE_DOWN, level: at });
    });
    return { width: placed.width, height: placed.height };
  }

  for (let box = 0; box < count; box++) {
    const above = parent[box] as number;
    if (above < 0) continue;
    x[box] = (x[box] as number) + (x[above] as number);
    y[box] = (y[box] as number) + (y[above] as number);
  }
  for (const line of lines) {
    if (line.level < 0) continue;
    const [dx, dy] = [x[line.level] as number, y[line.level] as number];
    for (let k = 0; k < line.points.length; k += 2) {
      line.points[k] = (line.points[k] as number) + dx;
      line.points[k + 1] = (line.points[k + 1] as number) + dy;
    }
  }
  // The last piece of a line whose end stands inside a container; where the line is cut, the label is at the box.
  const entered = new Set<number>();
  const left = new Set<number>();
  for (const line of lines) {
    left.add(line.from);
    entered.add(line.to);
  }
  for (const edge of inside) {
    const out = (depth[edge.from] as number) > (depth[edge.to] as number);
    const box = out ? edge.from : edge.to;
    const top = out ? edge.to : edge.from;
    if (!(out ? left : entered).has(top)) continue;
    const middle = (x[box] as number) + (width[box] as number) / 2;
    const port = (x[top] as number) + (width[top] as number) / 2;
    const points = out
      ? Float32Array.of(
          middle,
          (y[box] as number) + (height[box] as number),
          port,
          (y[top] as number) + (height[top] as number),
        )
      : Float32Array.of(port, y[top] as number, middle, y[box] as number);
    lines.push({ points, from: edge.from, to: edge.to, kind: LINE_INSIDE, level: -1 });
  }

  const offsets = new Int32Array(lines.length + 1);
  lines.forEach((line, i) => {
    offsets[i + 1] = (offsets[i] as number) + line.points.length;
  });
  const points = new Float32Array(offsets[lines.length] as number);
  lines.forEach((line, i) => {
    points.set(line.points, offsets[i]);
  });
  return {
    x,
    y,
    width,
    height,
    rank,
    points,
    offsets,
    lineFrom: Int32Array.from(lines, (line) => line.from),
    lineTo: Int32Array.from(lines, (line) => line.to),
    lineKind: Uint8Array.from(lines, (line) => line.kind),
    cutFrom: Int32Array.from(cuts, (edge) => edge.from),
    cutTo: Int32Array.from(cuts, (edge) => edge.to),
    totalWidth: total.width,
    totalHeight: total.height,
  };
}
