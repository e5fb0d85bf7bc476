/** Which nodes of the model an executed layer was made from, by its own record of originals, and the other way. */
import type { GraphDocument } from "./types";

export interface Links {
  /** For each executed layer the model's nodes in it. */
  originals: readonly (readonly number[])[];
  /** For each of the model's nodes the layers that it went into, the slowest first. */
  layers: readonly (readonly number[])[];
}

export const NO_LINKS: Links = { originals: [], layers: [] };

export function links(model: GraphDocument | undefined, runtime: GraphDocument | undefined): Links {
  if (!model || !runtime) return NO_LINKS;
  const places = new Map<string, number>();
  model.nodes.forEach(({ name }, node) => {
    if (!places.has(name)) places.set(name, node);
  });
  const layers: number[][] = model.nodes.map(() => []);
  const originals = runtime.nodes.map((layer, index) => {
    const found = new Set<number>();
    for (const name of layer.originals ?? []) {
      const node = places.get(name);
      if (node !== undefined) found.add(node);
    }
    for (const node of found) layers[node]?.push(index);
    return [...found];
  });
  const time = (layer: number) => runtime.nodes[layer]?.time_us ?? 0;
  for (const found of layers) found.sort((a, b) => time(b) - time(a) || a - b);
  return { originals, layers };
}
