import { useEffect, useReducer, useState } from "react";
import type { Job } from "../../api/types";
import { clock } from "../../format/time";

/**
 * Seconds since the job started. Between what the server tells it goes on by this browser's own clock, so that two
 * machines that disagree about the time of day do not matter.
 */
export function useElapsed(job: Job): number | null {
  const [heard, setHeard] = useState({ job, at: performance.now() });
  const [, tick] = useReducer((count: number) => count + 1, 0);
  if (heard.job !== job) setHeard({ job, at: performance.now() });
  const running = job.state === "running";
  useEffect(() => {
    if (!running) return;
    const timer = setInterval(tick, 500);
    return () => clearInterval(timer);
  }, [running]);
  if (job.elapsed_s === null) return null;
  return running ? job.elapsed_s + (performance.now() - heard.at) / 1000 : job.elapsed_s;
}

/**
 * How long the whole job will take, in seconds: the estimate it was given, corrected by how far it came as soon as
 * that says more. Null when neither is known.
 */
export function expectedSeconds(
  job: Pick<Job, "estimate_s" | "progress">,
  elapsed: number | null,
): number | null {
  const given = job.estimate_s ?? null;
  if (elapsed === null || elapsed < 2 || job.progress < 0.05) return given;
  const projected = elapsed / job.progress;
  if (given === null) return projected;
  // The further the job, the more its own pace counts.
  return given * (1 - job.progress) + projected * job.progress;
}

/** "0:38 of ~1:40", or what of it is known. */
export function timeText(
  job: Pick<Job, "estimate_s" | "progress" | "state">,
  elapsed: number | null,
): string {
  if (elapsed === null) return job.estimate_s ? `will take ~${clock(job.estimate_s)}` : "";
  if (job.state !== "running") return clock(elapsed);
  const expected = expectedSeconds(job, elapsed);
  // An estimate that has passed is none any more.
  return expected !== null && expected > elapsed
    ? `${clock(elapsed)} of ~${clock(expected)}`
    : clock(elapsed);
}
