import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Job } from "../../api/types";
import { Action } from "../../components/Action";
import { ErrorState } from "../../components/States";
import { percent } from "../../format/number";
import { timeText, useElapsed } from "./clock";
import { cancelJob } from "./queries";

/** A thin bar; waiting jobs have an empty one. */
export function JobBar({ job, label }: { job: Job; label?: string }) {
  const value = Math.round(job.progress * 100);
  return (
    <div
      className={job.state === "queued" ? "bar waiting" : "bar"}
      role="progressbar"
      aria-valuenow={value}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-label={label ?? job.title}
    >
      <i style={{ width: `${value}%` }} />
    </div>
  );
}

/** Where a job is: "stage 2 of 3 · compile", or what it waits for. */
export function stageText(job: Job): string {
  if (job.cancel_requested && job.state === "running") return "stopping";
  if (job.state === "queued") return job.waiting_for ? `waits for ${job.waiting_for}` : "waits for its turn";
  if (!job.stage) return job.state === "running" ? "starting" : job.state;
  return job.stage_count > 1 ? `stage ${job.stage_index} of ${job.stage_count} · ${job.stage}` : job.stage;
}

export function JobTime({ job }: { job: Job }) {
  return <span>{timeText(job, useElapsed(job))}</span>;
}

/** The progress of a job on a page that it concerns: stage, bar, time, log and cancel; its error when it failed. */
export function JobProgress({ job, onRetry }: { job: Job; onRetry?: () => void }) {
  if (job.state === "failed" && job.error) {
    const { code, message, action } = job.error;
    return <FailedJob job={job} code={code} message={message} action={action} onRetry={onRetry} />;
  }
  return (
    <div className="panel stack tight" role="status">
      <div className="row between wrap">
        <p>
          <span className="strong">{job.title}</span> <span className="dim">· {stageText(job)}</span>
        </p>
        <div className="row">
          <span className="dim small">
            {job.state === "running" && `${percent(job.progress)} · `}
            <JobTime job={job} />
          </span>
          <LogLink job={job} />
          <CancelButton job={job} />
        </div>
      </div>
      <JobBar job={job} />
    </div>
  );
}

interface FailedProps {
  job: Job;
  code: string;
  message: string;
  action: string;
  onRetry?: () => void;
}

function FailedJob({ job, code, message, action, onRetry }: FailedProps) {
  return (
    <div className="notice bad" role="alert">
      <div>
        <p>
          <span className="strong">{job.title} failed.</span> {message} <code>{code}</code>
        </p>
        <p className="dim">{action}</p>
      </div>
      <div className="row">
        {onRetry && <Action onClick={onRetry}>Try again</Action>}
        <LogLink job={job} />
      </div>
    </div>
  );
}

export function LogLink({ job }: { job: Pick<Job, "id" | "title"> }) {
  return (
    <Link to="." search={(now) => ({ ...now, job: job.id })} aria-label={`Log of ${job.title}`}>
      Log
    </Link>
  );
}

export function CancelButton({ job }: { job: Job }) {
  const cancel = useMutation({ mutationFn: () => cancelJob(job.id) });
  if (job.state !== "queued" && job.state !== "running") return null;
  return (
    <>
      <Action
        onClick={() => cancel.mutate()}
        loading={cancel.isPending}
        reason={job.cancel_requested ? "It was told to stop, and does so within 2 seconds." : undefined}
        aria-label={`Cancel ${job.title}`}
      >
        Cancel
      </Action>
      {cancel.error && <ErrorState error={cancel.error} compact />}
    </>
  );
}
