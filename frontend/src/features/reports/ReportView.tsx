import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import type { Report } from "../../api/types";
import { EmptyState, ErrorState, SkeletonRows } from "../../components/States";
import { ClassesPanel } from "./ClassesPanel";
import { ComparePanel } from "./ComparePanel";
import { ConfusionPanel } from "./ConfusionPanel";
import { CurvesPanel } from "./CurvesPanel";
import { type Condition, cellConditions, classConditions, replaced } from "./conditions";
import { MetricsStrip } from "./MetricsStrip";
import { besides } from "./metricText";
import { exportAddress, tablesQuery } from "./queries";
import { ReportBar } from "./ReportBar";
import styles from "./Reports.module.css";
import { SampleDrawer } from "./SampleDrawer";
import { SAMPLES_ID, SamplesPanel } from "./SamplesPanel";
import { truthOf } from "./truth";
import { WORST_FIRST, WorstStrip } from "./WorstStrip";

interface Props {
  report: Report;
  reports: readonly Report[];
  parents: readonly Report[];
}

const route = getRouteApi("/projects/$ref");
const NONE: string[] = [];

/** A report: figures, what is confused with what, the worst samples, all samples. */
export function ReportView({ report, reports, parents }: Props) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { data: tables, error, refetch } = useQuery(tablesQuery(report.id));
  const go = (next: Partial<typeof search>, replace = false) =>
    void navigate({ search: (now) => ({ ...now, ...next }), replace, resetScroll: false });
  const where = search.rows ?? NONE;
  const show = (wanted: Condition[], more: Partial<typeof search> = {}) => {
    if (wanted.length === 0) return;
    // What was clicked before leads to other samples, and would leave none of these.
    const conditions = replaced([], wanted, report.columns);
    go({ per: undefined, rows: conditions, order: WORST_FIRST, sample: undefined, at: undefined, ...more });
    document.getElementById(SAMPLES_ID)?.scrollIntoView({ block: "start" });
  };
  const closed = { sample: undefined, at: undefined };
  const open = (row: number, at: number | undefined) => go({ sample: row, at }, search.sample !== undefined);
  const threshold = search.threshold ?? usualThreshold(report);
  const { confusion, classes = [], curves = [] } = tables ?? {};
  const nothing = classes.length === 0 && curves.length === 0 && !confusion?.cells.length;
  return (
    <div className="stack">
      <ReportBar
        {...{ reports, report, parents }}
        against={search.against}
        onReport={(id) =>
          go({
            report: id,
            against: undefined,
            change: undefined,
            rows: undefined,
            order: undefined,
            ...closed,
          })
        }
        onAgainst={(id) => go({ against: id, change: undefined })}
      />
      <MetricsStrip report={report} beside={besides(report, reports, parents)} />
      {search.against && (
        <ComparePanel
          report={report}
          against={search.against}
          change={search.change}
          onChange={(change) => go({ change })}
          onOpen={(row) => open(row, undefined)}
          onClose={() => go({ against: undefined, change: undefined })}
        />
      )}
      {error ? (
        <ErrorState error={error} onRetry={() => void refetch()} compact />
      ) : !tables ? (
        <SkeletonRows label="classes and curves" />
      ) : nothing ? (
        <NoTables report={report} />
      ) : (
        <div className={`columns two ${styles.tables}`}>
          {confusion && confusion.cells.length > 0 && (
            <ConfusionPanel
              confusion={confusion}
              truth={truthOf(report)}
              nothing={report.task === "semantic_segmentation" ? "background" : undefined}
              onPick={(annotated, predicted) =>
                show(cellConditions(report.columns, confusion, annotated, predicted))
              }
            />
          )}
          {classes.length > 0 && (
            <ClassesPanel
              rows={classes}
              truth={truthOf(report)}
              tensors={report.kind === "tensor_distance"}
              onPick={({ label, name }) => show(classConditions(report.columns, label, name))}
            />
          )}
          {curves.map((chart) => (
            <CurvesPanel
              key={chart.kind}
              chart={chart}
              onPick={({ label, curve, threshold: score }) => {
                const wanted = label === null ? [] : classConditions(report.columns, label, curve);
                const at = score === null ? undefined : Math.min(1, Math.max(0, score));
                if (wanted.length > 0) show(wanted, { threshold: at });
                else if (at !== undefined) go({ threshold: at });
              }}
            />
          ))}
        </div>
      )}
      {/* Of single samples it tells nothing: no picture, no row. */}
      {report.kind !== "accuracy_checker" && (
        <>
          <WorstStrip
            report={report}
            onOpen={(row, index) =>
              go({ per: undefined, rows: undefined, order: WORST_FIRST, sample: row, at: index })
            }
          />
          <SamplesPanel report={report} />
        </>
      )}
      {search.sample !== undefined && (
        <SampleDrawer
          report={report}
          row={search.sample}
          at={search.at}
          where={where}
          sort={search.order}
          threshold={threshold}
          onThreshold={(value) => go({ threshold: value }, true)}
          onOpen={open}
          onClose={() => go(closed)}
        />
      )}
    </div>
  );
}

/** Classes and curves belong to some ways of judging only: where they are missing, that is said. */
function NoTables({ report }: { report: Report }) {
  if (report.kind === "accuracy_checker") {
    return (
      <div className="panel">
        <EmptyState
          title="Figures alone"
          actions={
            <a
              className="chip"
              href={exportAddress({ report: report.id, where: NONE, sort: undefined }, "json")}
              download
            >
              JSON
            </a>
          }
        >
          Accuracy Checker tells figures of the whole dataset. A report of the workbench has classes, curves,
          a row for each sample and its picture, too.
        </EmptyState>
      </div>
    );
  }
  // A distance is one of tensors, which have no classes; its figures and samples are all there is.
  const why =
    report.kind === "tensor_distance"
      ? "It compares the numbers that come out of two models, whatever they mean: there are no classes and no curves."
      : "None of its classes was annotated or predicted in these samples, or its task knows none.";
  return <p className="small dim">{why}</p>;
}

/** As the table of samples counts boxes; of a classifier all classes are of interest. */
function usualThreshold({ reading, task }: Report): number {
  if (task === "object_detection" || task === "instance_segmentation")
    return reading?.metrics.report_score ?? 0.5;
  return 0;
}
