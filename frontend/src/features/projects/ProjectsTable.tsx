import { Checkbox } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { Project } from "../../api/types";
import { Chip } from "../../components/Chip";
import { Explain } from "../../components/Explain";
import { SortHeader, type SortProps } from "../../components/table/SortHeader";
import { type RowAttributes, VirtualBody } from "../../components/table/VirtualBody";
import { counted, decimal, MISSING } from "../../format/number";
import { ago, dateTime } from "../../format/time";
import { PROJECT_MEANING, PROJECT_TONE, taskName } from "../../format/words";
import { VerdictChip } from "../runs/VerdictChip";
import type { ProjectRow } from "./grouping";

const COLUMNS = 9;

interface Props extends SortProps {
  rows: ProjectRow[];
  total: number;
  onEnd?: () => void;
  maxHeight?: string;
  /** Where projects can be ticked to be compared. */
  ticks?: Ticks;
}

export interface Ticks {
  chosen: readonly string[];
  onToggle: (project: Project) => void;
  /** Why no further one can be ticked. */
  full?: string;
}

export function ProjectsTable({
  rows,
  total,
  sort,
  onSort,
  onEnd,
  maxHeight = "calc(100vh - 190px)",
  ticks,
}: Props) {
  const columns = ticks ? COLUMNS + 1 : COLUMNS;
  return (
    <div className="scroll" style={{ maxHeight }}>
      <table className="data" aria-rowcount={total + 1}>
        <caption className="unseen">Projects with the best run of each</caption>
        <thead>
          <tr>
            {ticks && (
              <th scope="col" style={{ width: 20 }}>
                <span className="unseen">Compare</span>
              </th>
            )}
            <SortHeader id="name" label="Project" sort={sort} onSort={onSort} />
            <SortHeader id="device" label="Device" sort={sort} onSort={onSort} />
            <th scope="col">Precision</th>
            <SortHeader
              id="throughput_fps"
              label="Best FPS"
              numeric
              sort={sort}
              onSort={onSort}
              explain="Throughput of the fastest run, in frames per second."
            />
            <th scope="col" className="num">
              <Explain text="Median latency of that run.">median ms</Explain>
            </th>
            <th scope="col" className="num">
              <Explain text="99 of 100 requests of that run were faster. A dash: too few samples for it.">
                p99 ms
              </Explain>
            </th>
            <th scope="col">
              <Explain text="Whether that run can be relied on: stable, noisy, throttled or contended.">
                Verdict
              </Explain>
            </th>
            <th scope="col">State</th>
            <SortHeader id="created_at" label="Created" downFirst sort={sort} onSort={onSort} />
          </tr>
        </thead>
        <VirtualBody
          count={rows.length}
          columns={columns}
          onEnd={onEnd}
          row={(index, attributes) => {
            const row = rows[index];
            if (!row) return null;
            if (row.kind === "project") {
              return (
                <OneProject
                  key={row.project.id}
                  project={row.project}
                  depth={row.depth}
                  attributes={attributes}
                  ticks={ticks}
                />
              );
            }
            return (
              <tr key={row.id} className="group" {...attributes}>
                <th scope="colgroup" colSpan={columns} style={{ position: "static" }}>
                  {row.modelId ? (
                    <Link to="/models/$ref" params={{ ref: row.modelId }} data-row-focus>
                      {row.name}
                    </Link>
                  ) : (
                    row.name
                  )}{" "}
                  · {taskName(row.task)} · {counted(row.count, "project")}
                </th>
              </tr>
            );
          }}
        />
      </table>
    </div>
  );
}

interface OneProps {
  project: Project;
  depth: number;
  attributes: RowAttributes;
  ticks?: Ticks;
}

function Tick({ project, ticks: { chosen, onToggle, full } }: { project: Project; ticks: Ticks }) {
  const checked = chosen.includes(project.id);
  const reason = checked ? undefined : project.best ? full : "Nothing was measured yet to compare.";
  return (
    <Checkbox
      aria-label={`Compare ${project.name}`}
      title={reason ?? "tick two or more to compare them"}
      checked={checked}
      disabled={reason !== undefined}
      onChange={() => onToggle(project)}
    />
  );
}

function OneProject({ project, depth, attributes, ticks }: OneProps) {
  const { best } = project;
  return (
    <tr {...attributes}>
      {ticks && (
        <td>
          <Tick project={project} ticks={ticks} />
        </td>
      )}
      <th scope="row" style={{ paddingLeft: (ticks ? 6 : 14) + depth * 18 }}>
        {depth > 0 && <span className="faint">↳ </span>}
        <Link to="/projects/$ref" params={{ ref: project.id }} data-row-focus>
          {project.name}
        </Link>
      </th>
      <td title={project.device_full_name ?? undefined}>
        {project.device} <span className="faint">{project.target?.name}</span>
      </td>
      <td>{project.model?.precision ?? MISSING}</td>
      <td className="num strong">{decimal(best?.throughput_fps)}</td>
      <td className="num">{decimal(best?.latency_median_ms, 3)}</td>
      <td className="num">{decimal(best?.latency_p99_ms, 3)}</td>
      <td>{best ? <VerdictChip verdict={best.verdict} quiet /> : MISSING}</td>
      <td>
        <Chip tone={PROJECT_TONE[project.state]} explain={PROJECT_MEANING[project.state]} quiet>
          {project.state}
        </Chip>
      </td>
      <td title={dateTime(project.created_at)}>{ago(project.created_at)}</td>
    </tr>
  );
}
