/** The operations of a model, as they are picked from. */
import type { Layers } from "../../api/types";
import type { ModelOperation } from "./queries";

// They have nothing that could be quantised.
const NONE = new Set(["Parameter", "Result", "Constant", "Const"]);

/** Those with all words of a text in name or type. */
export function found(operations: readonly ModelOperation[], text: string): ModelOperation[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return operations.filter(
    ({ name, type }) =>
      !NONE.has(type) && words.every((word) => `${name} ${type}`.toLowerCase().includes(word)),
  );
}

/** Types with how many operations they have, the most frequent first. */
export function typesOf(operations: readonly ModelOperation[]): { value: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const { type } of operations) if (!NONE.has(type)) counts.set(type, (counts.get(type) ?? 0) + 1);
  return [...counts]
    .map(([value, number]) => ({ value, count: number }))
    .sort((a, b) => b.count - a.count || a.value.localeCompare(b.value));
}

/** The executed layer that an operation went into, by the layers' own record of originals. */
export function layerOf(layers: Pick<Layers, "layers"> | undefined, names: readonly string[]): number | null {
  const wanted = new Set(names);
  const layer = layers?.layers.find((entry) => entry.originals.some(({ name }) => wanted.has(name)));
  return layer?.order ?? null;
}
