import { useMutation, useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { type ReactNode, useEffect, useState } from "react";
import type { Job } from "../../api/types";
import { Action } from "../../components/Action";
import { ButtonLink } from "../../components/ButtonLink";
import { PageHeader } from "../../components/PageHeader";
import { Panel } from "../../components/Panel";
import { ErrorState } from "../../components/States";
import { counted } from "../../format/number";
import { JobProgress } from "../jobs/JobProgress";
import { jobQuery } from "../jobs/queries";
import { makeSample } from "./queries";

interface Props {
  models: number;
  datasets: number;
  /** The sample, when it is being made: also after a reload. */
  sample: Job | null;
}

/** Nothing is here yet: three steps, or the sample. */
export function FirstVisit({ models, datasets, sample }: Props) {
  const navigate = useNavigate();
  const [started, setStarted] = useState<string | null>(null);
  const make = useMutation({ mutationFn: makeSample, onSuccess: ({ job }) => setStarted(job.id) });
  const watched = sample?.id ?? started;
  const { data: job } = useQuery({ ...jobQuery(watched ?? ""), enabled: watched !== null });
  const project = job?.state === "succeeded" ? job.result?.project_id : undefined;

  useEffect(() => {
    if (typeof project === "string") void navigate({ to: "/projects/$ref", params: { ref: project } });
  }, [project, navigate]);
  useEffect(() => {
    if (sample) setStarted(sample.id);
  }, [sample]);

  const running = job?.state === "running" || job?.state === "queued";
  return (
    <>
      <PageHeader
        title="What a model does on this machine"
        facts="Bring a trained model; see how fast it is, how steady, how much memory it takes and where its time goes, layer by layer."
      />
      <div className="stack">
        <div className="columns three">
          <Step number={1} title="Bring a model" done={models > 0 && counted(models, "model")}>
            <p className="dim">ONNX, OpenVINO IR, TensorFlow, TensorFlow Lite or PaddlePaddle files.</p>
            <ButtonLink to="/models/import">Import a model</ButtonLink>
          </Step>
          <Step number={2} title="Bring pictures" done={datasets > 0 && counted(datasets, "dataset")}>
            <p className="dim">
              ImageNet, Pascal VOC or COCO, as an archive or a folder; plain pictures do as well.
            </p>
            <ButtonLink to="/datasets/import">Import a dataset</ButtonLink>
          </Step>
          <Step number={3} title="Measure" done={false}>
            <p className="dim">A project joins model, dataset and device, and measures a baseline at once.</p>
            <ButtonLink to="/projects/new" variant={models > 0 && datasets > 0 ? "filled" : "default"}>
              Create a project
            </ButtonLink>
          </Step>
        </div>
        <Panel title="Or look at a sample first">
          <div className="row between wrap">
            <p className="dim" style={{ maxWidth: 640 }}>
              A small network for handwritten digits is made on this machine, imported with its pictures and
              measured: about two minutes. <code>make demo</code> and <code>workbench demo</code> do the same.
              A project of another workbench can be <Link to="/projects/import">imported</Link>, too.
            </p>
            <Action
              variant="filled"
              onClick={() => make.mutate()}
              loading={make.isPending}
              reason={running ? "The sample is being made." : undefined}
            >
              Try the sample project
            </Action>
          </div>
        </Panel>
        {make.error && <ErrorState error={make.error} />}
        {job && job.state !== "succeeded" && job.state !== "cancelled" && (
          <JobProgress job={job} onRetry={() => make.mutate()} />
        )}
      </div>
    </>
  );
}

interface StepProps {
  number: number;
  title: string;
  /** What is there already. */
  done: string | false;
  children: ReactNode;
}

function Step({ number, title, done, children }: StepProps) {
  return (
    <Panel title={`${number} · ${title}`} aside={done && <span className="good-text">✓ {done}</span>}>
      <div className="stack tight" style={{ alignItems: "flex-start" }}>
        {children}
      </div>
    </Panel>
  );
}
