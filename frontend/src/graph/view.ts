/** What is drawn of a graph: its nodes, the groups that are closed as one box each, the open ones around theirs. */
import { closedAround, type Grouping } from "./groups";
import type { LayoutTask } from "./layout";
import { type Wiring, wiring } from "./wiring";

export const NODE = 0;
export const CLOSED = 1;
export const OPEN = 2;

export const BOX_WIDTH = 184;
export const BOX_HEIGHT = 40;
const GROUP_HEIGHT = 46;

export interface View {
  count: number;
  kind: Uint8Array;
  /** The node, or the group. */
  ref: Int32Array;
  /** The box of the open group around it, or -1; it stands before. */
  parent: Int32Array;
  /** For each node the box that shows it: its own, or that of a closed group. */
  boxOf: Int32Array;
  /** Open or closed, by group; -1 inside a closed one. */
  boxOfGroup: Int32Array;
  /** Edges between boxes; open groups have none. */
  edges: Wiring;
}

export function view(grouping: Grouping, expanded: ReadonlySet<number>, nodes: Wiring): View {
  const { groups } = grouping;
  const kind: number[] = [];
  const ref: number[] = [];
  const parent: number[] = [];
  const boxOfGroup = new Int32Array(groups.length).fill(-1);
  const boxOf = new Int32Array(nodes.count).fill(-1);
  // Groups stand after those around them.
  const isShown = (group: number) => group < 0 || (boxOfGroup[group] as number) >= 0;
  groups.forEach((group, index) => {
    if (!isShown(group.parent) || (group.parent >= 0 && !expanded.has(group.parent))) return;
    boxOfGroup[index] = kind.length;
    kind.push(expanded.has(index) ? OPEN : CLOSED);
    ref.push(index);
    parent.push(group.parent < 0 ? -1 : (boxOfGroup[group.parent] as number));
  });
  for (let node = 0; node < nodes.count; node++) {
    const closed = closedAround(grouping, node, expanded);
    if (closed >= 0) {
      boxOf[node] = boxOfGroup[closed] as number;
      continue;
    }
    const group = grouping.of[node] as number;
    boxOf[node] = kind.length;
    kind.push(NODE);
    ref.push(node);
    parent.push(group < 0 ? -1 : (boxOfGroup[group] as number));
  }
  return {
    count: kind.length,
    kind: Uint8Array.from(kind),
    ref: Int32Array.from(ref),
    parent: Int32Array.from(parent),
    boxOf,
    boxOfGroup,
    edges: groups.length === 0 ? nodes : between(kind.length, boxOf, nodes),
  };
}

function between(count: number, boxOf: Int32Array, nodes: Wiring): Wiring {
  const seen = new Set<number>();
  const from: number[] = [];
  const to: number[] = [];
  for (let edge = 0; edge < nodes.from.length; edge++) {
    const a = boxOf[nodes.from[edge] as number] as number;
    const b = boxOf[nodes.to[edge] as number] as number;
    if (a === b || seen.has(a * count + b)) continue;
    seen.add(a * count + b);
    from.push(a);
    to.push(b);
  }
  return wiring(count, Int32Array.from(from), Int32Array.from(to));
}

export function layoutTask({ count, kind, parent, edges }: View): LayoutTask {
  return {
    count,
    parent,
    width: new Float32Array(count).fill(BOX_WIDTH),
    height: Float32Array.from(kind, (entry) => (entry === CLOSED ? GROUP_HEIGHT : BOX_HEIGHT)),
    container: Uint8Array.from(kind, (entry) => (entry === OPEN ? 1 : 0)),
    from: edges.from,
    to: edges.to,
  };
}
