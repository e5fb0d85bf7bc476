/** A laid out graph, made ready for drawing and for finding what is where. */
import { type Grid, grid, within } from "./grid";
import { type Label, type Labelled, label } from "./labels";
import type { Layout } from "./layout";
import { OPEN } from "./view";

export interface Scene extends Labelled {
  layout: Layout;
  boxes: Grid;
  lines: Grid;
  /** Cut edges: whom a box reads, and who reads it. */
  cutInto: Map<number, number[]>;
  cutOut: Map<number, number[]>;
  labelOf: (box: number) => Label;
  /** The time of the slowest box. */
  slowest: number;
  /** The containers, outer ones first. */
  open: readonly number[];
}

const BOX_CELL = 420;
const LINE_CELL = 480;

export function scene(shown: Labelled, layout: Layout): Scene {
  const { x, y, width, height, points, offsets } = layout;
  const right = x.map((left, i) => left + (width[i] as number));
  const bottom = y.map((top, i) => top + (height[i] as number));
  const count = offsets.length - 1;
  const bounds = Array.from({ length: 4 }, () => new Float32Array(count)) as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  for (let line = 0; line < count; line++) {
    let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity];
    for (let i = offsets[line] as number; i < (offsets[line + 1] as number); i += 2) {
      x0 = Math.min(x0, points[i] as number);
      x1 = Math.max(x1, points[i] as number);
      y0 = Math.min(y0, points[i + 1] as number);
      y1 = Math.max(y1, points[i + 1] as number);
    }
    bounds[0][line] = x0;
    bounds[1][line] = y0;
    bounds[2][line] = x1;
    bounds[3][line] = y1;
  }
  const cutInto = new Map<number, number[]>();
  const cutOut = new Map<number, number[]>();
  layout.cutFrom.forEach((from, i) => {
    const to = layout.cutTo[i] as number;
    const into = cutInto.get(to);
    if (into) into.push(from);
    else cutInto.set(to, [from]);
    const out = cutOut.get(from);
    if (out) out.push(to);
    else cutOut.set(from, [to]);
  });
  const known = new Map<number, Label>();
  return {
    ...shown,
    layout,
    boxes: grid(x, y, right, bottom, BOX_CELL),
    lines: grid(...bounds, LINE_CELL),
    cutInto,
    cutOut,
    open: [...shown.view.kind.keys()].filter((box) => shown.view.kind[box] === OPEN),
    slowest: shown.sums.time.reduce((most, time) => Math.max(most, time), 0),
    labelOf: (box) => {
      let found = known.get(box);
      if (!found) {
        found = label(shown, box);
        known.set(box, found);
      }
      return found;
    },
  };
}

/** Where the labels of cut edges stand, beside the box's upper and lower edge. */
export const STUB = { x: 6, height: 14, width: 150, gap: 3 };

/** The innermost box at a point of the world, or -1; at the label of a cut edge, the box at its other end. */
export function boxAt(shown: Scene, px: number, py: number): number {
  let best = -1;
  within(shown.boxes, px, py, px, py, (box) => {
    // Inner boxes come after those around them, but closed groups before nodes.
    if (best < 0 || shown.view.kind[best] === OPEN) {
      if (best < 0 || shown.view.kind[box] !== OPEN || box > best) best = box;
    }
  });
  if (best >= 0 && shown.view.kind[best] !== OPEN) return best;
  let other = -1;
  const below = py + STUB.height;
  within(shown.boxes, px, below, px, below, (box) => {
    const x = shown.layout.x[box] as number;
    const [source] = shown.cutInto.get(box) ?? [];
    if (source !== undefined && px >= x + STUB.x && px <= x + STUB.x + STUB.width) other = source;
  });
  return other >= 0 ? other : best;
}

export type Direction = "up" | "down" | "left" | "right";

/** The box that an arrow key leads to: along an edge, or beside in the row; -1 where there is none. */
export function neighbour(shown: Scene, box: number, direction: Direction): number {
  const { layout, view } = shown;
  const middle = (of: number) => (layout.x[of] as number) + (layout.width[of] as number) / 2;
  let best = -1;
  let least = Number.POSITIVE_INFINITY;
  if (direction === "up" || direction === "down") {
    const all = direction === "up" ? view.edges.producers : view.edges.consumers;
    for (let i = all.offsets[box] as number; i < (all.offsets[box + 1] as number); i++) {
      const other = all.items[i] as number;
      const far = Math.hypot(
        middle(other) - middle(box),
        (layout.y[other] as number) - (layout.y[box] as number),
      );
      if (far < least) [best, least] = [other, far];
    }
    return best;
  }
  const sign = direction === "right" ? 1 : -1;
  for (let other = 0; other < view.count; other++) {
    if (other === box || view.kind[other] === OPEN) continue;
    if (layout.rank[other] !== layout.rank[box] || view.parent[other] !== view.parent[box]) continue;
    const far = (middle(other) - middle(box)) * sign;
    if (far > 0 && far < least) [best, least] = [other, far];
  }
  return best;
}
