import { Checkbox, Drawer, NativeSelect, NumberInput, SegmentedControl, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { isActive } from "../../api/eventReducer";
import type { Job, Project } from "../../api/types";
import { Action } from "../../components/Action";
import { ErrorState } from "../../components/States";
import { duration } from "../../format/time";
import { jobQuery } from "../jobs/queries";
import { reportsQuery } from "../reports/queries";
import { CalibrationFields, useAvailable } from "./CalibrationFields";
import {
  type FindForm,
  findProblem,
  findWanted,
  METHOD_NAMES,
  METHODS,
  PERCENTILES,
  rememberedFind,
  rememberFind,
} from "./findForm";
import { metricIsShare } from "./makeForm";
import classes from "./Optimize.module.css";
import { optimizationQuery, startOptimization } from "./queries";

interface Props {
  project: Project;
  /** A search whose outcome is shown: it can be gone on with. */
  shownJob: string | undefined;
  onClose: () => void;
  onStarted: (job: Job) => void;
}

/** The best version and configuration within limits. */
export function FindDrawer({ project, shownJob, onClose, onStarted }: Props) {
  const client = useQueryClient();
  const [form, setForm] = useState<FindForm>(() => rememberedFind(shownJob));
  const [goOn, setGoOn] = useState<boolean | null>(null);
  const { data: reports } = useQuery(reportsQuery(project.id));
  const report = reports?.items.find(({ kind }) => kind === "annotations");
  const { data: shown } = useQuery({ ...optimizationQuery(shownJob ?? ""), enabled: shownJob !== undefined });
  const earlier = shown && !isActive(shown.job) ? shown.job : null;
  const goesOn = earlier !== null && (goOn ?? earlier.state !== "succeeded");
  const available = useAvailable(project, form.calibration);
  const problem = findProblem(form, available, project.state === "archived");
  const share = metricIsShare(report, form.metric, project.model?.task);
  const set = (next: Partial<FindForm>) => setForm((now) => ({ ...now, ...next }));
  const positive = (value: string | number) => (typeof value === "number" && value > 0 ? value : "");
  const start = useMutation({
    mutationFn: () => startOptimization(project.id, findWanted(form, share, goesOn ? earlier.id : null)),
    onSuccess: ({ job }) => {
      rememberFind(job.id, form);
      client.setQueryData(jobQuery(job.id).queryKey, job);
      void client.invalidateQueries({ queryKey: ["projects"] });
      void client.invalidateQueries({ queryKey: ["jobs"] });
      onStarted(job);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!problem && !start.isPending) start.mutate();
  };
  return (
    <Drawer
      opened
      onClose={onClose}
      title="Find the best version"
      size="min(600px, 100vw)"
      closeButtonProps={{ "aria-label": "Close" }}
    >
      <form className={`fields ${classes.form}`} onSubmit={submit} aria-label="Find the best version">
        <p className="dim">
          Makes versions, judges each on the same samples, drops those beyond the limit, searches the settings
          of the others, and measures the winner again from scratch beside the original.
        </p>
        <SegmentedControl
          aria-label="What is best"
          fullWidth
          value={form.objective}
          onChange={(value) => set({ objective: value === "latency" ? "latency" : "throughput" })}
          data={[
            { value: "throughput", label: "most throughput" },
            { value: "latency", label: "least latency" },
          ]}
        />
        <div className="field-row">
          <NumberInput
            label="Accuracy may drop by at most"
            min={0}
            suffix={form.dropType === "relative" ? " %" : share ? " pp" : " dB"}
            value={form.maxDrop}
            onChange={(value) => set({ maxDrop: typeof value === "number" ? value : "" })}
            data-autofocus
          />
          <NativeSelect
            label="The drop is"
            value={form.dropType}
            onChange={(event) =>
              set({ dropType: event.currentTarget.value === "relative" ? "relative" : "absolute" })
            }
            data={[
              { value: "absolute", label: "absolute: of the metric itself" },
              { value: "relative", label: "relative: a share of what it was" },
            ]}
          />
        </div>
        {report && (
          <NativeSelect
            label="Metric"
            value={form.metric}
            onChange={(event) => set({ metric: event.currentTarget.value })}
            data={[
              {
                value: "",
                label: `the usual: ${report.metrics[report.primary ?? ""]?.label ?? "of the report"}`,
              },
              ...Object.entries(report.metrics).map(([value, { label }]) => ({ value, label })),
            ]}
          />
        )}
        <div className="field-row">
          <NativeSelect
            label="The latency that counts"
            value={form.percentile}
            onChange={(event) =>
              set({
                percentile: PERCENTILES.find((entry) => entry === event.currentTarget.value) ?? "p99",
              })
            }
            data={[...PERCENTILES]}
          />
          {form.objective === "throughput" ? (
            <NumberInput
              label={`${form.percentile} must not exceed`}
              placeholder="no limit"
              min={0}
              suffix=" ms"
              value={form.limitMs}
              onChange={(value) => set({ limitMs: positive(value) })}
            />
          ) : (
            <NumberInput
              label="Throughput must reach"
              placeholder="no limit"
              min={0}
              suffix=" FPS"
              value={form.minFps}
              onChange={(value) => set({ minFps: positive(value) })}
            />
          )}
        </div>
        <div className="field-row">
          <NumberInput
            label="Budget"
            description="for all of it"
            min={30}
            max={86_400}
            clampBehavior="none"
            suffix=" s"
            value={form.budgetS}
            onChange={(value) => set({ budgetS: positive(value) })}
          />
          <NumberInput
            label="A configuration takes"
            description="while settings are searched"
            min={0.5}
            max={600}
            clampBehavior="none"
            suffix=" s"
            value={form.cellS}
            onChange={(value) => set({ cellS: positive(value) })}
          />
        </div>
        <div className="field-row">
          <TextInput
            label="Streams"
            placeholder="the device's"
            value={form.streams}
            onChange={(event) => set({ streams: event.currentTarget.value })}
          />
          <TextInput
            label="Batches"
            placeholder="1, 2, 4, 8, …"
            value={form.batches}
            onChange={(event) => set({ batches: event.currentTarget.value })}
          />
        </div>
        <fieldset>
          <legend>What is tried{form.methods.length === 0 && ": what makes sense"}</legend>
          {METHODS.map((method) => (
            <Checkbox
              key={method}
              label={METHOD_NAMES[method]}
              checked={form.methods.includes(method)}
              onChange={() =>
                set({
                  methods: form.methods.includes(method)
                    ? form.methods.filter((entry) => entry !== method)
                    : METHODS.filter((entry) => entry === method || form.methods.includes(entry)),
                })
              }
            />
          ))}
        </fieldset>
        <CalibrationFields
          project={project}
          form={form.calibration}
          judged
          onChange={(calibration) => set({ calibration })}
        />
        {earlier && (
          <Checkbox
            label="go on with the search shown: what it has done is not done again"
            checked={goesOn}
            onChange={(event) => setGoOn(event.currentTarget.checked)}
          />
        )}
        <div className={`${classes.foot} stack tight`}>
          {start.error && <ErrorState error={start.error} compact />}
          <div className="row">
            <Action type="submit" variant="filled" loading={start.isPending} reason={problem ?? undefined}>
              {goesOn ? "Continue" : "Start"}
            </Action>
            <span className="small dim" role="status">
              {problem ?? `up to ${duration(form.budgetS || 0)}; nothing else is measured meanwhile`}
            </span>
          </div>
        </div>
      </form>
    </Drawer>
  );
}
