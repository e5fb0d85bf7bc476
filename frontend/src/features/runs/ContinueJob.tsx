import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { Job } from "../../api/types";
import { Action } from "../../components/Action";
import { ErrorState } from "../../components/States";
import { JobProgress, LogLink } from "../jobs/JobProgress";
import { jobQuery } from "../jobs/queries";
import { continueBenchmark } from "./queries";

/** A benchmark that was cancelled or failed keeps what it measured; the rest can be measured now. */
export function ContinueJob({ job, reason, onRetry }: { job: Job; reason?: string; onRetry?: () => void }) {
  const client = useQueryClient();
  const go = useMutation({
    mutationFn: () => continueBenchmark(job.id),
    onSuccess: ({ job: next }) => {
      client.setQueryData(jobQuery(next.id).queryKey, next);
      void client.invalidateQueries({ queryKey: ["projects"] });
      void client.invalidateQueries({ queryKey: ["jobs"] });
    },
  });
  const button = (
    <Action onClick={() => go.mutate()} loading={go.isPending} reason={reason}>
      Continue
    </Action>
  );
  return (
    <>
      {job.state === "failed" ? (
        <>
          <JobProgress job={job} onRetry={onRetry} />
          <div className="row small dim">
            {button}
            <span>measures what it did not come to; what it had finished is kept.</span>
          </div>
        </>
      ) : (
        <div className="notice">
          <p>
            <span className="strong">{job.title} was cancelled.</span>{" "}
            <span className="dim">What it had finished is kept; the rest can be measured now.</span>
          </p>
          <div className="row">
            {button}
            <LogLink job={job} />
          </div>
        </div>
      )}
      {go.error && <ErrorState error={go.error} compact />}
    </>
  );
}
