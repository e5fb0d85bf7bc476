/** The versions of a model as a tree, in the order in which it is read. */
import type { Model } from "../../api/types";

export interface Version {
  model: Model;
  /** 0 for what nothing here was made into. */
  depth: number;
  /** How it was made of its parent; null for what came from outside. */
  method: string | null;
}

const text = (value: unknown) => (typeof value === "string" && value !== "" ? value : null);

/** "int8", "folded", … : what made a child. */
export function methodOf({ parent_id, conversion }: Pick<Model, "parent_id" | "conversion">): string | null {
  if (parent_id === null) return null;
  if (!conversion) return "made of it";
  if (text(conversion.method)) return text(conversion.method);
  return "folded_preprocessing" in conversion ? "folded" : "made of it";
}

/** Parents before their children, each child below its parent; older ones first. */
export function versionTree(models: readonly Model[]): Version[] {
  const here = new Set(models.map(({ id }) => id));
  const children = new Map<string | null, Model[]>();
  for (const model of models) {
    const parent = model.parent_id !== null && here.has(model.parent_id) ? model.parent_id : null;
    children.set(parent, [...(children.get(parent) ?? []), model]);
  }
  const found: Version[] = [];
  const walk = (parent: string | null, depth: number) => {
    const below = [...(children.get(parent) ?? [])].sort((a, b) => (a.created_at < b.created_at ? -1 : 1));
    for (const model of below) {
      found.push({ model, depth, method: methodOf(model) });
      walk(model.id, depth + 1);
    }
  };
  walk(null, 0);
  return found;
}
