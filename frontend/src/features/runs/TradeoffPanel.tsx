import { NativeSelect, NumberInput } from "@mantine/core";
import { useCallback, useMemo } from "react";
import type { Project, Run } from "../../api/types";
import { PERCENTILES, type Percentile } from "../../app/search";
import { ChartPanel } from "../../charts/ChartPanel";
import type { ChartColors } from "../../charts/colors";
import { decimal } from "../../format/number";
import { RUN_CSV } from "./runColumns";
import { bestWithin, chartPoints, PERCENTILE_NAMES, pointsOf, tradeoffOption } from "./tradeoff";

interface Props {
  project: Project;
  runs: readonly Run[];
  selected: string;
  percentile: Percentile;
  limit: number | undefined;
  view: "chart" | "table";
  onPick: (id: string) => void;
  onChange: (next: { x?: Percentile; limit?: number; view?: "table" }) => void;
}

/** Latency against throughput: every run is a point; a click selects it. */
export function TradeoffPanel(props: Props) {
  const { project, runs, selected, percentile, limit, view, onPick, onChange } = props;
  const points = useMemo(() => pointsOf(runs, percentile), [runs, percentile]);
  const option = useCallback(
    (colors: ChartColors) => tradeoffOption({ points, percentile, selected, limit }, colors),
    [points, percentile, selected, limit],
  );
  const keys = useMemo(() => chartPoints({ points, percentile }), [points, percentile]);
  const best = bestWithin(points, limit);
  const without = runs.length - points.length;
  const name = PERCENTILE_NAMES[percentile];
  return (
    <ChartPanel
      title="Latency and throughput"
      label={`Throughput against ${name} latency of ${points.length} runs`}
      file={`${project.name}-runs`}
      option={option}
      height={300}
      points={keys}
      onPick={onPick}
      rows={runs}
      columns={RUN_CSV}
      view={view}
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
            w={104}
            min={0}
            hideControls
            suffix=" ms"
            value={limit ?? ""}
            onChange={(value) =>
              onChange({ limit: typeof value === "number" && value > 0 ? value : undefined })
            }
          />
        </>
      }
    >
      <div className="legend">
        <span>
          <i style={{ background: "var(--c1)", borderRadius: "50%" }} />
          stable
        </span>
        <span>
          <i style={{ background: "var(--warn)", transform: "rotate(45deg)" }} />
          not stable
        </span>
        <span>— front · bars: 95 % interval</span>
        {best && (
          <span>
            ★ best{limit !== undefined && ` within ${decimal(limit)} ms`}: {best.run.label}, {decimal(best.y)}{" "}
            FPS
          </span>
        )}
        {!best && limit !== undefined && (
          <span className="warn-text">no run stays within {decimal(limit)} ms</span>
        )}
        {without > 0 && (
          <span>
            {without} of {runs.length} runs have too few samples for {name}
          </span>
        )}
      </div>
    </ChartPanel>
  );
}
