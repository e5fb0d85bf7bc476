import { Checkbox, Drawer, NativeSelect, NumberInput, SegmentedControl, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { Port, Precision, Project } from "../../api/types";
import { Action } from "../../components/Action";
import { ErrorState } from "../../components/States";
import { counted } from "../../format/number";
import { duration } from "../../format/time";
import { jobQuery } from "../jobs/queries";
import { modelQuery } from "../models/queries";
import { targetQuery } from "../targets/queries";
import {
  configurationName,
  configurationsOf,
  EMPTY_FORM,
  estimateSeconds,
  type FormState,
  type Hint,
  numberList,
  parseShape,
} from "./configurations";
import { startBenchmark } from "./queries";

const HINTS: { value: Hint; label: string; explain: string }[] = [
  { value: "latency", label: "latency hint", explain: "one request as fast as possible" },
  { value: "throughput", label: "throughput hint", explain: "as many requests as the device takes" },
];
const CUMULATIVE = {
  value: "cumulative_throughput" as const,
  label: "cumulative throughput hint",
  explain: "all devices together",
};
const SHOWN = 12;

/** New runs for a project: hints, or streams × batch; each is measured after the other in one job. */
export function BenchmarkForm({ project, onClose }: { project: Project; onClose: () => void }) {
  const client = useQueryClient();
  const [form, setForm] = useState<FormState>(EMPTY_FORM);
  const [end, setEnd] = useState<"duration" | "iterations">("duration");
  const [seconds, setSeconds] = useState<number | "">(10);
  const [iterations, setIterations] = useState<number | "">(1000);
  const [layers, setLayers] = useState(true);
  const [input, setInput] = useState<"dataset" | "synthetic">("dataset");
  const [shapes, setShapes] = useState<Record<string, string>>({});
  const { data: model } = useQuery({
    ...modelQuery(project.model?.id ?? ""),
    enabled: project.model !== null,
  });
  const { data: target } = useQuery({
    ...targetQuery(project.target?.id ?? ""),
    enabled: project.target !== null,
  });

  const device = target?.devices.find((entry) => entry.name === project.device);
  const dynamic = (model?.inputs ?? []).filter((port) =>
    port.shape?.some((size) => typeof size === "string"),
  );
  const wanted = configurationsOf(form);
  const named = namedShapes(dynamic, shapes);
  const count = wanted.ok ? wanted.configurations.length : 0;
  const problem =
    (!wanted.ok && wanted.problem) ||
    (!named.ok && named.problem) ||
    (end === "duration"
      ? seconds === "" && "Say how long a run shall take."
      : iterations === "" && "Say how many requests.") ||
    null;
  const estimate = estimateSeconds(count, end === "duration" ? seconds || null : null, layers);

  const start = useMutation({
    mutationFn: () =>
      startBenchmark(project.id, {
        configurations: wanted.ok ? wanted.configurations : [],
        duration_s: end === "duration" ? seconds || null : null,
        iterations: end === "iterations" ? iterations || null : null,
        layers,
        input,
        shapes: named.ok ? named.shapes : null,
      }),
    onSuccess: ({ job }) => {
      client.setQueryData(jobQuery(job.id).queryKey, job);
      void client.invalidateQueries({ queryKey: ["projects"] });
      void client.invalidateQueries({ queryKey: ["jobs"] });
      onClose();
    },
  });

  const set = (next: Partial<FormState>) => setForm((now) => ({ ...now, ...next }));
  const listProblem = (text: string, most: number) => {
    const list = numberList(text, most);
    return list.ok ? null : list.problem;
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!problem && !start.isPending) start.mutate();
  };
  const streams = device?.streams_range;

  return (
    <Drawer
      opened
      onClose={onClose}
      title="Run a benchmark"
      size="min(560px, 100vw)"
      closeButtonProps={{ "aria-label": "Close" }}
    >
      <form className="fields" onSubmit={submit}>
        <fieldset>
          <legend>Let OpenVINO choose the streams</legend>
          <div className="stack tight">
            {(project.device.startsWith("AUTO") ? [...HINTS, CUMULATIVE] : HINTS).map(
              ({ value, label, explain }) => (
                <Checkbox
                  key={value}
                  checked={form.hints.includes(value)}
                  onChange={(event) =>
                    set({
                      hints: event.currentTarget.checked
                        ? [...form.hints, value]
                        : form.hints.filter((entry) => entry !== value),
                    })
                  }
                  label={
                    <>
                      {label} <span className="faint">· {explain}</span>
                    </>
                  }
                />
              ),
            )}
          </div>
        </fieldset>
        <div className="field-row">
          <TextInput
            label="Or streams"
            description={streams ? `the device has ${streams.join(" to ")}` : "numbers, as 1, 2, 4"}
            placeholder="1, 2, 4"
            value={form.streams}
            onChange={(event) => set({ streams: event.currentTarget.value })}
            error={listProblem(form.streams, 1024)}
          />
          <TextInput
            label="Batch"
            description="each with each number of streams"
            placeholder="the model's own"
            value={form.batches}
            onChange={(event) => set({ batches: event.currentTarget.value })}
            error={listProblem(form.batches, 65_536)}
          />
        </div>
        <div className="field-row">
          <TextInput
            label="Requests in flight"
            placeholder={
              device?.optimal_requests ? `the device's: ${device.optimal_requests}` : "the device's choice"
            }
            value={form.requests}
            onChange={(event) => set({ requests: event.currentTarget.value })}
            error={listProblem(form.requests, 4096)}
          />
          <TextInput
            label="Threads"
            placeholder="the device's choice"
            value={form.threads}
            onChange={(event) => set({ threads: event.currentTarget.value })}
            error={listProblem(form.threads, 4096)}
          />
          <NativeSelect
            label="Precision"
            value={form.precision}
            onChange={(event) => set({ precision: event.currentTarget.value as Precision | "" })}
            data={[
              {
                value: "",
                label:
                  project.precision ??
                  `the device's${device?.default_precision ? `: ${device.default_precision}` : ""}`,
              },
              "f32",
              "bf16",
              "f16",
            ]}
          />
        </div>
        <div className="row" style={{ alignItems: "flex-end" }}>
          <SegmentedControl
            aria-label="How a run ends"
            value={end}
            onChange={(value) => setEnd(value === "iterations" ? "iterations" : "duration")}
            data={[
              { value: "duration", label: "by time" },
              { value: "iterations", label: "by requests" },
            ]}
          />
          {end === "duration" ? (
            <NumberInput
              aria-label="Seconds of each run"
              w={120}
              min={0.1}
              max={3600}
              suffix=" s each"
              value={seconds}
              onChange={(value) => setSeconds(typeof value === "number" ? value : "")}
            />
          ) : (
            <NumberInput
              aria-label="Requests of each run"
              w={160}
              min={1}
              max={10_000_000}
              allowDecimal={false}
              thousandSeparator=","
              suffix=" requests each"
              value={iterations}
              onChange={(value) => setIterations(typeof value === "number" ? value : "")}
            />
          )}
        </div>
        <NativeSelect
          label="Input"
          value={input}
          onChange={(event) => setInput(event.currentTarget.value === "synthetic" ? "synthetic" : "dataset")}
          data={[
            { value: "dataset", label: `samples of ${project.dataset?.name ?? "the dataset"}` },
            { value: "synthetic", label: "synthetic values" },
          ]}
        />
        {dynamic.map((port) => (
          <TextInput
            key={port.name}
            label={`Shape of ${port.name}`}
            description={`${port.shape?.join(" × ")}; dynamic dimensions are set for the run, usual ones when nothing is named`}
            placeholder="1, 3, 224, 224"
            value={shapes[port.name] ?? ""}
            onChange={(event) => setShapes({ ...shapes, [port.name]: event.currentTarget.value })}
          />
        ))}
        <Checkbox
          label="Layer times, from a separate instrumented run"
          checked={layers}
          onChange={(event) => setLayers(event.currentTarget.checked)}
        />
        <div className="stack tight">
          <p className="small dim" role="status">
            {count > 0 ? counted(count, "run") : "No run yet"}
            {estimate !== null &&
              count > 0 &&
              `, about ${duration(estimate)}; nothing else is measured meanwhile`}
          </p>
          {wanted.ok && (
            <div className="row wrap">
              {wanted.configurations.slice(0, SHOWN).map((entry, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: the place in the sweep is what a run is here
                <span key={index} className="chip">
                  {configurationName(entry)}
                </span>
              ))}
              {count > SHOWN && <span className="small dim">and {count - SHOWN} more</span>}
            </div>
          )}
        </div>
        {start.error && <ErrorState error={start.error} compact />}
        <div className="row">
          <Action type="submit" variant="filled" loading={start.isPending} reason={problem || undefined}>
            Start
          </Action>
          {problem && <span className="small dim">{problem}</span>}
        </div>
      </form>
    </Drawer>
  );
}

function namedShapes(
  ports: readonly Port[],
  typed: Record<string, string>,
): { ok: true; shapes: Record<string, number[]> | null } | { ok: false; problem: string } {
  const shapes: Record<string, number[]> = {};
  for (const port of ports) {
    const text = typed[port.name]?.trim();
    if (!text) continue;
    const parsed = parseShape(text, port.shape?.length ?? 0);
    if (!parsed.ok) return { ok: false, problem: `Shape of ${port.name}: ${parsed.problem}` };
    shapes[port.name] = parsed.shape;
  }
  return { ok: true, shapes: Object.keys(shapes).length > 0 ? shapes : null };
}
