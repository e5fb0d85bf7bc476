import { Link } from "@tanstack/react-router";
import type { Job } from "../../api/types";
import type { ProjectSearch } from "../../app/search";

// What each kind that has to do with versions is shown as.
const OPTIMIZING: Record<string, (id: string) => Partial<ProjectSearch>> = {
  quantize: (made) => ({ made }),
  compress: (made) => ({ made }),
  race: (race) => ({ race }),
  optimize: (best) => ({ best }),
  sensitivity: () => ({}),
};

/** The places that a job is about, or that it made. */
export function JobLinks({ job }: { job: Job }) {
  const made = (field: string) => {
    const value = job.result?.[field];
    return typeof value === "string" ? value : null;
  };
  const failed = job.state === "failed" || job.state === "cancelled";
  const project = job.project_id ?? made("project_id");
  // A failed import leaves nothing behind that a link could lead to.
  const model = failed && job.kind === "model_import" ? null : (job.model_id ?? made("model_id"));
  const dataset = failed && job.kind !== "benchmark" ? null : (job.dataset_id ?? made("dataset_id"));
  // A check has a verdict when it succeeded; a search that was stopped keeps what it had found.
  const checked = job.kind === "check" && job.state === "succeeded";
  const searched = job.kind === "search" && job.state !== "queued" && job.state !== "failed";
  const packed =
    job.state === "succeeded" && (job.kind === "package" || job.kind === "project_export") && project;
  const shown = OPTIMIZING[job.kind];
  const optimized = shown !== undefined && job.state !== "queued" && job.state !== "failed" && project;
  return (
    <>
      {optimized && (
        <Link
          to="/projects/$ref"
          params={{ ref: optimized }}
          search={{ tab: "optimize", ...shown(job.id) }}
          className="strong"
          aria-label={`Result of ${job.title}`}
        >
          result
        </Link>
      )}
      {packed && (
        <Link
          to="/projects/$ref"
          params={{ ref: project }}
          search={{
            tab: "deploy",
            package: job.kind === "package" ? (made("package_id") ?? undefined) : undefined,
          }}
          className="strong"
          aria-label={`Result of ${job.title}`}
        >
          result
        </Link>
      )}
      {checked && (
        <Link
          to="/checks/$job"
          params={{ job: job.id }}
          className="strong"
          aria-label={`Result of ${job.title}`}
        >
          result
        </Link>
      )}
      {searched && project && (
        <Link
          to="/projects/$ref"
          params={{ ref: project }}
          search={{ search: job.id }}
          className="strong"
          aria-label={`Result of ${job.title}`}
        >
          result
        </Link>
      )}
      {project && (
        <Link to="/projects/$ref" params={{ ref: project }}>
          project
        </Link>
      )}
      {model && (
        <Link to="/models/$ref" params={{ ref: model }}>
          model
        </Link>
      )}
      {dataset && (
        <Link to="/datasets/$ref" params={{ ref: dataset }}>
          dataset
        </Link>
      )}
      {job.target_id && (
        <Link to="/targets/$ref" params={{ ref: job.target_id }}>
          target
        </Link>
      )}
    </>
  );
}
