import { Checkbox, Drawer, NativeSelect, NumberInput, SegmentedControl, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { isActive } from "../../api/eventReducer";
import type { Precision, Project } from "../../api/types";
import { Action } from "../../components/Action";
import { ErrorState } from "../../components/States";
import { counted } from "../../format/number";
import { duration } from "../../format/time";
import { jobQuery } from "../jobs/queries";
import { numberList } from "../runs/configurations";
import { targetQuery } from "../targets/queries";
import { searchQuery, startSearch } from "./queries";
import { remember, remembered } from "./remembered";
import { SEARCH_PERCENTILES, type SearchForm, searchEstimate, searchWanted } from "./searchForm";

interface Props {
  project: Project;
  /** The latency limit of the chart, to begin with. */
  limit: number | undefined;
  /** A search whose outcome is shown; one that did not end can be gone on with. */
  shownJob: string | undefined;
  onClose: () => void;
  onStarted: (job: string) => void;
}

const OBJECTIVES = [
  { value: "throughput", label: "most throughput" },
  { value: "latency", label: "least latency" },
  { value: "front", label: "the whole front" },
] as const;

/** The best settings within limits, without measuring every one of them. */
export function SearchDrawer({ project, limit, shownJob, onClose, onStarted }: Props) {
  const client = useQueryClient();
  const [form, setForm] = useState<SearchForm>(() => remembered(shownJob, limit));
  const [goOn, setGoOn] = useState<boolean | null>(null);
  const { data: target } = useQuery({
    ...targetQuery(project.target?.id ?? ""),
    enabled: project.target !== null,
  });
  const { data: shown } = useQuery({ ...searchQuery(shownJob ?? ""), enabled: shownJob !== undefined });
  const earlier = shown && !isActive(shown.job) ? shown.job : null;
  const goesOn = goOn ?? (earlier !== null && earlier.state !== "succeeded");
  const device = target?.devices.find((entry) => entry.name === project.device);
  const streams = device?.streams_range;
  const asked = searchWanted(form, earlier && goesOn ? earlier.id : null);
  const estimate = searchEstimate(form, streams ? (streams[1] ?? 1) : 1);

  const start = useMutation({
    mutationFn: () => {
      if (!asked.ok) throw new Error(asked.problem);
      return startSearch(project.id, asked.wanted);
    },
    onSuccess: ({ job }) => {
      remember(job.id, form);
      client.setQueryData(jobQuery(job.id).queryKey, job);
      void client.invalidateQueries({ queryKey: ["projects"] });
      void client.invalidateQueries({ queryKey: ["jobs"] });
      onStarted(job.id);
    },
  });
  const set = (next: Partial<SearchForm>) => setForm((now) => ({ ...now, ...next }));
  const numeric = (value: string | number) => (typeof value === "number" && value > 0 ? value : "");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (asked.ok && !start.isPending) start.mutate();
  };
  const problemOf = (text: string, most: number) => {
    const list = numberList(text, most);
    return list.ok ? null : list.problem;
  };

  return (
    <Drawer
      opened
      onClose={onClose}
      title="Find the best settings"
      size="min(520px, 100vw)"
      closeButtonProps={{ "aria-label": "Close" }}
    >
      <form className="fields" onSubmit={submit}>
        <p className="dim">
          Measures some cells of the grid of streams × batch, leaves out those that cannot be among the best,
          and measures the rest more closely.
        </p>
        <fieldset>
          <legend>What is best</legend>
          <SegmentedControl
            aria-label="What is best"
            fullWidth
            value={form.objective}
            onChange={(value) => set({ objective: OBJECTIVES.find((entry) => entry.value === value)?.value })}
            data={[...OBJECTIVES]}
          />
        </fieldset>
        <div className="field-row">
          <NativeSelect
            label="The latency that counts"
            value={form.percentile}
            onChange={(event) =>
              set({
                percentile: SEARCH_PERCENTILES.find((entry) => entry === event.currentTarget.value) ?? "p99",
              })
            }
            data={[...SEARCH_PERCENTILES]}
          />
          {form.objective === "throughput" && (
            <NumberInput
              label={`${form.percentile} must not exceed`}
              min={0}
              suffix=" ms"
              value={form.limitMs}
              onChange={(value) => set({ limitMs: numeric(value) })}
              data-autofocus
            />
          )}
          {form.objective === "latency" && (
            <NumberInput
              label="Throughput must reach"
              min={0}
              suffix=" FPS"
              value={form.minFps}
              onChange={(value) => set({ minFps: numeric(value) })}
              data-autofocus
            />
          )}
        </div>
        <div className="field-row">
          <TextInput
            label="Streams"
            placeholder={streams ? `the device's: ${streams.join(" to ")}` : "the device's"}
            value={form.streams}
            onChange={(event) => set({ streams: event.currentTarget.value })}
            error={problemOf(form.streams, 1024)}
          />
          <TextInput
            label="Batches"
            placeholder="1, 2, 4, 8, 16, 32"
            value={form.batches}
            onChange={(event) => set({ batches: event.currentTarget.value })}
            error={problemOf(form.batches, 65_536)}
          />
        </div>
        <div className="field-row">
          <NumberInput
            label="Budget"
            description="at most this much measuring"
            placeholder={estimate ? `a quarter: ${Math.round(estimate.gridS / 4)} s` : "a quarter"}
            min={5}
            max={86_400}
            suffix=" s"
            value={form.budgetS}
            onChange={(value) => set({ budgetS: numeric(value) })}
          />
          <NumberInput
            label="A cell of the full grid"
            description="how closely it would be measured"
            min={0.5}
            max={600}
            suffix=" s"
            value={form.cellS}
            onChange={(value) => set({ cellS: numeric(value) })}
          />
        </div>
        <div className="field-row">
          <NativeSelect
            label="Precision"
            value={form.precision}
            onChange={(event) => set({ precision: event.currentTarget.value as Precision | "" })}
            data={[
              {
                value: "",
                label: `usual${device?.default_precision ? `: ${device.default_precision}` : ""}`,
              },
              "f32",
              "bf16",
              "f16",
            ]}
          />
          <NativeSelect
            label="Input"
            value={form.input}
            onChange={(event) =>
              set({ input: event.currentTarget.value === "synthetic" ? "synthetic" : "dataset" })
            }
            data={[
              { value: "dataset", label: `samples of ${project.dataset?.name ?? "the dataset"}` },
              { value: "synthetic", label: "synthetic values" },
            ]}
          />
        </div>
        {earlier && (
          <Checkbox
            label="keep what the search shown has measured"
            checked={goesOn}
            onChange={(event) => setGoOn(event.currentTarget.checked)}
          />
        )}
        {start.error && <ErrorState error={start.error} compact />}
        <div className="row">
          <Action
            type="submit"
            variant="filled"
            loading={start.isPending}
            reason={asked.ok ? undefined : asked.problem}
          >
            Search
          </Action>
          <span className="small dim" role="status">
            {!asked.ok
              ? asked.problem
              : estimate &&
                `${counted(estimate.cells, "cell")} would take ${duration(estimate.gridS)}; the search takes up to ${duration(estimate.budgetS)}`}
          </span>
        </div>
      </form>
    </Drawer>
  );
}
