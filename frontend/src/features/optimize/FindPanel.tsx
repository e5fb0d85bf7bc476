import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Candidate, Job, OptimizeResult, Project } from "../../api/types";
import { Action } from "../../components/Action";
import { Chip } from "../../components/Chip";
import { Figure, Figures } from "../../components/Figure";
import { Panel } from "../../components/Panel";
import { ErrorState, SkeletonRows } from "../../components/States";
import { decimal, known, MISSING, plusMinus } from "../../format/number";
import { ago, duration } from "../../format/time";
import type { Tone } from "../../format/words";
import { CompareLink } from "../compare/CompareLink";
import { JobProgress, LogLink } from "../jobs/JobProgress";
import { jobQuery } from "../jobs/queries";
import { differenceText, metricText } from "../reports/metricText";
import {
  findWanted,
  inOrder,
  METHOD_NAMES,
  rememberedFind,
  rememberFind,
  STATE_NAMES,
  stoppedText,
} from "./findForm";
import { metricIsShare } from "./makeForm";
import classes from "./Optimize.module.css";
import { optimizationQuery, startOptimization } from "./queries";

interface Props {
  project: Project;
  id: string;
  shownAbove: boolean;
  onAgain: () => void;
  onClose: () => void;
  onStarted: (job: Job) => void;
}

/** What the search for the best version found, or how far it is. */
export function FindPanel({ project, id, shownAbove, onAgain, onClose, onStarted }: Props) {
  const { data, error, refetch } = useQuery(optimizationQuery(id));
  return (
    <Panel
      title="The best version"
      aside={
        <>
          {data && <span>{ago(data.job.created_at)}</span>}
          {data && <LogLink job={data.job} />}
          <button type="button" className="chip" onClick={onAgain}>
            Search again
          </button>
          <button
            type="button"
            className={`plain dim ${classes.close}`}
            onClick={onClose}
            aria-label="Close the search"
          >
            ✕
          </button>
        </>
      }
    >
      {error ? (
        <ErrorState error={error} onRetry={() => void refetch()} jobId={id} />
      ) : data ? (
        <>
          {!shownAbove && data.job.state !== "succeeded" && data.job.state !== "cancelled" && (
            <JobProgress job={data.job} />
          )}
          <GoOn project={project} job={data.job} result={data.result ?? null} onStarted={onStarted} />
          {data.result ? (
            <Outcome result={data.result} job={data.job} />
          ) : (
            data.job.state !== "failed" && <p className="dim">Nothing is known yet.</p>
          )}
        </>
      ) : (
        <SkeletonRows label="the search" count={4} />
      )}
    </Panel>
  );
}

interface GoOnProps {
  project: Project;
  job: Job;
  result: OptimizeResult | null;
  onStarted: (job: Job) => void;
}

function GoOn({ project, job, result, onStarted }: GoOnProps) {
  const client = useQueryClient();
  const form = rememberedFind(job.id);
  const go = useMutation({
    mutationFn: () => startOptimization(project.id, findWanted(form, isShared(result, project), job.id)),
    onSuccess: ({ job: made }) => {
      rememberFind(made.id, form);
      client.setQueryData(jobQuery(made.id).queryKey, made);
      void client.invalidateQueries({ queryKey: ["projects"] });
      void client.invalidateQueries({ queryKey: ["jobs"] });
      onStarted(made);
    },
  });
  const outOfTime = job.state === "succeeded" && result?.stopped === "budget";
  if (job.state !== "cancelled" && job.state !== "failed" && !outOfTime) return null;
  const why = outOfTime ? "Its time was used up" : job.state === "failed" ? "It failed" : "It was cancelled";
  return (
    <>
      <div className="notice" style={{ marginBottom: 8 }}>
        <p>
          {why}. <span className="dim">What it has done is kept; going on does only the rest.</span>
        </p>
        <Action
          onClick={() => go.mutate()}
          loading={go.isPending}
          reason={project.state === "archived" ? "A part of this project is gone." : undefined}
        >
          Continue
        </Action>
      </div>
      {go.error && <ErrorState error={go.error} compact />}
    </>
  );
}

/** Whether what is judged by is a share; before anything was judged, by the task. */
function isShared(result: OptimizeResult | null, project: Project): boolean {
  const told = result?.original.accuracy;
  return told ? !told.unit : metricIsShare(undefined, "", project.model?.task);
}

