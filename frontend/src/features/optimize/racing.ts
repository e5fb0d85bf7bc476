/** Which versions can be measured in turn. */
import type { Precision, RaceWanted, Version } from "../../api/types";
import { floatingOf } from "./axes";

type Side = RaceWanted["sides"][number];

export const MOST_SIDES = 16;
const PRECISIONS: Precision[] = ["f32", "bf16", "f16"];

/** Null for a version without a project of its own here. */
export function sideOf(version: Version): Side | null {
  if (version.project_id === null) return null;
  const precision = PRECISIONS.find((entry) => entry === floatingOf(version.effective_precision)) ?? null;
  return { project: version.project_id, precision };
}

/** In the order of the list: the first one is what the others' ratios are to. */
export function racePair(chosen: readonly Version[]): Side[] {
  return chosen.map(sideOf).filter((side) => side !== null);
}

export function raceProblem(chosen: readonly Version[], budget: number | ""): string | null {
  if (racePair(chosen).length < 2)
    return "Tick two versions or more: they are measured in one process, in turn.";
  if (budget === "" || budget < 1) return "Say how many seconds of measuring.";
  return null;
}
