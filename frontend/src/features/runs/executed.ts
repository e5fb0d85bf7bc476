/** Which cells of the matrix were measured already. */
import type { Run } from "../../api/types";
import { type FormState, rowsOf } from "./form";
import { cellKey, HINTS } from "./matrix";

type Besides = Pick<FormState, "axis" | "api" | "load">;

/**
 * The newest run of each cell, among those that were loaded in the way that the form means: one request after another or
 * many at once, all requests busy or arriving by themselves. Newest first is the order of the server.
 */
export function executedCells(runs: readonly Run[], form: Besides & Pick<FormState, "rows" | "columns">) {
  const cells = new Map<string, Run>();
  for (const run of [...runs].sort((a, b) => b.created_at.localeCompare(a.created_at))) {
    const { configuration: asked } = run;
    if ((asked?.api ?? "async") !== form.api) continue;
    if (((asked?.arrivals_per_s ?? null) !== null) !== (form.load === "open")) continue;
    const hint = HINTS.find((entry) => entry === run.hint);
    const counted = form.axis === "streams" ? run.streams : run.requests;
    const row = hint ?? counted;
    if (row === null || run.batch === null) continue;
    const key = cellKey(row, run.batch);
    if (!cells.has(key)) cells.set(key, run);
  }
  const shown = new Set(rowsOf(form).flatMap((row) => form.columns.map((batch) => cellKey(row, batch))));
  return new Map([...cells].filter(([key]) => shown.has(key)));
}