function Outcome({ result, job }: { result: OptimizeResult; job: Job }) {
  const { winner, original, ratio, ratio_ci95 } = result;
  const running = job.state === "queued" || job.state === "running";
  const won = winner?.verified ?? winner?.best ?? null;
  const was = original.verified ?? original.best ?? null;
  const all = [original, ...inOrder(result.candidates.filter(({ name }) => name !== original.name))];
  return (
    <>
      <Figures label="Outcome of the search">
        <Figure
          label="Winner"
          explain="Of those within the limits the one that does best, measured again from scratch."
          quantity={{ value: winner ? "" : running ? "not yet" : "none", unit: "" }}
          note={
            winner ? (
              <span className="breaking" style={{ fontSize: 13, color: "var(--ink)" }}>
                {winner.name} · {won?.label}
              </span>
            ) : running ? (
              "the search goes on"
            ) : (
              "nothing is within the limits"
            )
          }
        />
        <Figure
          label="Against the original"
          explain="Of what was looked for, each at its own best configuration, measured in turn. 2 is twice as good."
          quantity={{ value: known(ratio) ? decimal(ratio, 3) : MISSING, unit: known(ratio) ? "×" : "" }}
          more={plusMinus(ratio_ci95)}
          note={
            ratio_ci95
              ? `95 % interval ${decimal(ratio_ci95[0], 3)} to ${decimal(ratio_ci95[1], 3)}`
              : undefined
          }
        />
        <Figure
          label="Throughput"
          explain="Of the winner at its best configuration."
          quantity={{ value: decimal(won?.throughput_fps), unit: won ? "FPS" : "" }}
          more={plusMinus(won?.throughput_ci95)}
          note={was ? `the original ${decimal(was.throughput_fps)} FPS` : undefined}
        />
        <Figure
          label="Drop of accuracy"
          explain="On samples that it was not calibrated with."
          quantity={{ value: dropText(winner), unit: "" }}
          note={winner?.accuracy ? `${winner.accuracy.label} ${accuracyText(winner)}` : undefined}
        />
        <Figure
          label="Time"
          explain="Of making, judging and measuring."
          quantity={{ value: duration(result.spent_s), unit: "" }}
          note={`of ${duration(result.budget_s)}`}
        />
      </Figures>
      <p className={classes.winner}>
        {!running && <span className="strong">It ended because {stoppedText(result.stopped)}. </span>}
        <span className="dim">{result.reason}</span>
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard */}
      <section className="scroll" style={{ maxHeight: 420 }} tabIndex={0} aria-label="Candidates">
        <table className="data">
          <caption className="unseen">Versions that were tried, and why each was kept or not</caption>
          <thead>
            <tr>
              <th scope="col">Version</th>
              <th scope="col">State</th>
              <th scope="col" className="num">
                Accuracy
              </th>
              <th scope="col" className="num">
                Drop
              </th>
              <th scope="col">Best configuration</th>
              <th scope="col" className="num">
                Throughput
              </th>
              <th scope="col" className="num">
                Latency
              </th>
              <th scope="col">Why</th>
            </tr>
          </thead>
          <tbody>
            {all.map((candidate) => (
              <Row key={`${candidate.name} ${candidate.precision ?? ""}`} candidate={candidate} />
            ))}
          </tbody>
        </table>
      </section>
      {winner?.project_id && (
        <div className={`row wrap small ${classes.links}`} style={{ gap: "4px 12px", marginTop: 10 }}>
          {original.project_id && original.project_id !== winner.project_id && (
            <CompareLink sides={[original.project_id, winner.project_id]} size="xs">
              Compare with the original
            </CompareLink>
          )}
          <Link to="/projects/$ref" params={{ ref: winner.project_id }} search={{}}>
            The winner's project
          </Link>
          <Link to="/projects/$ref" params={{ ref: winner.project_id }} search={{ tab: "deploy" }}>
            Deploy the winner
          </Link>
        </div>
      )}
    </>
  );
}

const TONES: Record<Candidate["state"], Tone> = {
  winner: "good",
  kept: "accent",
  rejected: "plain",
  failed: "bad",
  not_tried: "plain",
};

function Row({ candidate }: { candidate: Candidate }) {
  const shown = candidate.verified ?? candidate.best;
  return (
    <tr>
      <th scope="row" title={METHOD_NAMES[candidate.method]}>
        {candidate.project_id ? (
          <Link
            to="/projects/$ref"
            params={{ ref: candidate.project_id }}
            search={shown?.run_id ? { run: shown.run_id } : {}}
          >
            {candidate.name}
          </Link>
        ) : (
          candidate.name
        )}
      </th>
      <td>
        <Chip tone={TONES[candidate.state]} quiet>
          {candidate.method === "original" && candidate.state === "kept"
            ? "original"
            : STATE_NAMES[candidate.state]}
        </Chip>
      </td>
      <td className="num">{candidate.accuracy ? accuracyText(candidate) : MISSING}</td>
      <td className="num" title={dropInterval(candidate)}>
        {dropText(candidate)}
      </td>
      <td>
        {shown?.label ?? MISSING}
        {candidate.verified && <span className="faint"> measured again</span>}
      </td>
      <td className="num">
        {shown ? `${decimal(shown.throughput_fps)} FPS` : MISSING}{" "}
        <span className="faint">{plusMinus(shown?.throughput_ci95)}</span>
      </td>
      <td className="num">{shown ? `${decimal(shown.latency_ms, 3)} ms` : MISSING}</td>
      <td className="wrapping small" style={{ minWidth: 220 }}>
        {candidate.reason}
      </td>
    </tr>
  );
}

function accuracyText({ accuracy }: Candidate): string {
  if (!accuracy) return MISSING;
  return metricText(accuracy.label, accuracy);
}

/** A drop is told as such: 0.4 pp, not −0.4. */
function dropText(candidate: Candidate | null): string {
  const drop = candidate?.drop;
  if (!known(drop)) return MISSING;
  return differenceText(candidate?.accuracy?.label ?? "", candidate?.accuracy?.unit ?? "", drop).replace(
    "+",
    "",
  );
}

function dropInterval({ drop_ci95, accuracy }: Candidate): string | undefined {
  const [low, high] = drop_ci95 ?? [];
  if (!known(low) || !known(high)) return undefined;
  const text = (value: number) => differenceText(accuracy?.label ?? "", accuracy?.unit ?? "", value);
  return `95 % interval ${text(low)} to ${text(high)}`;
}
