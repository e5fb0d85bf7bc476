import { useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import type { Report } from "../../api/types";
import type { AccuracySearch } from "../../app/search";
import { Panel } from "../../components/Panel";
import { EmptyState, ErrorState, SkeletonRows } from "../../components/States";
import { count, counted } from "../../format/number";
import { classColumns } from "./classColumns";
import { conditionText } from "./conditions";
import { FilterMenu } from "./FilterMenu";
import { exportAddress, rowsQuery } from "./queries";
import { SamplesTable } from "./SamplesTable";
import { namedColumns } from "./truth";
import { useRows } from "./useRows";

const route = getRouteApi("/projects/$ref");
const NONE: string[] = [];
export const SAMPLES_ID = "report-samples";

/** Every sample with what was said of it: filtered, sorted and paged by the server. */
export function SamplesPanel({ report }: { report: Report }) {
  const { rows: where = NONE, order, sample, per } = route.useSearch();
  const client = useQueryClient();
  const ofClasses = classColumns(report);
  const byClass = per === "class" && ofClasses !== null;
  const table = byClass ? ("classes" as const) : undefined;
  const navigate = route.useNavigate();
  const wanted = { report: report.id, where, sort: order, table };
  const columns = namedColumns(report, byClass ? ofClasses : report.columns);
  const rows = useRows(wanted);
  const has = (name: string) => columns.some((column) => column.name === name);
  const go = (next: AccuracySearch) =>
    void navigate({ search: (now) => ({ ...now, ...next }), resetScroll: false });
  const setWhere = (next: string[]) =>
    go({ rows: next.length > 0 ? next : undefined, sample: undefined, at: undefined });
  const toggle = (condition: string) =>
    setWhere(
      where.includes(condition) ? where.filter((entry) => entry !== condition) : [...where, condition],
    );
  const wrong = "error = true";
  const open = async (row: number, index: number) => {
    if (!byClass) return go({ sample: row, at: index });
    const number = rows.rowAt(index)?.sample;
    const own = { report: report.id, where: [`sample = ${String(number)}`], sort: undefined };
    const found = await client.fetchQuery(rowsQuery(own, 0, 1));
    const of = found.items[0]?.row;
    if (typeof of === "number") go({ sample: of, at: undefined });
  };
  return (
    <div id={SAMPLES_ID}>
      <Panel
        flush
        title="Samples"
        aside={
          <>
            <span role="status">
              {rows.total === null
                ? ""
                : where.length > 0 && !byClass
                  ? `${count(rows.total)} of ${counted(report.samples, "sample")}`
                  : counted(rows.total, "row")}
            </span>
            <a
              className="chip"
              href={exportAddress(wanted, "csv")}
              download
              title="The rows that the filters leave"
            >
              CSV
            </a>
            <a
              className="chip"
              href={exportAddress(wanted, "json")}
              download
              title="The report with these rows"
            >
              JSON
            </a>
          </>
        }
      >
        <div className="filters">
          {ofClasses && (
            <button
              type="button"
              className={byClass ? "chip accent" : "chip"}
              aria-pressed={byClass}
              title="A row for each class of each sample"
              onClick={() =>
                go({
                  per: byClass ? undefined : "class",
                  rows: undefined,
                  order: undefined,
                  sample: undefined,
                })
              }
            >
              by class
            </button>
          )}
          {has("error") && (
            <button
              type="button"
              className={where.includes(wrong) ? "chip accent" : "chip"}
              aria-pressed={where.includes(wrong)}
              onClick={() => toggle(wrong)}
            >
              {report.kind === "tensor_distance" ? "only far ones" : "only errors"}
            </button>
          )}
          {has("loss") && (
            <button
              type="button"
              className={order === "-loss" ? "chip accent" : "chip"}
              aria-pressed={order === "-loss"}
              onClick={() => go({ order: order === "-loss" ? undefined : "-loss" })}
            >
              worst first
            </button>
          )}
          {where
            .filter((condition) => condition !== wrong)
            .map((condition) => (
              <button
                key={condition}
                type="button"
                className="chip accent"
                aria-label={`Take the condition ${conditionText(condition, columns)} away`}
                onClick={() => toggle(condition)}
              >
                {conditionText(condition, columns)} ✕
              </button>
            ))}
          <FilterMenu
            columns={columns}
            onAdd={(condition) => setWhere([...where.filter((entry) => entry !== condition), condition])}
          />
          {where.length > 1 && (
            <button type="button" className="chip" onClick={() => setWhere([])}>
              all filters ✕
            </button>
          )}
        </div>
        {rows.error ? (
          <div style={{ padding: 14 }}>
            <ErrorState error={rows.error} onRetry={rows.retry} compact />
          </div>
        ) : rows.total === null ? (
          <SkeletonRows label="the samples" />
        ) : rows.total === 0 ? (
          <EmptyState
            title={where.length > 0 ? "No sample meets all conditions" : "No rows"}
            actions={
              where.length > 0 && (
                <button type="button" className="chip accent" onClick={() => setWhere([])}>
                  Take the filters away
                </button>
              )
            }
          />
        ) : (
          <SamplesTable
            caption="Samples of the report"
            columns={columns}
            rows={rows}
            sort={order}
            onSort={(next) => go({ order: next, at: undefined })}
            open={sample}
            onOpen={(row, index) => void open(row, index)}
          />
        )}
      </Panel>
    </div>
  );
}
