import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import type { Job } from "../../api/types";
import { fileName } from "../../components/download";
import { ErrorState, SkeletonRows } from "../../components/States";
import { LogText } from "./LogText";
import { jobLogQuery } from "./queries";

/** The log of a job; it follows what is written while the job runs. */
export function LogView({ job }: { job: Job }) {
  const running = job.state === "running";
  const { data, error, refetch } = useQuery(jobLogQuery(job.id, running));

  // The end of the log is written when the job ends; what was fetched just before lacks it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when the state changes
  useEffect(() => void refetch(), [job.state]);

  if (error) return <ErrorState error={error} onRetry={() => void refetch()} compact />;
  if (data === undefined) return <SkeletonRows label="the log" />;
  return <LogText text={data} file={fileName("job", `${job.id}.log`)} fromEnd />;
}
