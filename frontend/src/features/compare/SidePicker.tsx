import { Modal } from "@mantine/core";
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { flat } from "../../api/queryClient";
import type { Project, Run } from "../../api/types";
import { MOST_SIDES } from "../../app/search";
import { Action } from "../../components/Action";
import { ButtonLink } from "../../components/ButtonLink";
import { SearchField } from "../../components/SearchField";
import { EmptyState, ErrorState, SkeletonRows } from "../../components/States";
import { counted, decimal, MISSING, NBSP } from "../../format/number";
import { age, dateTime } from "../../format/time";
import { projectsQuery } from "../projects/queries";
import { runsQuery } from "../runs/queries";
import { VerdictChip } from "../runs/VerdictChip";
import classes from "./Compare.module.css";
import { noteFace } from "./queries";

interface Props {
  chosen: readonly string[];
  onAdd: (key: string) => void;
  onClose: () => void;
}

/** Why something cannot be added now. */
function refusal(chosen: readonly string[], key: string): string | undefined {
  if (chosen.includes(key)) return "It is compared already.";
  return chosen.length >= MOST_SIDES ? `Up to ${MOST_SIDES} can be compared at once.` : undefined;
}

/** Finds projects, and the runs of one; stays open, so that several can be added. */
export function SidePicker({ chosen, onAdd, onClose }: Props) {
  const client = useQueryClient();
  const [q, setQ] = useState<string>();
  const [open, setOpen] = useState<string | null>(null);
  const query = useInfiniteQuery(projectsQuery({ q, sort: "-created_at" }));
  const projects = useMemo(() => flat(query.data), [query.data]);
  const add = (key: string, project: Project, run: Run | null) => {
    noteFace(client, key, project, run);
    onAdd(key);
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title="Add to the comparison"
      size={680}
      closeButtonProps={{ "aria-label": "Close" }}
    >
      <div className="stack tight">
        <div className="row between">
          <SearchField label="Find a project by name" value={q} onChange={setQ} width={300} />
          <span className="row">
            <span className="small dim" role="status">
              {counted(chosen.length, "side")} chosen
            </span>
            <Action onClick={onClose} variant={chosen.length >= 2 ? "filled" : "default"}>
              Done
            </Action>
          </span>
        </div>
        <div className={classes.list}>
          {query.error ? (
            <ErrorState error={query.error} onRetry={() => void query.refetch()} compact />
          ) : query.isPending ? (
            <SkeletonRows label="projects" />
          ) : projects.length === 0 ? (
            <EmptyState
              title={q ? "No project is called that" : "No project yet"}
              actions={!q && <ButtonLink to="/projects/new">New project</ButtonLink>}
            >
              {q ? "Type another part of the name." : "A project is measured first, and compared then."}
            </EmptyState>
          ) : (
            projects.map((project) => (
              <section key={project.id} className={classes.pick} aria-label={project.name}>
                <div>
                  <span className="grow ellipsis" title={project.name}>
                    <span className="strong">{project.name}</span>{" "}
                    <span className="small dim">
                      {[
                        project.device,
                        project.best && `best ${decimal(project.best.throughput_fps)}${NBSP}FPS`,
                      ]
                        .filter(Boolean)
                        .join(" · ")}
                    </span>
                  </span>
                  {project.run_count > 0 && (
                    <button
                      type="button"
                      className="chip"
                      aria-expanded={open === project.id}
                      onClick={() => setOpen(open === project.id ? null : project.id)}
                    >
                      {counted(project.run_count, "run")} {open === project.id ? "▴" : "▾"}
                    </button>
                  )}
                  <Action
                    onClick={() => add(project.id, project, null)}
                    reason={
                      project.best
                        ? refusal(chosen, project.id)
                        : "Nothing was measured yet: run a benchmark of it first."
                    }
                    aria-label={`Add ${project.name} with its best run`}
                  >
                    {chosen.includes(project.id) ? "Added" : "Add"}
                  </Action>
                </div>
                {open === project.id && (
                  <Runs project={project} chosen={chosen} onAdd={(run) => add(run.id, project, run)} />
                )}
              </section>
            ))
          )}
          {query.hasNextPage && (
            <div className="table-foot">
              <Action onClick={() => void query.fetchNextPage()} loading={query.isFetchingNextPage}>
                Show more
              </Action>
            </div>
          )}
        </div>
      </div>
    </Modal>
  );
}

interface RunsProps {
  project: Project;
  chosen: readonly string[];
  onAdd: (run: Run) => void;
}

function Runs({ project, chosen, onAdd }: RunsProps) {
  const { data: runs, error, refetch } = useQuery(runsQuery(project.id));
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} compact />;
  if (!runs) return <SkeletonRows label="runs" count={3} />;
  return (
    <table className="data">
      <caption className="unseen">Runs of {project.name}, newest first</caption>
      <thead>
        <tr>
          <th scope="col">Run</th>
          <th scope="col" className="num">
            FPS
          </th>
          <th scope="col" className="num">
            median ms
          </th>
          <th scope="col">Verdict</th>
          <th scope="col">Age</th>
          <th scope="col">
            <span className="unseen">Add</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {runs.map((run) => (
          <tr key={run.id}>
            <th scope="row">{run.label}</th>
            <td className="num">{decimal(run.throughput_fps)}</td>
            <td className="num">{decimal(run.latency_ms.median, 3)}</td>
            <td>
              {run.verdict ? (
                <VerdictChip verdict={run.verdict} reason={run.verdict_reason} quiet />
              ) : (
                MISSING
              )}
            </td>
            <td className="dim" title={dateTime(run.created_at)}>
              {age(run.created_at)}
            </td>
            <td className="num">
              <Action
                size="compact-xs"
                onClick={() => onAdd(run)}
                reason={refusal(chosen, run.id)}
                aria-label={`Add run ${run.label} of ${project.name}`}
              >
                {chosen.includes(run.id) ? "Added" : "Add"}
              </Action>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
