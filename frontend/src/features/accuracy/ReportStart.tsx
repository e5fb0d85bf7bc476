import { Checkbox, NumberInput, Textarea } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import type { Project, ProjectReading, ReportKind, ReportWanted } from "../../api/types";
import { Action } from "../../components/Action";
import { ErrorState } from "../../components/States";
import { count, counted } from "../../format/number";
import { datasetQuery } from "../datasets/queries";
import { jobQuery } from "../jobs/queries";
import { modelQuery } from "../models/queries";
import { toolchainsQuery } from "../settings/queries";
import { type KindChoice, kindChoices } from "./kinds";
import { startReport } from "./queries";
import classes from "./ReportStart.module.css";

interface Props {
  project: Project;
  reading: ProjectReading | undefined;
  onReading: () => void;
  onStarted: () => void;
}

const MOST = 1_000_000;

/** What a new report compares with, and with how many samples. */
export function ReportStart({ project, reading, onReading, onStarted }: Props) {
  const client = useQueryClient();
  const { data: model } = useQuery({
    ...modelQuery(project.model?.id ?? ""),
    enabled: project.model !== null,
  });
  const { data: dataset } = useQuery({
    ...datasetQuery(project.dataset?.id ?? ""),
    enabled: project.dataset !== null,
  });
  const { data: toolchains } = useQuery(toolchainsQuery);
  const choices = kindChoices({ reading, dataset, model, toolchains: toolchains?.items });
  const [picked, setPicked] = useState<ReportKind | null>(null);
  const kind = picked ?? choices.find(({ reason }) => reason === null)?.kind ?? "annotations";
  const chosen = choices.find((choice) => choice.kind === kind);
  const [part, setPart] = useState(false);
  const samples = project.dataset?.count ?? MOST;
  const [size, setSize] = useState<number | "">(Math.min(100, samples));
  const [seed, setSeed] = useState<number | "">(0);
  const [perLayer, setPerLayer] = useState(false);
  const [yaml, setYaml] = useState("");
  const wanted: ReportWanted = {
    kind,
    subset: part && size !== "" ? { count: size, seed: seed === "" ? 0 : seed } : null,
    per_layer: kind === "tensor_distance" && perLayer,
    yaml: kind === "accuracy_checker" && yaml.trim() !== "" ? yaml : null,
  };
  const start = useMutation({
    mutationFn: () => startReport(project.id, wanted),
    onSuccess: ({ job }) => {
      client.setQueryData(jobQuery(job.id).queryKey, job);
      void client.invalidateQueries({ queryKey: ["projects"] });
      void client.invalidateQueries({ queryKey: ["jobs"] });
      onStarted();
    },
  });
  const problem =
    project.state === "archived"
      ? "Something that this project needs is gone."
      : (chosen?.reason ??
        (part && (size === "" || size < 1 || size > samples)
          ? `From 1 to ${count(samples)} samples.`
          : undefined));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!problem && !start.isPending) start.mutate();
  };
  const whole = (value: string | number) => (typeof value === "number" ? Math.round(value) : "");
  return (
    <form className="fields" onSubmit={submit} aria-label="New report">
      <fieldset className={classes.kinds}>
        <legend className="unseen">What the answers are compared with</legend>
        {choices.map((choice) => (
          <div key={choice.kind} className={classes.kind} data-checked={kind === choice.kind || undefined}>
            <label>
              <input
                type="radio"
                name="kind"
                value={choice.kind}
                checked={kind === choice.kind}
                disabled={choice.reason !== null}
                onChange={() => setPicked(choice.kind)}
              />
              <span>
                <span className="strong">{choice.title}</span>
                <span className="small dim">{choice.explain}</span>
              </span>
            </label>
            {choice.reason !== null && (
              <p className="small warn-text">
                {choice.reason} <Enabling choice={choice} project={project} onReading={onReading} />
              </p>
            )}
          </div>
        ))}
      </fieldset>
      <Checkbox
        label={`a part of the ${counted(samples, "sample")}`}
        checked={part}
        onChange={(event) => setPart(event.currentTarget.checked)}
      />
      {part && (
        <div className="field-row">
          <NumberInput
            label="Samples"
            description="In proportion to the classes."
            min={1}
            max={samples}
            value={size}
            onChange={(value) => setSize(whole(value))}
          />
          <NumberInput
            label="Seed"
            description="The same seed chooses the same samples."
            min={0}
            max={2_147_483_647}
            value={seed}
            onChange={(value) => setSeed(whole(value))}
          />
        </div>
      )}
      {kind === "tensor_distance" && (
        <Checkbox
          label="layers, too"
          description="All layers that both models have; it takes longer and needs more memory."
          checked={perLayer}
          onChange={(event) => setPerLayer(event.currentTarget.checked)}
        />
      )}
      {kind === "accuracy_checker" && (
        <Textarea
          label="Configuration"
          description="Empty: the workbench writes it."
          autosize
          minRows={2}
          maxRows={14}
          value={yaml}
          onChange={(event) => setYaml(event.currentTarget.value)}
        />
      )}
      {start.error && <ErrorState error={start.error} compact />}
      <div className="row">
        <Action type="submit" variant="filled" loading={start.isPending} reason={problem}>
          Make the report
        </Action>
        {problem && <span className="small dim">{problem}</span>}
      </div>
    </form>
  );
}

function Enabling({
  choice,
  project,
  onReading,
}: { choice: KindChoice } & Pick<Props, "project" | "onReading">) {
  const { link } = choice;
  if (!link) return null;
  switch (link.to) {
    case "reading":
      return (
        <button type="button" className="plain" style={{ color: "var(--accent)" }} onClick={onReading}>
          {link.text}
        </button>
      );
    case "dataset":
      return (
        <Link to="/datasets/$ref" params={{ ref: project.dataset?.id ?? "" }}>
          {link.text}
        </Link>
      );
    case "toolchains":
      return (
        <Link to="/settings" hash="toolchains">
          {link.text}
        </Link>
      );
    default:
      return <Link to="/datasets/import">{link.text}</Link>;
  }
}
