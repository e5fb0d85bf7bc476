import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api, take } from "../../api/client";
import type { Project } from "../../api/types";
import { Action } from "../../components/Action";
import { EmptyState, ErrorState } from "../../components/States";
import { JobProgress } from "../jobs/JobProgress";
import { activeJobs, jobQuery } from "../jobs/queries";

const measureCeilings = (target: string, device: string) =>
  take(api.POST("/api/v1/targets/{ref}/ceilings", { params: { path: { ref: target } }, body: { device } }));

/** The job that measures the ceilings of this project's target, also one that was begun elsewhere. */
function useCeilingsJob(project: Project) {
  const client = useQueryClient();
  const [started, setStarted] = useState<string | null>(null);
  const { data: active } = useQuery(activeJobs);
  const found = active?.find((job) => job.kind === "ceilings" && job.target_id === project.target?.id);
  const id = started ?? found?.id ?? null;
  const { data: job } = useQuery({ ...jobQuery(id ?? ""), enabled: id !== null });
  const start = useMutation({
    mutationFn: () => measureCeilings(project.target?.id ?? "", project.device),
    onSuccess: ({ job: made }) => {
      client.setQueryData(jobQuery(made.id).queryKey, made);
      setStarted(made.id);
      void client.invalidateQueries({ queryKey: ["jobs"] });
    },
  });
  const state = job?.state;
  useEffect(() => {
    // What the server reckons from the ceilings is kept by the page otherwise, since runs do not change.
    if (state === "succeeded") {
      void client.invalidateQueries({ queryKey: ["layers"] });
      void client.invalidateQueries({ queryKey: ["findings"] });
    }
  }, [state, client]);
  return { job, start };
}

interface ActionProps {
  project: Project;
  /** Within a line of text. */
  quiet?: boolean;
  label?: string;
}

/** Measures the ceilings; shows its progress in place of the button. */
export function CeilingsAction({ project, quiet = false, label }: ActionProps) {
  const { job, start } = useCeilingsJob(project);
  const active = job?.state === "queued" || job?.state === "running";
  const reason = project.target ? undefined : "The target of this project is gone.";
  if (start.error) return <ErrorState error={start.error} onRetry={() => start.mutate()} compact />;
  if (job && (active || job.state === "failed")) {
    return quiet ? (
      <span>{active ? "being measured again" : "the last measurement failed"}</span>
    ) : (
      <JobProgress job={job} />
    );
  }
  if (quiet) {
    return (
      <button
        type="button"
        className="plain"
        style={{ textDecoration: "underline" }}
        onClick={() => start.mutate()}
      >
        measure again
      </button>
    );
  }
  return (
    <Action
      variant={label ? "default" : "filled"}
      loading={start.isPending}
      reason={reason}
      onClick={() => start.mutate()}
    >
      {label ?? "Measure this machine's ceilings"}
    </Action>
  );
}

export function NoCeilings({ project }: { project: Project }) {
  return (
    <EmptyState
      title="How much this machine can reach is not known yet"
      actions={<CeilingsAction project={project} />}
    >
      A short measurement finds the speed of its memory and of its arithmetic in each precision. It takes less
      than a minute, nothing else is measured there meanwhile, and it is kept for all projects on this target.
    </EmptyState>
  );
}
