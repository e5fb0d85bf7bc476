/** The load of a machine over the last minutes, as this page has seen it. */
import type { EChartsOption } from "echarts";
import type { TargetLoad } from "../../api/types";
import { baseOption, tooltipLines, valueAxis } from "../../charts/axes";
import { type ChartColors, faded } from "../../charts/colors";
import { decimal } from "../../format/number";

export interface LoadPoint {
  /** Milliseconds since 1970, by the server's clock. */
  at: number;
  cpu: number | null;
  memory: number | null;
}

const KEPT_MS = 5 * 60_000;

/** The history with what was just heard; the same answer twice adds nothing, and old points go. */
export function extended(history: readonly LoadPoint[], load: TargetLoad): LoadPoint[] {
  const at = load.at ? Date.parse(load.at) : Number.NaN;
  const last = history[history.length - 1];
  if (Number.isNaN(at) || (last && at <= last.at)) return history as LoadPoint[];
  const point = { at, cpu: load.cpu_percent ?? null, memory: load.memory_used_bytes ?? null };
  return [...history.filter((entry) => at - entry.at <= KEPT_MS), point];
}

/** Seconds before the newest point, so that the axis says "ago" and needs no clock. */
export function secondsAgo(history: readonly LoadPoint[]): number[] {
  const newest = history[history.length - 1]?.at ?? 0;
  return history.map((point) => (point.at - newest) / 1000);
}

interface Line {
  name: string;
  unit: string;
  most: number | undefined;
  values: (number | null)[];
}

export function loadOption(history: readonly LoadPoint[], line: Line, colors: ChartColors): EChartsOption {
  const times = secondsAgo(history);
  const base = baseOption(colors);
  return {
    ...base,
    xAxis: valueAxis(colors, "x", {
      name: "seconds before now",
      min: Math.min(-60, times[0] ?? -60),
      max: 0,
    }),
    yAxis: valueAxis(colors, "y", { name: `${line.name}, ${line.unit}`, min: 0, max: line.most }),
    tooltip: {
      ...base.tooltip,
      trigger: "axis",
      axisPointer: { lineStyle: { color: colors.faint } },
      formatter: (entries: unknown) => {
        const index = (entries as { dataIndex?: number }[])[0]?.dataIndex ?? -1;
        return tooltipLines(`${decimal(times[index], 3)} s`, [
          `${decimal(line.values[index], 3)} ${line.unit}`,
        ]);
      },
    },
    series: [
      {
        type: "line",
        data: line.values.map((value, index) => [times[index] ?? 0, value]),
        showSymbol: history.length < 3,
        symbolSize: 4,
        lineStyle: { color: colors.c1, width: 1.4 },
        itemStyle: { color: colors.c1 },
        areaStyle: { color: faded(colors.c1, 0.08) },
      },
    ],
  };
}
