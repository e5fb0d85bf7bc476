/** Why an import was refused, as a list of places in the user's files. */
import type { Job } from "../../api/types";

export interface Refusal {
  file: string | null;
  line: number | null;
  problem: string;
  fix: string | null;
}

/** The job's result is open JSON: only what looks like a problem is taken. */
export function refusals(job: Pick<Job, "state" | "result">): { items: Refusal[]; total: number } {
  const found = job.state === "failed" ? job.result?.problems : undefined;
  if (!Array.isArray(found)) return { items: [], total: 0 };
  const items = found.flatMap((entry: unknown): Refusal[] => {
    if (typeof entry !== "object" || entry === null) return [];
    const { file, line, problem, fix } = entry as Record<string, unknown>;
    if (typeof problem !== "string") return [];
    return [
      {
        file: typeof file === "string" ? file : null,
        line: typeof line === "number" ? line : null,
        problem,
        fix: typeof fix === "string" ? fix : null,
      },
    ];
  });
  const told = job.result?.count;
  return { items, total: typeof told === "number" ? Math.max(told, items.length) : items.length };
}
