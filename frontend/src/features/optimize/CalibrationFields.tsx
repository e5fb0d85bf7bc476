import { NativeSelect, NumberInput, SegmentedControl } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { flat } from "../../api/queryClient";
import type { Project } from "../../api/types";
import { count, counted } from "../../format/number";
import { datasetsQuery } from "../datasets/queries";
import { type CalibrationForm, calibrationProblem, calibrationSize } from "./makeForm";

interface Props {
  project: Project;
  form: CalibrationForm;
  /** The result is judged with what is left of the project's own dataset. */
  judged: boolean;
  onChange: (next: CalibrationForm) => void;
}

const SIZES = [
  { value: "usual", label: "usual" },
  { value: "samples", label: "a number" },
  { value: "percent", label: "a share" },
] as const;

/** Whose samples, and how many of them. */
export function CalibrationFields({ project, form, judged, onChange }: Props) {
  const { data } = useInfiniteQuery(datasetsQuery());
  const others = flat(data).filter(({ id, state }) => id !== project.dataset?.id && state === "ready");
  const own = project.dataset?.count ?? 0;
  const available = availableSamples(project, form, others);
  const same = form.dataset === "" || form.dataset === project.dataset?.id;
  const size = available === null ? null : calibrationSize(form, available);
  const problem = calibrationProblem(form, available, same && judged);
  const set = (next: Partial<CalibrationForm>) => onChange({ ...form, ...next });
  const whole = (value: string | number) => (typeof value === "number" ? Math.round(value) : "");
  return (
    <fieldset>
      <legend>Calibration</legend>
      <div className="field-row">
        <NativeSelect
          label="Dataset"
          value={form.dataset}
          onChange={(event) => set({ dataset: event.currentTarget.value })}
          data={[
            { value: "", label: `${project.dataset?.name ?? "the project's"} · ${counted(own, "sample")}` },
            ...others.map(({ id, name, count: of }) => ({
              value: id,
              label: `${name} · ${counted(of, "sample")}`,
            })),
          ]}
        />
        <NumberInput
          label="Seed"
          description={undefined}
          min={0}
          max={2_147_483_647}
          hideControls
          value={form.seed}
          onChange={(value) => set({ seed: whole(value) })}
        />
      </div>
      <div className="field-row">
        <div>
          <p className="small dim" style={{ marginBottom: 2 }}>
            Samples
          </p>
          <SegmentedControl
            aria-label="How many samples"
            value={form.size}
            onChange={(value) =>
              set({ size: SIZES.find((entry) => entry.value === value)?.value ?? "usual" })
            }
            data={[...SIZES]}
          />
        </div>
        {form.size === "samples" && (
          <NumberInput
            label="Number of samples"
            min={1}
            max={available ?? 100_000}
            clampBehavior="none"
            value={form.samples}
            onChange={(value) => set({ samples: whole(value) })}
            error={problem}
          />
        )}
        {form.size === "percent" && (
          <NumberInput
            label="Share of the dataset"
            min={0}
            max={100}
            clampBehavior="none"
            suffix=" %"
            value={form.percent}
            onChange={(value) => set({ percent: typeof value === "number" ? value : "" })}
            error={problem}
          />
        )}
      </div>
      <p className="small dim">
        {size !== null && `${counted(size, "sample")}${available ? ` of ${count(available)}` : ""}. `}
        {same
          ? "They are left out of the reports that judge the result."
          : "The reports that judge the result are made with the project's own dataset."}
      </p>
    </fieldset>
  );
}

/** How many samples the chosen dataset has; null while it is not known. */
export function availableSamples(
  project: Project,
  form: CalibrationForm,
  others: readonly { id: string; count: number }[],
): number | null {
  if (form.dataset === "" || form.dataset === project.dataset?.id) return project.dataset?.count ?? null;
  return others.find(({ id }) => id === form.dataset)?.count ?? null;
}

export function useAvailable(project: Project, form: CalibrationForm): number | null {
  const { data } = useInfiniteQuery(datasetsQuery());
  return availableSamples(project, form, flat(data));
}
