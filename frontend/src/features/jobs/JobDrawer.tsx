import { Drawer } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import type { Job } from "../../api/types";
import { Chip } from "../../components/Chip";
import { ErrorState, SkeletonRows } from "../../components/States";
import { ago, dateTime, duration } from "../../format/time";
import { JOB_TONE, jobKind } from "../../format/words";
import { useElapsed } from "./clock";
import { JobLinks } from "./JobLinks";
import { CancelButton, JobBar, JobTime, stageText } from "./JobProgress";
import { LogView } from "./LogView";
import { jobQuery } from "./queries";

/** One job over the page that it was opened from: where it is, why it failed, its log. */
export function JobDrawer({ id }: { id: string }) {
  const navigate = useNavigate();
  const { data: job, error, refetch } = useQuery(jobQuery(id));
  const close = () => void navigate({ to: ".", search: (now) => ({ ...now, job: undefined }) });

  return (
    <Drawer
      opened
      onClose={close}
      title={job?.title ?? "Job"}
      size="min(760px, 100vw)"
      closeButtonProps={{ "aria-label": "Close" }}
      styles={{
        content: { display: "flex", flexDirection: "column" },
        body: { flex: 1, minHeight: 0, display: "flex", flexDirection: "column", gap: 12 },
      }}
    >
      {error ? (
        <ErrorState error={error} onRetry={() => void refetch()} compact />
      ) : job ? (
        <>
          <Summary job={job} />
          <LogView key={job.id} job={job} />
        </>
      ) : (
        <SkeletonRows label="the job" />
      )}
    </Drawer>
  );
}

function Summary({ job }: { job: Job }) {
  const elapsed = useElapsed(job);
  const active = job.state === "queued" || job.state === "running";
  return (
    <div className="stack tight">
      <div className="row between wrap">
        <div className="row wrap">
          <Chip tone={JOB_TONE[job.state]}>{job.state}</Chip>
          <span className="dim">
            {jobKind(job.kind)}
            {active && ` · ${stageText(job)}`}
          </span>
        </div>
        <div className="row">
          <span className="dim small">
            {active ? <JobTime job={job} /> : elapsed !== null && `took ${duration(elapsed)}`}
          </span>
          <CancelButton job={job} />
        </div>
      </div>
      {active && <JobBar job={job} />}
      {job.error && (
        <div className="notice bad" role="alert">
          <div>
            <p>
              {job.error.message} <code>{job.error.code}</code>
            </p>
            <p className="dim">{job.error.action}</p>
          </div>
        </div>
      )}
      <div className="row wrap small dim">
        <span title={dateTime(job.created_at)}>asked for {ago(job.created_at)}</span>
        {job.attempt > 1 && <span>· attempt {job.attempt}</span>}
        <JobLinks job={job} />
      </div>
    </div>
  );
}
