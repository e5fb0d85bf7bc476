/** Projects as the start page shows them: under their model, children under their parents. */
import type { Project } from "../../api/types";

export type ProjectRow =
  | { kind: "group"; id: string; name: string; modelId: string | null; count: number; task: string | null }
  | { kind: "project"; project: Project; depth: number };

/** In the given order, each child directly after its parent; a child whose parent is not there stands alone. */
export function nested(projects: readonly Project[]): { project: Project; depth: number }[] {
  const here = new Set(projects.map((project) => project.id));
  const children = new Map<string, Project[]>();
  const roots: Project[] = [];
  for (const project of projects) {
    const parent = project.parent_id;
    if (parent && parent !== project.id && here.has(parent))
      children.set(parent, [...(children.get(parent) ?? []), project]);
    else roots.push(project);
  }
  const rows: { project: Project; depth: number }[] = [];
  const seen = new Set<string>();
  const add = (project: Project, depth: number) => {
    if (seen.has(project.id)) return;
    seen.add(project.id);
    rows.push({ project, depth });
    for (const child of children.get(project.id) ?? []) add(child, depth + 1);
  };
  for (const root of roots) add(root, 0);
  // A circle of parents has no root; it is shown all the same.
  for (const project of projects) add(project, 0);
  return rows;
}

/** A header row for each model, in order of first appearance; a child counts to the model of its topmost parent. */
export function grouped(projects: readonly Project[]): ProjectRow[] {
  const groups = new Map<
    string,
    { name: string; modelId: string | null; task: string | null; rows: ProjectRow[] }
  >();
  let current = "";
  for (const { project, depth } of nested(projects)) {
    if (depth === 0) {
      current = project.model?.id ?? "";
      if (!groups.has(current)) {
        groups.set(current, {
          name: project.model?.name ?? "model deleted",
          modelId: project.model?.id ?? null,
          task: project.model?.task ?? null,
          rows: [],
        });
      }
    }
    groups.get(current)?.rows.push({ kind: "project", project, depth });
  }
  return [...groups].flatMap(([id, { rows, ...group }]) => [
    { kind: "group" as const, id: `group-${id}`, count: rows.length, ...group },
    ...rows,
  ]);
}
