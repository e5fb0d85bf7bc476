/** What the palette can find, and in which order. */

export interface Entry {
  kind: "action" | "job" | "project" | "model" | "dataset" | "target";
  name: string;
  hint: string;
  to:
    | "."
    | "/"
    | "/projects/new"
    | "/models"
    | "/models/import"
    | "/datasets"
    | "/datasets/import"
    | "/targets"
    | "/jobs"
    | "/compare"
    | "/settings"
    | "/projects/$ref"
    | "/models/$ref"
    | "/datasets/$ref"
    | "/targets/$ref";
  ref?: string;
  job?: string;
}

const MOST = 40;

/** How well `name` answers to `wanted`: 0 begins with it, 1 a word of it does, 2 holds it, 3 holds all its words. */
export function rank(name: string, wanted: string): number | null {
  const text = name.toLowerCase();
  const needle = wanted.trim().toLowerCase();
  if (!needle || text.startsWith(needle)) return 0;
  const at = text.indexOf(needle);
  if (at > 0) return /[^\p{L}\p{N}]/u.test(text[at - 1] ?? "") ? 1 : 2;
  return needle.split(/\s+/).every((word) => text.includes(word)) ? 3 : null;
}

export function found(entries: readonly Entry[], wanted: string): Entry[] {
  return entries
    .map((entry, index) => ({ entry, index, place: rank(entry.name, wanted) }))
    .filter((item) => item.place !== null)
    .sort((a, b) => (a.place ?? 0) - (b.place ?? 0) || a.index - b.index)
    .slice(0, MOST)
    .map(({ entry }) => entry);
}
