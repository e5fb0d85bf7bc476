import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { Job, Project, SearchResult } from "../../api/types";
import { Action } from "../../components/Action";
import { Explain } from "../../components/Explain";
import { Figure, Figures } from "../../components/Figure";
import { Panel } from "../../components/Panel";
import { ErrorState, SkeletonRows } from "../../components/States";
import { counted, decimal, percent, plusMinus } from "../../format/number";
import { ago, duration } from "../../format/time";
import { JobProgress, LogLink } from "../jobs/JobProgress";
import { jobQuery } from "../jobs/queries";
import { continueSearch, lastSearchQuery, searchQuery } from "./queries";
import { SearchPoints } from "./SearchPoints";
import { objectiveText, skippedGroups, stoppedText } from "./searchForm";

interface Props {
  project: Project;
  /** The job of the search that the address names. */
  id: string;
  selected: string;
  onPick: (run: string) => void;
  onClose: () => void;
  onAgain: () => void;
  /** Another search goes on with this one. */
  onStarted: (job: string) => void;
}

/** What a guided search found, or how far it is. */
export function SearchPanel({ project, id, selected, onPick, onClose, onAgain, onStarted }: Props) {
  const { data, error, refetch } = useQuery(searchQuery(id));
  return (
    <Panel
      title="Search for the best settings"
      aside={
        <>
          {data && <span>{ago(data.job.created_at)}</span>}
          {data && <LogLink job={data.job} />}
          <button type="button" className="chip" onClick={onAgain}>
            Search again
          </button>
          <button type="button" className="plain" onClick={onClose} aria-label="Close the search">
            ✕
          </button>
        </>
      }
    >
      {error ? (
        <ErrorState error={error} onRetry={() => void refetch()} jobId={id} />
      ) : data ? (
        <>
          <Progress job={data.job} onAgain={onAgain} />
          <GoOn project={project} job={data.job} result={data.result ?? null} onStarted={onStarted} />
          {data.result && <Outcome result={data.result} job={data.job} selected={selected} onPick={onPick} />}
        </>
      ) : (
        <SkeletonRows label="the search" count={4} />
      )}
    </Panel>
  );
}

function Progress({ job, onAgain }: { job: Job; onAgain: () => void }) {
  if (job.state === "queued" || job.state === "running") return <JobProgress job={job} />;
  if (job.state === "failed") return <JobProgress job={job} onRetry={onAgain} />;
  return null;
}

interface GoOnProps {
  project: Project;
  job: Job;
  result: SearchResult | null;
  onStarted: (job: string) => void;
}

/** A search that did not come to its end can be gone on with: what it measured is not measured again. */
function GoOn({ project, job, result, onStarted }: GoOnProps) {
  const client = useQueryClient();
  const go = useMutation({
    mutationFn: () => continueSearch(project.id, job.id),
    onSuccess: ({ job: made }) => {
      client.setQueryData(jobQuery(made.id).queryKey, made);
      void client.invalidateQueries({ queryKey: ["projects"] });
      void client.invalidateQueries({ queryKey: ["jobs"] });
      onStarted(made.id);
    },
  });
  const outOfTime = job.state === "succeeded" && result?.stopped === "budget";
  if (job.state !== "cancelled" && job.state !== "failed" && !outOfTime) return null;
  const why = outOfTime ? "Its time was used up" : job.state === "failed" ? "It failed" : "It was cancelled";
  return (
    <>
      <div className="notice">
        <p>
          {why}. <span className="dim">What it measured is kept; going on measures only the rest.</span>
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

interface OutcomeProps {
  result: SearchResult;
  job: Job;
  selected: string;
  onPick: (run: string) => void;
}

function Outcome({ result, job, selected, onPick }: OutcomeProps) {
  const { best, percentile, points, grid, grid_s, measured_s } = result;
  const running = job.state === "queued" || job.state === "running";
  const skipped = skippedGroups(result.skipped);
  return (
    <>
      <div style={{ margin: "6px 0 10px" }}>
        <Figures label="Outcome of the search">
          {result.objective !== "front" && (
            <Figure
              label="Best"
              explain={`Looked for: ${objectiveText(result.objective, percentile)}.`}
              quantity={best ? { value: best.label, unit: "" } : { value: "none", unit: "" }}
              note={
                best
                  ? `${decimal(best.throughput_fps)} FPS ${plusMinus(best.throughput_ci95)} · ${percentile} ${decimal(best.latency_ms, 3)} ms`
                  : running
                    ? "nothing within the limit yet"
                    : "nothing is within the limit"
              }
            />
          )}
          <Figure
            label="Front"
            explain="Settings that no other one beats in both throughput and latency."
            quantity={{
              value: String(result.front.length),
              unit: result.front.length === 1 ? "setting" : "settings",
            }}
            note={objectiveText(result.objective, percentile)}
          />
          <Figure
            label="Cells measured"
            explain="Of the full grid of streams × batch. The others could not be among the best."
            quantity={{ value: String(points.length), unit: `of ${grid}` }}
            note={`${counted(result.skipped.length, "cell")} left out with a reason`}
          />
          <Figure
            label="Time measured"
            explain="Against what measuring every cell of the grid would take."
            quantity={{ value: duration(measured_s), unit: "" }}
            note={
              grid_s > 0 ? `${percent(measured_s / grid_s)} of the grid's ${duration(grid_s)}` : undefined
            }
          />
        </Figures>
      </div>
      {!running && (
        <p style={{ marginBottom: 8 }}>
          <span className="strong">It ended because {stoppedText(result.stopped)}.</span>{" "}
          <span className="dim">{result.reason}</span>
        </p>
      )}
      <SearchPoints
        caption={result.objective === "front" ? "The front" : "The front, and the best within the limit"}
        points={result.front}
        {...{ best, percentile, selected, onPick }}
      />
      <div className="row wrap small" style={{ gap: "2px 24px", marginTop: 8, alignItems: "flex-start" }}>
        {points.length > result.front.length && (
          <details>
            <summary className="dim">All {counted(points.length, "cell")} that were measured</summary>
            <SearchPoints
              caption="Measured cells"
              points={points}
              {...{ best, percentile, selected, onPick }}
            />
          </details>
        )}
        {skipped.length > 0 && (
          <details>
            <summary className="dim">{counted(result.skipped.length, "cell")} not measured, and why</summary>
            <ul style={{ marginTop: 4 }}>
              {skipped.map(({ reason, labels }) => (
                <li key={reason}>
                  {labels.join(", ")} <span className="dim">· {reason}</span>
                </li>
              ))}
            </ul>
          </details>
        )}
      </div>
    </>
  );
}

/** Leads to the outcome of the project's last search, when it is not shown already. */
export function LastSearch({ project, onShow }: { project: Project; onShow: (job: string) => void }) {
  const { data: job } = useQuery(lastSearchQuery(project.id));
  if (!job) return null;
  return (
    <p className="small dim">
      <Explain text="A guided search finds the best settings without measuring every one of them.">
        Last search
      </Explain>{" "}
      {ago(job.created_at)}
      {job.state !== "succeeded" && `, ${job.state}`} ·{" "}
      <button
        type="button"
        className="plain"
        style={{ textDecoration: "underline", textUnderlineOffset: 2 }}
        onClick={() => onShow(job.id)}
      >
        show what it found
      </button>
    </p>
  );
}
