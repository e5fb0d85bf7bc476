import { SegmentedControl } from "@mantine/core";
import { type FormState, MOST_COLUMNS, MOST_ROWS } from "./form";
import { parseCell, restepped, type Steps } from "./matrix";

interface Props {
  form: FormState;
  onChange: (next: Partial<FormState>) => void;
}

const STEPS = [
  { value: "ones", label: "1, 2, 3 …" },
  { value: "powers", label: "1, 2, 4 …" },
];
const stepsOf = (value: string): Steps => (value === "powers" ? "powers" : "ones");

/** What the rows of the matrix count, and in which steps. */
export function MatrixControls({ form, onChange }: Props) {
  const cells = form.chosen.flatMap((key) => parseCell(key) ?? []);
  const keptRows = cells.flatMap(({ row }) => (typeof row === "number" ? [row] : []));
  const keptColumns = cells.map(({ batch }) => batch);
  return (
    <div className="row wrap" style={{ gap: "6px 16px" }}>
      <div className="row">
        <SegmentedControl
          aria-label="What the rows count"
          value={form.axis}
          onChange={(value) => onChange({ axis: value === "requests" ? "requests" : "streams" })}
          data={[
            { value: "streams", label: "streams" },
            { value: "requests", label: "requests" },
          ]}
        />
        <SegmentedControl
          aria-label={`Steps of the ${form.axis}`}
          value={form.rowSteps}
          onChange={(value) =>
            onChange({
              rowSteps: stepsOf(value),
              rows: restepped(form.rows, stepsOf(value), keptRows, MOST_ROWS),
            })
          }
          data={STEPS}
        />
      </div>
      <div className="row">
        <span className="dim small">batch</span>
        <SegmentedControl
          aria-label="Steps of the batch"
          value={form.columnSteps}
          onChange={(value) =>
            onChange({
              columnSteps: stepsOf(value),
              columns: restepped(form.columns, stepsOf(value), keptColumns, MOST_COLUMNS / 2),
            })
          }
          data={STEPS}
        />
      </div>
      <button
        type="button"
        className="chip"
        onClick={() => onChange({ chosen: [], extra: [], removed: [] })}
        disabled={form.chosen.length + form.extra.length === 0}
      >
        none
      </button>
    </div>
  );
}
