/** Nodes put together in groups, which may stand in others; collapsed, a group is one box. */

export interface Group {
  label: string;
  /** The group around it, which has a lower number, or -1. */
  parent: number;
  /** How many alike blocks it holds; 0 for a group that is no repetition. */
  copies: number;
  /** Nodes in it, those of inner groups included. */
  size: number;
}

export interface Grouping {
  groups: readonly Group[];
  /** The innermost group of each node, or -1. */
  of: Int32Array;
}

export function ungrouped(count: number): Grouping {
  return { groups: [], of: new Int32Array(count).fill(-1) };
}

/** The group and all around it, innermost first. */
export function around({ groups }: Grouping, group: number): number[] {
  const found: number[] = [];
  for (let at = group; at >= 0; at = groups[at]?.parent ?? -1) found.push(at);
  return found;
}

/** The outermost group around the node that is not expanded, or -1. */
export function closedAround(grouping: Grouping, node: number, expanded: ReadonlySet<number>): number {
  let closed = -1;
  for (let at = grouping.of[node] ?? -1; at >= 0; at = grouping.groups[at]?.parent ?? -1) {
    if (!expanded.has(at)) closed = at;
  }
  return closed;
}

const FEW = 8;
const MANY = 300;

/** Opens the largest groups until a few dozen boxes stand there; repetitions stay closed where there is more to see. */
export function firstExpanded({ groups, of }: Grouping, boxes = 24): Set<number> {
  const expanded = new Set<number>();
  const inner = new Map<number, number[]>();
  const own = new Map<number, number>();
  groups.forEach((group, index) => {
    const among = inner.get(group.parent);
    if (among) among.push(index);
    else inner.set(group.parent, [index]);
  });
  for (const group of of) own.set(group, (own.get(group) ?? 0) + 1);
  let shown = (inner.get(-1)?.length ?? 0) + (own.get(-1) ?? 0);
  const closed = [...(inner.get(-1) ?? [])];
  while (shown < boxes) {
    let largest = -1;
    for (const group of closed) {
      const copies = groups[group]?.copies ?? 0;
      if (copies > 0 && (shown >= FEW || copies > MANY)) continue;
      if (largest < 0 || (groups[group]?.size ?? 0) > (groups[largest]?.size ?? 0)) largest = group;
    }
    if (largest < 0) break;
    closed.splice(closed.indexOf(largest), 1);
    for (const group of inner.get(largest) ?? []) closed.push(group);
    shown += (inner.get(largest)?.length ?? 0) + (own.get(largest) ?? 0) - 1;
    expanded.add(largest);
  }
  return expanded;
}

/** All groups, where every node is to be seen. */
export function allExpanded({ groups }: Grouping): Set<number> {
  return new Set(groups.keys());
}
