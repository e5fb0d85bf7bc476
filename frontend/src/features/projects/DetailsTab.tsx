import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useMemo } from "react";
import { flat } from "../../api/queryClient";
import type { Project } from "../../api/types";
import { Chip } from "../../components/Chip";
import { Confirm } from "../../components/Confirm";
import { Panel } from "../../components/Panel";
import { EmptyState, ErrorState, SkeletonRows } from "../../components/States";
import { bytesText, counted, MISSING } from "../../format/number";
import { ago, dateTime, duration } from "../../format/time";
import { formatName, JOB_TONE, taskName } from "../../format/words";
import { LogLink } from "../jobs/JobProgress";
import { jobsQuery } from "../jobs/queries";
import { deleteProject } from "./queries";

/** The four that make the project, its jobs, and its end. */
export function DetailsTab({ project }: { project: Project }) {
  const navigate = useNavigate();
  const { model, dataset, target } = project;
  const busy = project.state === "queued" || project.state === "running";
  return (
    <div className="columns wide-narrow">
      <JobHistory project={project} />
      <div className="stack">
        <Panel title="What it measures">
          <dl className="facts-list">
            <dt>Model</dt>
            <dd>
              {model ? (
                <>
                  <Link to="/models/$ref" params={{ ref: model.id }}>
                    {model.name}
                  </Link>{" "}
                  <span className="dim">
                    {[model.precision, taskName(model.task), bytesText(model.size_bytes)]
                      .filter(Boolean)
                      .join(" · ")}
                  </span>
                </>
              ) : (
                "deleted"
              )}
            </dd>
            <dt>Dataset</dt>
            <dd>
              {dataset ? (
                <>
                  <Link to="/datasets/$ref" params={{ ref: dataset.id }}>
                    {dataset.name}
                  </Link>{" "}
                  <span className="dim">
                    {formatName(dataset.format)} · {counted(dataset.count, dataset.unit)}
                  </span>
                </>
              ) : (
                "deleted"
              )}
            </dd>
            <dt>Target</dt>
            <dd>
              {target ? (
                <Link to="/targets/$ref" params={{ ref: target.id }}>
                  {target.name}
                </Link>
              ) : (
                "gone"
              )}
            </dd>
            <dt>Device</dt>
            <dd>
              {project.device} <span className="dim">{project.device_full_name}</span>
            </dd>
            <dt>Inference precision</dt>
            <dd>{project.precision ?? "the device's default"}</dd>
            <dt>Runs</dt>
            <dd>{project.run_count}</dd>
            <dt>Created</dt>
            <dd>{dateTime(project.created_at)}</dd>
            <dt>Id</dt>
            <dd className="mono breaking">{project.id}</dd>
          </dl>
        </Panel>
        <Panel title="Delete">
          <div className="row between">
            <p className="dim">Model and dataset stay; the runs of this project go.</p>
            <Confirm
              verb="Delete the project"
              question={`Delete ${project.name}?`}
              action={() => deleteProject(project.id)}
              onDone={() => void navigate({ to: "/" })}
              reason={busy ? "A job of it has not ended: wait for it, or cancel it first." : undefined}
            >
              {counted(project.run_count, "run")} with all latencies and layers{" "}
              {project.run_count === 1 ? "is" : "are"} removed.
            </Confirm>
          </div>
        </Panel>
      </div>
    </div>
  );
}

function JobHistory({ project }: { project: Project }) {
  const query = useInfiniteQuery(jobsQuery({ project: project.id }));
  const jobs = useMemo(() => flat(query.data), [query.data]);
  return (
    <Panel title="Jobs" flush>
      {query.error ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : query.isPending ? (
        <SkeletonRows label="jobs" />
      ) : jobs.length === 0 ? (
        <EmptyState title="No job yet">A benchmark is a job; it is listed here with its log.</EmptyState>
      ) : (
        <table className="data">
          <caption className="unseen">Jobs of this project, newest first</caption>
          <thead>
            <tr>
              <th scope="col">Job</th>
              <th scope="col">State</th>
              <th scope="col" className="num">
                Took
              </th>
              <th scope="col">Asked for</th>
              <th scope="col">
                <span className="unseen">Log</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {jobs.map((job) => (
              <tr key={job.id}>
                <th scope="row" className="wrapping">
                  {job.title.split(" · ")[0]}
                  {job.error && <p className="small bad-text">{job.error.message}</p>}
                </th>
                <td>
                  <Chip tone={JOB_TONE[job.state]}>{job.state}</Chip>
                </td>
                <td className="num">{job.elapsed_s === null ? MISSING : duration(job.elapsed_s)}</td>
                <td title={dateTime(job.created_at)}>{ago(job.created_at)}</td>
                <td className="num">
                  <LogLink job={job} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
}
