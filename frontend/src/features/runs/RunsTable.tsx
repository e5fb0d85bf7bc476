import {
  createSortedRowModel,
  rowSortingFeature,
  sortFn_alphanumeric,
  tableFeatures,
  useTable,
} from "@tanstack/react-table";
import { useMemo, useState } from "react";
import type { Project, Run } from "../../api/types";
import { Panel } from "../../components/Panel";
import { SortHeader } from "../../components/table/SortHeader";
import { VirtualBody } from "../../components/table/VirtualBody";
import { counted, decimal, plusMinus } from "../../format/number";
import { age, dateTime } from "../../format/time";
import classes from "./RunsTable.module.css";
import { mixedPrecisions, unstable } from "./runColumns";
import { tooFew } from "./tradeoff";
import { VerdictChip } from "./VerdictChip";

const features = tableFeatures({
  rowSortingFeature,
  sortedRowModel: createSortedRowModel(),
  sortFns: { alphanumeric: sortFn_alphanumeric },
});

// Missing values are undefined here: the table then puts them last, whatever the direction.
const columns = [
  { id: "label", accessorFn: (run: Run) => run.label, sortFn: "alphanumeric" as const },
  { id: "throughput", accessorFn: (run: Run) => run.throughput_fps },
  { id: "median", accessorFn: (run: Run) => run.latency_ms.median },
  { id: "p99", accessorFn: (run: Run) => run.latency_ms.p99 ?? undefined, sortUndefined: "last" as const },
  { id: "verdict", accessorFn: (run: Run) => run.verdict, sortFn: "alphanumeric" as const },
  { id: "created", accessorFn: (run: Run) => run.created_at, sortFn: "alphanumeric" as const },
];

interface Props {
  project: Project;
  runs: Run[];
  selected: string;
  bestId: string | null;
  onPick: (id: string) => void;
}

/** Every run of the project. All are kept; a click selects. */
export function RunsTable({ project, runs, selected, bestId, onPick }: Props) {
  const [sort, setSort] = useState("-created");
  const sorting = useMemo(() => [{ id: sort.replace("-", ""), desc: sort.startsWith("-") }], [sort]);
  const table = useTable({ features, columns, data: runs, state: { sorting }, getRowId: (run) => run.id });
  const rows = table.getRowModel().rows;
  const mixed = mixedPrecisions(runs);
  const header = { sort, onSort: setSort };

  return (
    <Panel
      title="Runs"
      flush
      aside={
        <>
          {counted(runs.length, "run")}
          {unstable(runs).map(({ verdict, count }) => (
            <span key={verdict} className="warn-text">
              · {count} {verdict}
            </span>
          ))}
        </>
      }
    >
      {mixed.length > 0 && (
        <p className="small warn-text" style={{ padding: "0 14px 4px" }}>
          Runs in {mixed.join(" and ")} stand side by side: they do not compare like with like.
        </p>
      )}
      <div className="scroll narrowing" style={{ maxHeight: 340 }}>
        <table className="data fixed runs" aria-rowcount={rows.length + 1}>
          <caption className="unseen">Runs of {project.name}</caption>
          <colgroup>
            <col />
            <col className={classes.throughput} />
            <col style={{ width: 84 }} />
            <col style={{ width: 66 }} />
            <col style={{ width: 96 }} />
            <col className="age" style={{ width: 68 }} />
          </colgroup>
          <thead>
            <tr>
              <SortHeader id="label" label="Streams × batch" {...header} />
              <SortHeader id="throughput" label="FPS" numeric {...header} />
              <SortHeader id="median" label="median ms" numeric downFirst={false} {...header} />
              <SortHeader id="p99" label="p99 ms" numeric downFirst={false} {...header} />
              <SortHeader id="verdict" label="Verdict" {...header} />
              <SortHeader id="created" label="Age" downFirst {...header} />
            </tr>
          </thead>
          <VirtualBody
            count={rows.length}
            columns={columns.length}
            row={(index, attributes) => {
              const run = rows[index]?.original;
              if (!run) return null;
              return (
                <tr
                  key={run.id}
                  {...attributes}
                  className="pick"
                  aria-current={run.id === selected ? "true" : undefined}
                  onClick={() => onPick(run.id)}
                >
                  <th scope="row" title={run.label}>
                    <button
                      type="button"
                      className="plain ellipsis"
                      style={{ display: "block", width: "100%" }}
                      data-row-focus
                      aria-pressed={run.id === selected}
                    >
                      {run.id === bestId && (
                        <span role="img" aria-label="best" title="the highest throughput">
                          ★{" "}
                        </span>
                      )}
                      {run.label.replace(" hint,", ",")}
                    </button>
                  </th>
                  <td className="num">
                    {decimal(run.throughput_fps)}{" "}
                    <span className={`faint ${classes.interval}`}>{plusMinus(run.throughput_ci95)}</span>
                  </td>
                  <td className="num">{decimal(run.latency_ms.median, 3)}</td>
                  <td
                    className="num"
                    title={run.latency_ms.p99 === null ? tooFew("p99", run.samples) : undefined}
                  >
                    {run.latency_ms.p99 === null ? (
                      <span className="small faint">too few</span>
                    ) : (
                      decimal(run.latency_ms.p99, 3)
                    )}
                  </td>
                  <td>
                    <VerdictChip verdict={run.verdict} reason={run.verdict_reason} quiet />
                  </td>
                  <td className="dim age" title={dateTime(run.created_at)}>
                    {age(run.created_at)}
                  </td>
                </tr>
              );
            }}
          />
        </table>
      </div>
    </Panel>
  );
}
