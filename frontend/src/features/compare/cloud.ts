/** All runs of the projects that are compared, in one field of latency and throughput. */
import type { EChartsOption } from "echarts";
import type { Run } from "../../api/types";
import type { Percentile } from "../../app/search";
import { baseOption, rounded, tooltipLines, valueAxis } from "../../charts/axes";
import type { ChartPoint } from "../../charts/Chart";
import { type ChartColors, faded } from "../../charts/colors";
import { decimal, known, plusMinus } from "../../format/number";
import { colorName, letter, type Side } from "./sides";

export const PERCENTILE_NAMES: Record<Percentile, string> = {
  mean: "mean",
  median: "median",
  p90: "p90",
  p95: "p95",
  p99: "p99",
  p999: "p99.9",
  max: "maximum",
};

export interface CloudPoint {
  run: Run;
  project: string;
  /** The first side of the same project: it gives the colour. */
  side: number;
  /** Whether the run itself is compared. */
  chosen: boolean;
  x: number;
  y: number;
}

/** Compared runs once for each side; of the others of a project, every run once. By latency. */
export function cloudPoints(
  sides: readonly Side[],
  runs: readonly Run[],
  percentile: Percentile,
): CloudPoint[] {
  const compared = new Set(sides.map((side) => side.run.id));
  const points: CloudPoint[] = [];
  const add = (run: Run, side: number, chosen: boolean) => {
    const x = run.latency_ms[percentile];
    const project = sides[side]?.project.name ?? "";
    if (known(x)) points.push({ run, project, side, chosen, x, y: run.throughput_fps });
  };
  sides.forEach((side, index) => {
    add(side.run, index, true);
  });
  const seen = new Set<string>();
  for (const run of runs) {
    if (compared.has(run.id) || seen.has(run.id)) continue;
    seen.add(run.id);
    const side = sides.findIndex((entry) => entry.project.id === run.project_id);
    if (side >= 0) add(run, side, false);
  }
  return points.sort((a, b) => a.x - b.x || b.y - a.y);
}

function sentence(point: CloudPoint, percentile: Percentile): string {
  const { run } = point;
  const who = point.chosen ? `side ${letter(point.side)}, ` : "";
  return `${who}${point.project}, ${run.label}: ${decimal(point.y)} FPS, ${PERCENTILE_NAMES[percentile]} latency ${decimal(point.x, 3)} ms, ${run.verdict}`;
}

export function cloudKeys(points: readonly CloudPoint[], percentile: Percentile): ChartPoint[] {
  return points.map((point, index) => ({
    sentence: sentence(point, percentile),
    series: 0,
    index,
    id: point.run.id,
  }));
}

export function cloudOption(
  points: readonly CloudPoint[],
  percentile: Percentile,
  colors: ChartColors,
): EChartsOption {
  const base = baseOption(colors);
  const right = rounded(Math.max(0, ...points.map(({ x }) => x)) * 1.08);
  const top = Math.max(0, ...points.map(({ y, run }) => Math.max(y, run.throughput_ci95?.[1] ?? y)));
  return {
    ...base,
    xAxis: valueAxis(colors, "x", {
      name: `${PERCENTILE_NAMES[percentile]} latency, ms`,
      min: 0,
      max: right,
    }),
    yAxis: valueAxis(colors, "y", { name: "throughput, FPS", min: 0, max: rounded(top * 1.08) }),
    tooltip: {
      ...base.tooltip,
      trigger: "item",
      formatter: (entry: unknown) => {
        const point = points[(entry as { dataIndex?: number }).dataIndex ?? -1];
        if (!point) return "";
        const { run } = point;
        return tooltipLines(`${point.chosen ? `${letter(point.side)} · ` : ""}${point.project}`, [
          run.label,
          `${decimal(run.throughput_fps)} FPS ${plusMinus(run.throughput_ci95)}`,
          `${PERCENTILE_NAMES[percentile]} ${decimal(point.x, 3)} ms`,
          `${run.effective_precision} · ${run.verdict}`,
        ]);
      },
    },
    series: [
      {
        type: "scatter",
        data: points.map((point) => {
          const color = colors[colorName(point.side)];
          const stable = point.run.verdict === "stable";
          return {
            id: point.run.id,
            value: [point.x, point.y],
            symbol: stable ? "circle" : "diamond",
            symbolSize: point.chosen ? 15 : stable ? 8 : 10,
            z: point.chosen ? 4 : 3,
            itemStyle: {
              color: point.chosen ? color : faded(color, 0.55),
              borderColor: point.chosen ? colors.ink : colors.panel,
              borderWidth: point.chosen ? 1.5 : 1,
            },
            label: {
              show: true,
              position: point.x > right * 0.7 ? ("left" as const) : ("right" as const),
              distance: 5,
              color: point.chosen ? colors.ink : colors.dim,
              fontSize: point.chosen ? 12 : 10.5,
              fontWeight: point.chosen ? ("bold" as const) : ("normal" as const),
              formatter: point.chosen ? letter(point.side) : point.run.label,
            },
          };
        }),
        labelLayout: { hideOverlap: true },
      },
    ],
  };
}
