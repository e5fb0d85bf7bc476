/** The sides of a comparison: how they are called, coloured and put in order. */
import type { Comparison, Project, Run } from "../../api/types";
import { MOST_SIDES } from "../../app/search";
import type { ChartColors } from "../../charts/colors";

export type Side = Comparison["sides"][number];

/** A side of which perhaps only the project is known yet. */
export interface Face {
  key: string;
  project: Project | null;
  run: Run | null;
}

const LETTERS = "ABCDEFGH";

/** A for the first side, with which all others are compared. */
export function letter(index: number): string {
  return LETTERS[index] ?? String(index + 1);
}

// A side has the same colour in every chart; letters tell them apart where colours cannot.
const COLORS = ["c1", "c3", "c2", "c4", "c6", "c5", "ink", "warn"] as const satisfies (keyof ChartColors)[];

export function colorName(index: number): (typeof COLORS)[number] {
  return COLORS[index % COLORS.length] ?? "c1";
}

export function cssColor(index: number): string {
  return `var(--${colorName(index)})`;
}

export function withSide(sides: readonly string[], key: string): string[] {
  return sides.includes(key) || sides.length >= MOST_SIDES ? [...sides] : [...sides, key];
}

export function withoutSide(sides: readonly string[], key: string): string[] {
  return sides.filter((side) => side !== key);
}

/** `sides` with the one at `from` at the place `to`; places outside change nothing. */
export function moved(sides: readonly string[], from: number, to: number): string[] {
  const next = [...sides];
  if (to < 0 || to >= sides.length) return next;
  const [side] = next.splice(from, 1);
  if (side !== undefined) next.splice(to, 0, side);
  return next;
}

/** Whether a project was named, which stands for its best run. */
export function isBest(side: { key: string; run: Pick<Run, "id"> | null }): boolean {
  return side.run !== null && side.key !== side.run.id;
}

type Named = { project: Pick<Project, "name" | "model">; run: Pick<Run, "label"> };

/** Names for legends: the letter with what tells the sides apart, model or run or both. */
export function sideNames(sides: readonly Named[]): string[] {
  const differ = (read: (side: Named) => string) => new Set(sides.map(read)).size > 1;
  const model = (side: Named) => side.project.model?.name ?? side.project.name;
  const project = (side: Named) => side.project.name;
  const label = (side: Named) => side.run.label;
  const parts = [differ(model) ? model : differ(project) ? project : null, differ(label) ? label : null];
  return sides.map((side, index) => {
    const words = parts.flatMap((read) => (read ? [read(side)] : []));
    return [letter(index), words.join(", ") || side.run.label].join(" · ");
  });
}

/** The name of a comparison, for titles and files. */
export function comparisonName(sides: readonly { project: Pick<Project, "name"> }[]): string {
  const names = [...new Set(sides.map((side) => side.project.name))];
  return names.length === 1 ? `${names[0]}, ${sides.length} runs` : names.join(" · ");
}

export function exportAddress(sides: readonly string[], format: "csv" | "json" | "html"): string {
  const query = new URLSearchParams([...sides.map((key) => ["side", key]), ["format", format]]);
  return `/api/v1/comparisons/export?${query}`;
}
