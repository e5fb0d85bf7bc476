import { Checkbox, NumberInput } from "@mantine/core";
import type { MeasureForm } from "./makeForm";

interface Props {
  form: MeasureForm;
  annotated: boolean;
  onChange: (next: MeasureForm) => void;
}

/** What is measured of the new version, beside the one that it was made from. */
export function MeasureFields({ form, annotated, onChange }: Props) {
  const set = (next: Partial<MeasureForm>) => onChange({ ...form, ...next });
  return (
    <fieldset>
      <legend>Measured afterwards</legend>
      <Checkbox
        label="speed of both, in turn in one process"
        checked={form.benchmark}
        onChange={(event) => set({ benchmark: event.currentTarget.checked })}
      />
      {form.benchmark && (
        <div className="field-row" style={{ paddingLeft: 28 }}>
          <NumberInput
            label="Measuring takes"
            min={1}
            max={3600}
            suffix=" s"
            value={form.budgetS}
            onChange={(value) => set({ budgetS: typeof value === "number" ? value : "" })}
          />
          <Checkbox
            label="layer times, too"
            style={{ alignSelf: "end", paddingBottom: 8 }}
            checked={form.layers}
            onChange={(event) => set({ layers: event.currentTarget.checked })}
          />
        </div>
      )}
      <Checkbox
        label={
          annotated ? "accuracy of both, on the same samples" : "distance of the outputs to the parent's"
        }
        checked={form.accuracy}
        onChange={(event) => set({ accuracy: event.currentTarget.checked })}
      />
      {form.accuracy && (
        <div className="field-row" style={{ paddingLeft: 28 }}>
          <NumberInput
            label="Samples of the reports"
            placeholder="all others"
            min={1}
            value={form.samples}
            onChange={(value) => set({ samples: typeof value === "number" ? Math.round(value) : "" })}
          />
        </div>
      )}
    </fieldset>
  );
}
