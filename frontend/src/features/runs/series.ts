/** Whose runs stand in the chart: the project's own, its parent's and children's, and others of the same model. */
import type { Project, Run } from "../../api/types";

export interface Series {
  /** The project's id. */
  id: string;
  name: string;
  color: "c1" | "c2" | "c3" | "c4" | "c5" | "c6";
  runs: readonly Run[];
}

type Kin = Pick<Project, "id" | "parent_id" | "model" | "name" | "run_count">;

export type Relation = "own" | "parent" | "child" | "sibling" | "other";

export function relation(project: Kin, other: Kin): Relation {
  if (other.id === project.id) return "own";
  if (other.id === project.parent_id) return "parent";
  if (other.parent_id === project.id) return "child";
  return other.parent_id !== null && other.parent_id === project.parent_id ? "sibling" : "other";
}

/** Parent and children stand in the chart unasked. */
export function isUsual(found: Relation): boolean {
  return found === "own" || found === "parent" || found === "child";
}

const RANK: Record<Relation, number> = { own: 0, parent: 1, child: 2, sibling: 3, other: 4 };

/** The projects that may stand in the chart, each once and the nearest first; those without runs are left out. */
export function candidates<P extends Kin>(project: P, found: readonly P[]): P[] {
  const modelOf = (entry: Kin) => entry.model?.id ?? null;
  const known = new Map<string, P>([[project.id, project]]);
  for (const other of found) {
    const near = relation(project, other) !== "other" || modelOf(other) === modelOf(project);
    if (near && other.run_count > 0) known.set(other.id, known.get(other.id) ?? other);
  }
  return [...known.values()].sort(
    (a, b) => RANK[relation(project, a)] - RANK[relation(project, b)] || a.name.localeCompare(b.name),
  );
}

/** Those that are shown: the usual ones but `without`, and `added`. The project itself always. */
export function shown<P extends Kin>(
  project: P,
  all: readonly P[],
  added: readonly string[] = [],
  without: readonly string[] = [],
): P[] {
  return all.filter(
    (entry) =>
      entry.id === project.id ||
      (isUsual(relation(project, entry)) ? !without.includes(entry.id) : added.includes(entry.id)),
  );
}

/** What the address says after `other` was put in or taken out. */
export function toggledSeries(
  project: Kin,
  other: Kin,
  { series, without }: { series?: string[]; without?: string[] },
): { series?: string[]; without?: string[] } {
  const usual = isUsual(relation(project, other));
  const list = (usual ? without : series) ?? [];
  const next = list.includes(other.id) ? list.filter((id) => id !== other.id) : [...list, other.id];
  const kept = next.length > 0 ? next : undefined;
  return usual ? { series, without: kept } : { series: kept, without };
}

export function seriesName(project: Kin, other: Kin): string {
  const short = other.model?.precision ?? other.model?.name ?? other.name;
  const found = relation(project, other);
  if (found === "own") return `${short} (this)`;
  if (found === "parent" || found === "child") return `${short} ${found}`;
  return other.name;
}

// The parent is grey: it is what the others are seen against.
const COLORS: Series["color"][] = ["c1", "c4", "c2", "c6", "c3"];

/** Colours go by the place among all candidates, so that taking one out does not repaint the others. */
export function colorOf(project: Kin, all: readonly Kin[], other: Kin): Series["color"] {
  if (relation(project, other) === "parent") return "c5";
  const place = all
    .filter((entry) => relation(project, entry) !== "parent")
    .findIndex(({ id }) => id === other.id);
  return COLORS[Math.max(place, 0) % COLORS.length] ?? "c1";
}
