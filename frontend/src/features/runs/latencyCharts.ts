/** The distribution of a run's latencies, and how they drift. */
import type { EChartsOption } from "echarts";
import type { Latencies, Run } from "../../api/types";
import { baseOption, tooltipLines, valueAxis } from "../../charts/axes";
import { type ChartColors, faded } from "../../charts/colors";
import { count, decimal, known } from "../../format/number";

export interface Bin {
  from: number;
  to: number;
  count: number;
  share: number;
}

/** The histogram as rows. The last bin holds everything above its edge as well. */
export function bins({ edges, counts }: Latencies["histogram"]): Bin[] {
  const total = counts.reduce((sum, value) => sum + value, 0);
  return counts.map((value, index) => ({
    from: edges[index] ?? 0,
    to: edges[index + 1] ?? edges[index] ?? 0,
    count: value,
    share: total > 0 ? value / total : 0,
  }));
}

type Mark = { name: string; value: number | null | undefined };

export function histogramOption(rows: readonly Bin[], run: Run, colors: ChartColors): EChartsOption {
  const base = baseOption(colors);
  const last = rows[rows.length - 1]?.to ?? 0;
  const marks: Mark[] = [
    { name: "median", value: run.latency_ms.median },
    { name: "p99", value: run.latency_ms.p99 },
  ];
  return {
    ...base,
    grid: { left: 58, right: 16, top: 22, bottom: 42 },
    xAxis: valueAxis(colors, "x", { name: "latency, ms", min: rows[0]?.from ?? 0, max: last, odd: true }),
    yAxis: valueAxis(colors, "y", { name: "requests" }),
    tooltip: {
      ...base.tooltip,
      trigger: "item",
      formatter: (entry: unknown) => {
        const row = rows[(entry as { dataIndex?: number }).dataIndex ?? -1];
        if (!row) return "";
        const range = `${decimal(row.from, 4)} to ${decimal(row.to, 4)} ms`;
        return tooltipLines(row === rows[rows.length - 1] ? `${range}, and above` : range, [
          `${count(row.count)} requests`,
        ]);
      },
    },
    series: [
      {
        type: "custom",
        data: rows.map((row) => [row.from, row.to, row.count]),
        encode: { x: [0, 1], y: 2 },
        renderItem: (_, api) => {
          const [from, to, height] = [api.value(0), api.value(1), api.value(2)].map(Number);
          const [left = 0, top = 0] = api.coord([from ?? 0, height ?? 0]);
          const [right = 0, bottom = 0] = api.coord([to ?? 0, 0]);
          return {
            type: "rect",
            shape: { x: left, y: top, width: Math.max(right - left - 1, 1), height: bottom - top },
            style: { fill: faded(colors.c1, 0.75) },
          };
        },
        markLine: {
          silent: true,
          symbol: "none",
          lineStyle: { color: colors.dim, type: "dashed" },
          label: { color: colors.dim, fontSize: 11, formatter: "{b}", align: "left" },
          data: marks
            .filter(({ value }) => known(value) && value <= last)
            .map(({ name, value }) => ({ name, xAxis: value ?? 0 })),
        },
      },
    ],
  };
}

export function driftOption(drift: Latencies["drift"], colors: ChartColors): EChartsOption {
  const base = baseOption(colors);
  const line = (name: string, color: string, values: number[][]) => ({
    type: "line" as const,
    name,
    data: values,
    showSymbol: drift.length < 12,
    symbolSize: 4,
    lineStyle: { color, width: 1.4 },
    itemStyle: { color },
  });
  return {
    ...base,
    xAxis: valueAxis(colors, "x", { name: "time since the start of measuring, s", min: 0 }),
    yAxis: valueAxis(colors, "y", { name: "latency, ms", min: 0 }),
    tooltip: {
      ...base.tooltip,
      trigger: "axis",
      axisPointer: { lineStyle: { color: colors.faint } },
      formatter: (entries: unknown) => {
        const index = (entries as { dataIndex?: number }[])[0]?.dataIndex ?? -1;
        const point = drift[index];
        if (!point) return "";
        return tooltipLines(`at ${decimal(point.t_s, 3)} s`, [
          `median ${decimal(point.median_ms, 3)} ms`,
          `p99 ${decimal(point.p99_ms, 3)} ms`,
        ]);
      },
    },
    series: [
      line(
        "median",
        colors.c1,
        drift.map(({ t_s, median_ms }) => [t_s, median_ms]),
      ),
      line(
        "p99",
        colors.c5,
        drift.map(({ t_s, p99_ms }) => [t_s, p99_ms]),
      ),
    ],
  };
}
