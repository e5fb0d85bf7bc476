import { useQuery } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import type { Latencies, Run } from "../../api/types";
import { ChartPanel } from "../../charts/ChartPanel";
import type { ChartColors } from "../../charts/colors";
import { Panel } from "../../components/Panel";
import { ErrorState, Skeleton } from "../../components/States";
import type { CsvColumn } from "../../format/csv";
import { change, counted, decimal, percent } from "../../format/number";
import { type Bin, bins, driftOption, histogramOption } from "./latencyCharts";
import { latenciesQuery } from "./queries";

const BIN_COLUMNS: CsvColumn<Bin>[] = [
  { header: "from_ms", value: (bin) => bin.from },
  { header: "to_ms", value: (bin) => bin.to },
  { header: "requests", value: (bin) => bin.count },
  { header: "share", value: (bin) => bin.share },
];

const DRIFT_COLUMNS: CsvColumn<Latencies["drift"][number]>[] = [
  { header: "t_s", value: (point) => point.t_s },
  { header: "median_ms", value: (point) => point.median_ms },
  { header: "p99_ms", value: (point) => point.p99_ms },
];

/** How the latencies of the selected run are distributed, and whether they change while it runs. */
export function LatencyPanels({ run }: { run: Run }) {
  const { data, error, refetch } = useQuery(latenciesQuery(run.id));
  if (error) {
    return (
      <Panel title="Latencies">
        <ErrorState error={error} onRetry={() => void refetch()} jobId={run.job_id} />
      </Panel>
    );
  }
  if (!data) {
    return (
      <div className="columns two">
        <Panel title="Latency distribution">
          <Skeleton height={240} />
        </Panel>
        <Panel title="Drift over time">
          <Skeleton height={240} />
        </Panel>
      </div>
    );
  }
  return (
    <div className="columns two">
      <Distribution run={run} latencies={data} />
      <Drift run={run} drift={data.drift} />
    </div>
  );
}

function Distribution({ run, latencies }: { run: Run; latencies: Latencies }) {
  const rows = useMemo(() => bins(latencies.histogram), [latencies]);
  const option = useCallback((colors: ChartColors) => histogramOption(rows, run, colors), [rows, run]);
  const points = useMemo(
    () =>
      rows.map((row, index) => ({
        sentence: `${decimal(row.from, 4)} to ${decimal(row.to, 4)} ms: ${counted(row.count, "request")}, ${percent(row.share)}`,
        series: 0,
        index,
      })),
    [rows],
  );
  const { latency_ms: latency } = run;
  return (
    <ChartPanel
      title="Latency distribution"
      label={`Distribution of ${counted(latencies.count, "latency", "latencies")} of run ${run.label}`}
      file={`${run.label}-distribution`}
      option={option}
      height={240}
      points={points}
      rows={rows}
      columns={BIN_COLUMNS}
    >
      <p className="legend">
        <span>{counted(latencies.count, "request")}</span>
        <span>min {decimal(latency.min, 3)} ms</span>
        <span>mean {decimal(latency.mean, 3)} ms</span>
        <span>max {decimal(latency.max, 3)} ms</span>
        <span>the last bar holds all above</span>
      </p>
    </ChartPanel>
  );
}

function Drift({ run, drift }: { run: Run; drift: Latencies["drift"] }) {
  const option = useCallback((colors: ChartColors) => driftOption(drift, colors), [drift]);
  const points = useMemo(
    () =>
      drift.map((point, index) => ({
        sentence: `at ${decimal(point.t_s, 3)} s: median ${decimal(point.median_ms, 3)} ms, p99 ${decimal(point.p99_ms, 3)} ms`,
        series: 0,
        index,
      })),
    [drift],
  );
  return (
    <ChartPanel
      title="Drift over time"
      label={`Median and p99 latency of run ${run.label} over its time`}
      file={`${run.label}-drift`}
      option={option}
      height={240}
      points={points}
      rows={drift}
      columns={DRIFT_COLUMNS}
    >
      <p className="legend">
        <span>
          <i style={{ background: "var(--c1)" }} />
          median
        </span>
        <span>
          <i style={{ background: "var(--c5)" }} />
          p99
        </span>
        {run.drift !== null && <span>last third against the first: {change(run.drift)}</span>}
        {run.spread !== null && <span>spread between windows {percent(run.spread)}</span>}
        {run.cpu_others !== null && <span>CPU used by others {percent(run.cpu_others)}</span>}
      </p>
    </ChartPanel>
  );
}
