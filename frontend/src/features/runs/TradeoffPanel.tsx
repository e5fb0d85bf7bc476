import { NativeSelect, NumberInput } from "@mantine/core";
import { useCallback, useMemo, useState } from "react";
import type { Project, Run } from "../../api/types";
import { PERCENTILES, type Percentile } from "../../app/search";
import { ChartPanel } from "../../charts/ChartPanel";
import type { ChartColors } from "../../charts/colors";
import { LimitHandle } from "../../charts/LimitHandle";
import type { Frame, View } from "../../charts/plane";
import type { CsvColumn } from "../../format/csv";
import { count } from "../../format/number";
import { RUN_CSV } from "./runColumns";
import { toggledSeries } from "./series";
import { TradeoffLegend } from "./TradeoffLegend";
import { bestWithin, ENOUGH, fullView, limitText, PERCENTILE_NAMES, pointsOf } from "./tradeoff";
import { chartPoints, tradeoffOption } from "./tradeoffOption";
import { useSeries } from "./useSeries";

export interface TradeoffChange {
  x?: Percentile;
  limit?: number;
  view?: "table";
  series?: string[];
  without?: string[];
}

interface Props {
  project: Project;
  runs: readonly Run[];
  selected: string;
  search: TradeoffChange;
  /** A run of this project, or of another one in the chart. */
  onPick: (id: string, project: string) => void;
  onChange: (next: TradeoffChange) => void;
}

interface Row {
  of: string;
  run: Run;
}

const COLUMNS: CsvColumn<Row>[] = [
  { header: "project", value: (row) => row.of },
  ...RUN_CSV.map(({ header, value }) => ({ header, value: (row: Row) => value(row.run) })),
];

/** Latency against throughput: every run is a point; a click selects it. The limit can be taken and moved. */
export function TradeoffPanel({ project, runs, selected, search, onPick, onChange }: Props) {
  const percentile = search.x ?? "median";
  const { all, series } = useSeries(project, runs, search);
  const [moved, setMoved] = useState<{ limit: number | undefined } | null>(null);
  const [zoom, setZoom] = useState<{ view: View; of: Percentile } | null>(null);
  const limit = moved ? moved.limit : search.limit;

  const points = useMemo(() => pointsOf(series, percentile), [series, percentile]);
  // Dragging does not move the axis away from under the pointer.
  const full = useMemo(() => fullView(points, search.limit), [points, search.limit]);
  const view = zoom?.of === percentile ? zoom.view : full;
  const option = useCallback(
    (colors: ChartColors) => tradeoffOption({ points, series, percentile, selected, limit, view }, colors),
    [points, series, percentile, selected, limit, view],
  );
  const keys = useMemo(() => chartPoints({ points, percentile, series }), [points, percentile, series]);
  const rows = useMemo(
    () => series.flatMap(({ name, runs: of }) => of.map((run) => ({ of: name, run }))),
    [series],
  );
  const name = PERCENTILE_NAMES[percentile];
  const best = bestWithin(
    points.filter((point) => point.series === 0),
    limit,
  );
  const setLimit = (next: number | undefined) => {
    setMoved(null);
    if (next !== search.limit) onChange({ limit: next });
  };
  const pick = (id: string) => {
    const found = points.find(({ run }) => run.id === id);
    if (found) onPick(id, found.run.project_id);
  };
  return (
    <ChartPanel
      title="Latency and throughput"
      label={`Throughput against ${name} latency of ${points.length} runs`}
      file={`${project.name}-runs`}
      option={option}
      height={300}
      points={keys}
      onPick={pick}
      plane={{
        view,
        full,
        scale: "linear",
        onView: (next) => setZoom(next && { view: next, of: percentile }),
      }}
      overlay={(frame: Frame) =>
        points.length === 0 ? (
          <NoPoints frame={frame} percentile={percentile} />
        ) : (
          <LimitHandle
            frame={frame}
            range={view.x}
            limit={limit}
            label={`${name} latency`}
            text={limit === undefined ? "no limit" : limitText(limit)}
            onMove={(next) => setMoved({ limit: next })}
            onDone={setLimit}
          />
        )
      }
      rows={rows}
      columns={COLUMNS}
      view={search.view === "table" ? "table" : "chart"}
      onView={(next) => onChange({ view: next === "table" ? "table" : undefined })}
      controls={
        <>
          <NativeSelect
            aria-label="Latency shown"
            size="xs"
            value={percentile}
            onChange={(event) => {
              const next = PERCENTILES.find((entry) => entry === event.currentTarget.value);
              onChange({ x: next === "median" ? undefined : next });
            }}
            data={PERCENTILES.map((value) => ({ value, label: PERCENTILE_NAMES[value] }))}
          />
          <NumberInput
            aria-label="Latency limit in milliseconds"
            placeholder="limit, ms"
            size="xs"
            w={92}
            min={0}
            hideControls
            suffix=" ms"
            value={limit ?? ""}
            onChange={(value) => setLimit(typeof value === "number" && value > 0 ? value : undefined)}
          />
        </>
      }
    >
      <TradeoffLegend
        project={project}
        all={all}
        series={series}
        percentile={percentile}
        limit={limit}
        best={best}
        without={runs.filter((run) => run.latency_ms[percentile] == null)}
        onToggle={(other) => onChange(toggledSeries(project, other, search))}
      />
    </ChartPanel>
  );
}

/** Empty axes would say that there is nothing; there is, but not enough of it. */
function NoPoints({ frame, percentile }: { frame: Frame; percentile: Percentile }) {
  const { left, top, width, height } = frame;
  return (
    <div
      style={{ position: "absolute", left, top, width, height, display: "grid", placeContent: "center" }}
      className="dim"
    >
      <p style={{ maxWidth: 340, textAlign: "center", background: "var(--panel)", padding: 8 }}>
        Not enough samples for {PERCENTILE_NAMES[percentile]} in any run: it needs{" "}
        {count(ENOUGH[percentile] ?? 1)} requests. Longer runs have more.
      </p>
    </div>
  );
}
