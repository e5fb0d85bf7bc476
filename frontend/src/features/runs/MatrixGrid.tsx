import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import type { Run } from "../../api/types";
import { decimal } from "../../format/number";
import { type FormState, MOST_COLUMNS, MOST_ROWS, rowsOf } from "./form";
import classes from "./Matrix.module.css";
import { cellKey, movedPlace, nextNumber, type Place, painted, rowName, toggledLine } from "./matrix";
import { tooFew } from "./tradeoff";

interface Props {
  form: FormState;
  executed: ReadonlyMap<string, Run>;
  onChange: (next: Partial<FormState>) => void;
}

interface Stroke {
  from: Place;
  before: readonly string[];
  value: boolean;
}

/** "214.6 FPS, p99 11.8 ms, stable": what a cell gave before. */
function resultText(run: Run): string {
  const { p99 } = run.latency_ms;
  return [
    `measured: ${decimal(run.throughput_fps, 3)} FPS`,
    `median ${decimal(run.latency_ms.median, 3)} ms`,
    p99 === null ? `p99: ${tooFew("p99", run.samples)}` : `p99 ${decimal(p99, 3)} ms`,
    run.verdict === "stable" ? "stable" : `${run.verdict}: ${run.verdict_reason}`,
  ].join(", ");
}

/** Hints and streams × batch. Cells are chosen by click, by drawing over them, or by keyboard. */
export function MatrixGrid({ form, executed, onChange }: Props) {
  const rows = rowsOf(form);
  const { columns, chosen } = form;
  const grid = { rows, columns };
  const [at, setAt] = useState<Place>({ row: 0, column: 0 });
  const stroke = useRef<Stroke | null>(null);
  const body = useRef<HTMLTableElement>(null);
  const moved = useRef(false);

  useEffect(() => {
    const end = () => {
      stroke.current = null;
    };
    window.addEventListener("pointerup", end);
    window.addEventListener("pointercancel", end);
    return () => {
      window.removeEventListener("pointerup", end);
      window.removeEventListener("pointercancel", end);
    };
  }, []);
  useEffect(() => {
    if (!moved.current) return;
    moved.current = false;
    body.current?.querySelector<HTMLElement>(`[data-at="${at.row},${at.column}"]`)?.focus();
  }, [at]);

  // The place of the focus, which rows that were taken away must not take with them.
  const here = {
    row: Math.min(at.row, rows.length - 1),
    column: Math.min(at.column, columns.length - 1),
  };
  const tab = (row: number, column: number) => (row === here.row && column === here.column ? 0 : -1);
  const onKeyDown = (event: KeyboardEvent) => {
    const next = movedPlace(here, event.key, grid);
    if (!next) return;
    event.preventDefault();
    moved.current = true;
    if (event.shiftKey && next.row >= 0 && next.column >= 0) {
      const value = chosen.includes(cellKey(rows[here.row] ?? 1, columns[here.column] ?? 1));
      onChange({ chosen: painted(chosen, grid, here, next, value) });
    }
    setAt(next);
  };
  const toggle = (place: Place, key: string) =>
    onChange({ chosen: painted(chosen, grid, place, place, !chosen.includes(key)) });
  const line = (which: { row: number } | { column: number }) =>
    onChange({ chosen: toggledLine(chosen, grid, which) });
  const unit = form.axis === "streams" ? "stream" : "request";
  const rowLabel = (row: (typeof rows)[number]) =>
    typeof row === "number" ? `${row} ${unit}${row === 1 ? "" : "s"}` : rowName(row);

  return (
    <div className={classes.wrap}>
      <table
        ref={body}
        // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: the pattern of a grid is a table of cells
        role="grid"
        aria-multiselectable
        aria-label={`Runs: hints and ${form.axis} down, batch across`}
        className={classes.grid}
        onKeyDown={onKeyDown}
      >
        <thead>
          <tr>
            <td className={classes.corner}>{form.axis} ↓ batch →</td>
            {columns.map((batch, column) => (
              <th key={batch} scope="col">
                <button
                  type="button"
                  className={classes.head}
                  data-at={`-1,${column}`}
                  tabIndex={tab(-1, column)}
                  onFocus={() => setAt({ row: -1, column })}
                  onClick={() => line({ column })}
                  aria-label={`Batch ${batch}: the whole column`}
                >
                  {batch}
                </button>
              </th>
            ))}
            <td>
              {columns.length < MOST_COLUMNS && (
                <button
                  type="button"
                  className={classes.more}
                  aria-label={`One more column: batch ${nextNumber(columns, form.columnSteps)}`}
                  title={`batch ${nextNumber(columns, form.columnSteps)}`}
                  onClick={() => onChange({ columns: [...columns, nextNumber(columns, form.columnSteps)] })}
                >
                  +
                </button>
              )}
            </td>
          </tr>
        </thead>
        <tbody>
          {rows.map((row, rowIndex) => (
            <tr key={row}>
              <th scope="row">
                <button
                  type="button"
                  className={classes.head}
                  data-at={`${rowIndex},-1`}
                  tabIndex={tab(rowIndex, -1)}
                  onFocus={() => setAt({ row: rowIndex, column: -1 })}
                  onClick={() => line({ row: rowIndex })}
                  aria-label={`${rowLabel(row)}: the whole row`}
                >
                  {typeof row === "number" ? row : rowName(row)}
                </button>
              </th>
              {columns.map((batch, column) => {
                const key = cellKey(row, batch);
                const run = executed.get(key);
                const place = { row: rowIndex, column };
                const name = `${rowLabel(row)}, batch ${batch}`;
                return (
                  <td key={batch} role="presentation">
                    {/* biome-ignore lint/a11y/useSemanticElements: a cell of a grid that can be chosen */}
                    <div
                      role="gridcell"
                      className={classes.cell}
                      data-at={`${rowIndex},${column}`}
                      tabIndex={tab(rowIndex, column)}
                      aria-selected={chosen.includes(key)}
                      aria-label={run ? `${name}; ${resultText(run)}` : name}
                      title={run ? `${name}\n${resultText(run)}` : undefined}
                      data-verdict={run && (run.verdict === "stable" ? "stable" : "unstable")}
                      onFocus={() => setAt(place)}
                      onPointerDown={(event) => {
                        if (event.button !== 0) return;
                        event.currentTarget.releasePointerCapture?.(event.pointerId);
                        stroke.current = { from: place, before: chosen, value: !chosen.includes(key) };
                        toggle(place, key);
                      }}
                      onPointerEnter={() => {
                        const now = stroke.current;
                        if (now) onChange({ chosen: painted(now.before, grid, now.from, place, now.value) });
                      }}
                      onKeyDown={(event) => {
                        if (event.key !== " " && event.key !== "Enter") return;
                        event.preventDefault();
                        toggle(place, key);
                      }}
                    >
                      {run && decimal(run.throughput_fps, 3)}
                    </div>
                  </td>
                );
              })}
            </tr>
          ))}
          <tr>
            <td style={{ textAlign: "right" }}>
              {form.rows.length < MOST_ROWS && (
                <button
                  type="button"
                  className={classes.more}
                  aria-label={`One more row: ${nextNumber(form.rows, form.rowSteps)} ${form.axis}`}
                  title={`${nextNumber(form.rows, form.rowSteps)} ${form.axis}`}
                  onClick={() => onChange({ rows: [...form.rows, nextNumber(form.rows, form.rowSteps)] })}
                >
                  +
                </button>
              )}
            </td>
          </tr>
        </tbody>
      </table>
    </div>
  );
}
