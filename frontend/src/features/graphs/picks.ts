/** What is picked, and what that is in the other graph. */
import { around, type Grouping } from "../../graph/groups";
import type { Links } from "../../graph/links";
import type { GraphDocument } from "../../graph/types";

export type Side = "ir" | "runtime";

export interface Pick {
  side: Side;
  kind: "node" | "group";
  /** The node, or the group. */
  ref: number;
}

export interface Related {
  ir: readonly number[];
  runtime: readonly number[];
}

export const NOTHING: Related = { ir: [], runtime: [] };

/** The executed layer with an order, or -1. */
export function layerOf(runtime: GraphDocument | undefined, order: number | null): number {
  if (order === null) return -1;
  return runtime?.nodes.findIndex((node) => node.order === order) ?? -1;
}

/** The order of the executed layer that a pick stands for. */
export function orderOf(pick: Pick | null, runtime: GraphDocument | undefined, links: Links): number | null {
  if (pick?.kind !== "node") return null;
  const layer = pick.side === "runtime" ? pick.ref : (links.layers[pick.ref]?.[0] ?? -1);
  return runtime?.nodes[layer]?.order ?? null;
}

/** Nodes that belong to the pick, beside itself: originals and layers, and what was fused with a node of the model. */
export function related(pick: Pick | null, links: Links, grouping: Grouping | undefined): Related {
  if (!pick) return NOTHING;
  if (pick.kind === "group") {
    const nodes = grouping ? members(grouping, pick.ref) : [];
    const other = pick.side === "ir" ? links.layers : links.originals;
    const partners = [...new Set(nodes.flatMap((node) => other[node] ?? []))];
    return pick.side === "ir" ? { ir: [], runtime: partners } : { ir: partners, runtime: [] };
  }
  if (pick.side === "runtime") return { ir: links.originals[pick.ref] ?? [], runtime: [] };
  const layers = links.layers[pick.ref] ?? [];
  const fused = new Set(layers.flatMap((layer) => links.originals[layer] ?? []));
  fused.delete(pick.ref);
  return { ir: [...fused], runtime: layers };
}

function members(grouping: Grouping, group: number): number[] {
  const found: number[] = [];
  grouping.of.forEach((of, node) => {
    if (of >= 0 && around(grouping, of).includes(group)) found.push(node);
  });
  return found;
}
