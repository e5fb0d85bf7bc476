import { NativeSelect } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { flat, totalOf } from "../../api/queryClient";
import type { Job, JobState } from "../../api/types";
import { JOB_STATES } from "../../app/search";
import { Action } from "../../components/Action";
import { Chip } from "../../components/Chip";
import { PageHeader } from "../../components/PageHeader";
import { Panel } from "../../components/Panel";
import { EmptyState, ErrorState, SkeletonRows } from "../../components/States";
import { counted } from "../../format/number";
import { ago, dateTime, duration } from "../../format/time";
import { JOB_TONE, jobKind } from "../../format/words";
import { JobLinks } from "./JobLinks";
import { CancelButton, JobBar, JobTime, LogLink, stageText } from "./JobProgress";
import { activeJobs, jobsQuery } from "./queries";

const route = getRouteApi("/jobs");
const ENDED: JobState[] = ["succeeded", "failed", "cancelled"];
const KINDS = [
  "benchmark",
  "search",
  "check",
  "ceilings",
  "model_import",
  "dataset_import",
  "dataset_subset",
  "probe",
  "sample",
];

/** What runs, what waits and why, what is done. */
export function JobsPage() {
  const { data: active, error, refetch } = useQuery(activeJobs);
  const running = active?.filter((job) => job.state === "running");
  const queued = active?.filter((job) => job.state === "queued");
  return (
    <>
      <PageHeader
        title="Jobs"
        facts="Measuring jobs have their machine to themselves, one at a time; others run side by side and wait for them."
      />
      <div className="stack">
        {error && <ErrorState error={error} onRetry={() => void refetch()} />}
        <Panel title="Running" flush aside={running && counted(running.length, "job")}>
          {!running ? (
            <SkeletonRows label="running jobs" count={2} />
          ) : running.length === 0 ? (
            <EmptyState title="Nothing runs">
              Start a benchmark from a <Link to="/">project</Link>, or import a{" "}
              <Link to="/models/import">model</Link>.
            </EmptyState>
          ) : (
            <ActiveTable jobs={running} caption="Running jobs" />
          )}
        </Panel>
        {queued && queued.length > 0 && (
          <Panel title="Waiting" flush aside={counted(queued.length, "job")}>
            <ActiveTable jobs={queued} caption="Waiting jobs" />
          </Panel>
        )}
        <Done />
      </div>
    </>
  );
}

function ActiveTable({ jobs, caption }: { jobs: Job[]; caption: string }) {
  return (
    <div className="scroll">
      <table className="data">
        <caption className="unseen">{caption}</caption>
        <thead>
          <tr>
            <th scope="col">Job</th>
            <th scope="col">Where it is</th>
            <th scope="col" style={{ width: 140 }}>
              Progress
            </th>
            <th scope="col">Time</th>
            <th scope="col">About</th>
            <th scope="col">
              <span className="unseen">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {jobs.map((job) => (
            <tr key={job.id}>
              <th scope="row" className="wrapping">
                {job.title}{" "}
                {job.measuring && <Chip explain="It owns its machine while it runs.">measures</Chip>}
              </th>
              <td className="wrapping">{stageText(job)}</td>
              <td>
                <JobBar job={job} />
              </td>
              <td>
                <JobTime job={job} />
              </td>
              <td>
                <span className="row">
                  <JobLinks job={job} />
                </span>
              </td>
              <td>
                <span className="row" style={{ justifyContent: "flex-end" }}>
                  <LogLink job={job} />
                  <CancelButton job={job} />
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Done() {
  const { state, kind } = route.useSearch();
  const navigate = route.useNavigate();
  const wanted = state && ENDED.includes(state) ? [state] : ENDED;
  const query = useInfiniteQuery(jobsQuery({ state: wanted, kind }));
  const jobs = useMemo(() => flat(query.data), [query.data]);
  const total = totalOf(query.data);
  return (
    <Panel title="Done" flush aside={total !== null && counted(total, "job")}>
      <div className="filters">
        <NativeSelect
          aria-label="State"
          value={state ?? ""}
          onChange={(event) => {
            const next = JOB_STATES.find((entry) => entry === event.currentTarget.value);
            void navigate({ search: (now) => ({ ...now, state: next }), replace: true });
          }}
          data={[{ value: "", label: "any outcome" }, ...ENDED]}
        />
        <NativeSelect
          aria-label="Kind"
          value={kind ?? ""}
          onChange={(event) => {
            const next = event.currentTarget.value || undefined;
            void navigate({ search: (now) => ({ ...now, kind: next }), replace: true });
          }}
          data={[
            { value: "", label: "any kind" },
            ...KINDS.map((value) => ({ value, label: jobKind(value) })),
          ]}
        />
      </div>
      {query.error ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : query.isPending ? (
        <SkeletonRows label="jobs" />
      ) : jobs.length === 0 ? (
        <EmptyState title={state || kind ? "No job is of that kind" : "No job has ended yet"}>
          {state || kind
            ? "Choose another outcome or kind."
            : "What was imported and measured is listed here."}
        </EmptyState>
      ) : (
        <DoneTable jobs={jobs} />
      )}
      {query.hasNextPage && (
        <div className="table-foot">
          <Action onClick={() => void query.fetchNextPage()} loading={query.isFetchingNextPage}>
            Show older
          </Action>
        </div>
      )}
    </Panel>
  );
}

function DoneTable({ jobs }: { jobs: Job[] }) {
  return (
    <div className="scroll">
      <table className="data">
        <caption className="unseen">Jobs that have ended, newest first</caption>
        <thead>
          <tr>
            <th scope="col">Job</th>
            <th scope="col">Outcome</th>
            <th scope="col">Why</th>
            <th scope="col" className="num">
              Took
            </th>
            <th scope="col">Ended</th>
            <th scope="col">About</th>
            <th scope="col">
              <span className="unseen">Log</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {jobs.map((job) => (
            <tr key={job.id}>
              <th scope="row" className="wrapping">
                {job.title}
              </th>
              <td>
                <Chip tone={JOB_TONE[job.state]}>{job.state}</Chip>
              </td>
              <td className="wrapping dim" style={{ maxWidth: 380 }}>
                {job.error?.message}
              </td>
              <td className="num">{duration(job.elapsed_s)}</td>
              <td title={dateTime(job.finished_at)}>{ago(job.finished_at)}</td>
              <td>
                <span className="row">
                  <JobLinks job={job} />
                </span>
              </td>
              <td className="num">
                <LogLink job={job} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
