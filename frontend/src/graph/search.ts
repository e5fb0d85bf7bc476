/** Finding nodes by name, type, or the name of an original. */
import type { GraphDocument } from "./types";

/** Places of the nodes that hold every word of the query, in their order; none for an empty query. */
export function search(document: GraphDocument, query: string): number[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  const found: number[] = [];
  document.nodes.forEach((node, index) => {
    const name = node.name.toLowerCase();
    const type = node.type.toLowerCase();
    const has = (word: string) =>
      name.includes(word) ||
      type.includes(word) ||
      (node.originals ?? []).some((original) => original.toLowerCase().includes(word));
    if (words.every(has)) found.push(index);
  });
  return found;
}
