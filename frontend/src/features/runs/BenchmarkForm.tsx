import { Drawer } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useMemo, useState } from "react";
import type { Configuration, Model, Project, Run, Target } from "../../api/types";
import { Action } from "../../components/Action";
import { ErrorState, SkeletonRows } from "../../components/States";
import { counted } from "../../format/number";
import { duration } from "../../format/time";
import { jobQuery } from "../jobs/queries";
import { modelQuery } from "../models/queries";
import { targetQuery } from "../targets/queries";
import { estimateSeconds, runsOf, withoutRun } from "./configurations";
import { executedCells } from "./executed";
import { emptyForm, type FormState, filledForm } from "./form";
import classes from "./Matrix.module.css";
import { MatrixControls } from "./MatrixControls";
import { MatrixGrid } from "./MatrixGrid";
import { runsQuery, startBenchmark } from "./queries";
import { SettingFields } from "./SettingFields";
import { dynamicPorts, namedShapes } from "./shapes";

interface Props {
  project: Project;
  /** What a finding proposes to measure; undefined while that is not known yet. */
  proposed: readonly Configuration[] | null | undefined;
  onClose: () => void;
}

/** New runs for a project: cells of a matrix, each measured after the other in one job. */
export function BenchmarkForm({ project, proposed, onClose }: Props) {
  const { data: model } = useQuery({
    ...modelQuery(project.model?.id ?? ""),
    enabled: project.model !== null,
  });
  const { data: target } = useQuery({
    ...targetQuery(project.target?.id ?? ""),
    enabled: project.target !== null,
  });
  const { data: runs } = useQuery(runsQuery(project.id));
  const ready = model && target && runs && proposed !== undefined;
  return (
    <Drawer
      opened
      onClose={onClose}
      title="Run a benchmark"
      size="min(960px, 100vw)"
      closeButtonProps={{ "aria-label": "Close" }}
    >
      {ready ? (
        <Filled {...{ project, proposed, model, target, runs, onClose }} />
      ) : (
        <SkeletonRows label="the form" count={10} />
      )}
    </Drawer>
  );
}

interface FilledProps extends Props {
  proposed: readonly Configuration[] | null;
  model: Model;
  target: Target;
  runs: readonly Run[];
}

function Filled({ project, proposed, model, target, runs, onClose }: FilledProps) {
  const client = useQueryClient();
  const device = target.devices.find((entry) => entry.name === project.device);
  const [form, setForm] = useState<FormState>(() =>
    filledForm(emptyForm(device?.streams_range?.[1] ?? 4), proposed ?? []),
  );
  const dynamic = dynamicPorts(model.inputs);
  const executed = useMemo(() => executedCells(runs, form), [runs, form]);
  const wanted = runsOf(form, model.analysis?.batch ?? null);
  const named = namedShapes(dynamic, form.shapes);
  const list = wanted.ok ? wanted.runs : [];
  const byTime = form.end === "duration";
  const problem =
    (!wanted.ok && wanted.problem) ||
    (!named.ok && named.problem) ||
    (byTime
      ? form.seconds === "" && "Say how long a run shall take."
      : form.iterations === "" && "Say how many requests.") ||
    null;
  const estimate = estimateSeconds(list.length, byTime ? form.seconds || null : null, form.layers);

  const start = useMutation({
    mutationFn: () =>
      startBenchmark(project.id, {
        configurations: list.map(({ configuration }) => configuration),
        duration_s: byTime ? form.seconds || null : null,
        iterations: byTime ? null : form.iterations || null,
        layers: form.layers,
        start_up: form.startUp,
        input: form.input,
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
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!problem && !start.isPending) start.mutate();
  };

  return (
    <form className="fields" onSubmit={submit}>
      <div className={classes.layout}>
        <div className="stack" style={{ gap: 10 }}>
          <MatrixControls form={form} onChange={set} />
          <MatrixGrid form={form} executed={executed} onChange={set} />
          <p className="small dim">
            Click or draw over cells; a number or hint chooses its whole line. Cells with a number were
            measured: FPS of the newest run, <span className="good-text">stable</span> or{" "}
            <span className="warn-text">not</span>. A hint lets OpenVINO choose the streams.
            {device?.streams_range && ` ${project.device} has ${device.streams_range.join(" to ")} streams.`}
          </p>
        </div>
        <SettingFields project={project} device={device} dynamic={dynamic} form={form} onChange={set} />
      </div>
      <div className={`${classes.foot} stack tight`}>
        {list.length > 0 && (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
          <ul className={classes.chosen} aria-label="Chosen runs" tabIndex={0}>
            {list.map((run) => (
              <li key={`${run.cell} ${run.name}`} className="chip">
                {run.name}
                <button
                  type="button"
                  className="plain"
                  aria-label={`Take ${run.name} out`}
                  onClick={() => setForm((now) => withoutRun(now, run))}
                >
                  ✕
                </button>
              </li>
            ))}
          </ul>
        )}
        {start.error && <ErrorState error={start.error} compact />}
        <div className="row">
          <Action type="submit" variant="filled" loading={start.isPending} reason={problem || undefined}>
            Start
          </Action>
          <span className="small dim" role="status">
            {problem ??
              `${counted(list.length, "run")}${estimate === null ? "" : `, about ${duration(estimate)}`}; nothing else is measured meanwhile, and each finished run is kept`}
          </span>
        </div>
      </div>
    </form>
  );
}
