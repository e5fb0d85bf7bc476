/** What may be imported as a project, and what became of it. */
import type { Job } from "../../api/types";
import { counted } from "../../format/number";

/** Why these files are no export, or null. */
export function sourceProblem(paths: readonly string[]): string | null {
  if (paths.length > 1) return "An export is one file: leave the others out.";
  const [path] = paths;
  if (path === undefined || /\.(tar\.gz|tgz)$/i.test(path)) return null;
  return "An export is a .tar.gz, as “Export the project” makes it.";
}

const numberOf = (value: unknown) => (typeof value === "number" ? value : null);
const lengthOf = (value: unknown) => (Array.isArray(value) ? value.length : null);

/** Where the imported project is, and how much came with it. */
export function made(job: Pick<Job, "result">): { project: string | null; sentence: string } {
  const { project_id, project_ids, model_ids, runs, reports } = job.result ?? {};
  const parts = [
    [lengthOf(project_ids), "project"],
    [lengthOf(model_ids), "model"],
    [numberOf(runs), "run"],
    [numberOf(reports), "report"],
  ] as const;
  return {
    project: typeof project_id === "string" ? project_id : null,
    sentence: parts.flatMap(([value, noun]) => (value === null ? [] : [counted(value, noun)])).join(", "),
  };
}
