/** What the palette can find, and in which order. */
import type { MAKERS, PROJECT_TABS } from "./search";

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
    | "/datasets/generate"
    | "/targets"
    | "/jobs"
    | "/compare"
    | "/settings"
    | "/projects/import"
    | "/projects/$ref"
    | "/projects/$ref/try"
    | "/models/$ref"
    | "/datasets/$ref"
    | "/targets/$ref";
  ref?: string;
  job?: string;
  /** A tab of a project. */
  tab?: (typeof PROJECT_TABS)[number];
  /** The form that is open in the tab of versions. */
  make?: (typeof MAKERS)[number];
  hash?: string;
}

/** What can be done with a project: with the one that is open, else with the newest. */
export function projectActions(project: { id: string; name: string } | undefined): Entry[] {
  if (!project) return [];
  const common = { kind: "action", hint: project.name, ref: project.id } as const;
  const tab = (name: string, wanted: Entry["tab"]): Entry => ({
    ...common,
    name,
    to: "/projects/$ref",
    tab: wanted,
  });
  return [
    { ...common, name: "Try a picture", to: "/projects/$ref/try" },
    tab("Accuracy", "accuracy"),
    tab("Optimize: smaller and faster versions", "optimize"),
    { ...tab("Quantise to INT8", "optimize"), make: "int8" },
    { ...tab("Find the best version", "optimize"), make: "best" },
    tab("Deploy: build a package", "deploy"),
    tab("Recipe: repeat it elsewhere", "recipe"),
    tab("Export the project", "deploy"),
  ];
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
