/** The drawing of versions on a plane of two figures. */
import type { EChartsOption } from "echarts";
import type { Version } from "../../api/types";
import { baseOption, tooltipLines, valueAxis } from "../../charts/axes";
import type { ChartPoint } from "../../charts/Chart";
import { type ChartColors, faded } from "../../charts/colors";
import type { View } from "../../charts/plane";
import { bytesText, decimal, plusMinus } from "../../format/number";
import { intervalText, metricText } from "../reports/metricText";
import { type AxisKind, frontOf, type Point, sentenceOf, versionName, within } from "./axes";

export interface Drawing {
  points: readonly Point[];
  items: readonly Version[];
  x: AxisKind;
  y: AxisKind;
  xLimit: number | undefined;
  yLimit: number | undefined;
  selected: string | undefined;
  view: View;
}

// The order of the series below; the keyboard needs to know where the points are.
const POINT_SERIES = 2;

export function chartPoints({ points, items, x, y }: Pick<Drawing, "points" | "items" | "x" | "y">) {
  return points.map(
    (point, index): ChartPoint => ({
      sentence: sentenceOf(point, x, y, items),
      series: POINT_SERIES,
      index,
      id: point.version.key,
    }),
  );
}

export function frontOption(drawing: Drawing, colors: ChartColors): EChartsOption {
  const { points, items, x, y, xLimit, yLimit, selected, view } = drawing;
  const base = baseOption(colors);
  const kept = ({ x: across, y: up }: Point) => within(across, xLimit, x) && within(up, yLimit, y);
  return {
    ...base,
    grid: { left: 62, right: 22, top: 20, bottom: 42 },
    xAxis: valueAxis(colors, "x", { name: x.title, ...view.x, odd: true }),
    yAxis: valueAxis(colors, "y", { name: y.title, ...view.y, odd: true }),
    tooltip: {
      ...base.tooltip,
      trigger: "item",
      formatter: (entry: unknown) => {
        const point = points[(entry as { dataIndex?: number }).dataIndex ?? -1];
        return point ? tooltip(point, items) : "";
      },
    },
    series: [
      {
        type: "line",
        data: frontOf(points).map((point) => [point.x, point.y]),
        symbol: "none",
        silent: true,
        lineStyle: { color: colors.accent, width: 1.4, opacity: 0.7 },
        ...marks(drawing, colors),
      },
      intervals(points, colors),
      {
        type: "scatter",
        z: 3,
        data: points.map((point) => {
          const { version } = point;
          const stable = (version.run?.verdict ?? "stable") === "stable" && version.warnings.length === 0;
          const chosen = version.key === selected;
          const color = version.on_front ? colors.c1 : colors.faint;
          return {
            id: version.key,
            value: [point.x, point.y],
            symbol: stable ? "circle" : "diamond",
            symbolSize: chosen ? 15 : stable ? 10 : 13,
            itemStyle: {
              opacity: kept(point) ? 1 : 0.4,
              color,
              borderColor: chosen ? colors.ink : stable ? colors.panel : colors.warn,
              borderWidth: chosen || !stable ? 2 : 1,
            },
            label: {
              show: true,
              position: point.x > (view.x.min + view.x.max) / 2 ? ("left" as const) : ("right" as const),
              distance: 6,
              color: chosen ? colors.ink : colors.dim,
              fontSize: 11,
              width: 220,
              overflow: "truncate" as const,
              fontWeight: chosen ? ("bold" as const) : ("normal" as const),
              formatter: versionName(version, items),
            },
          };
        }),
        labelLayout: { hideOverlap: true, dy: 9 },
        cursor: "pointer",
      },
    ],
  };
}

function tooltip({ version }: Point, items: readonly Version[]): string {
  const { run, accuracy, distance } = version;
  const lines = [version.method];
  if (run) {
    lines.push(`${decimal(run.throughput_fps)} FPS ${plusMinus(run.throughput_ci95)}`);
    lines.push(
      `median ${decimal(run.latency_median_ms, 3)} ms ${plusMinus(run.latency_median_ci95)} · ${run.label}`,
    );
  }
  for (const report of [accuracy, distance]) {
    if (report) {
      lines.push(
        `${report.label} ${metricText(report.metric, report)} ${intervalText(report.metric, report)} of ${report.samples} samples`,
      );
    }
  }
  lines.push(bytesText(version.size_bytes), ...version.warnings);
  return tooltipLines(versionName(version, items), lines);
}

/** What a limit leaves out is shaded. */
function marks({ x, y, xLimit, yLimit, view }: Drawing, colors: ChartColors) {
  const lines = [];
  const areas: [object, object][] = [];
  if (xLimit !== undefined) {
    lines.push({ xAxis: xLimit });
    areas.push([{ xAxis: xLimit }, { xAxis: x.keep === "most" ? view.x.max : view.x.min }]);
  }
  if (yLimit !== undefined) {
    lines.push({ yAxis: yLimit });
    areas.push([{ yAxis: yLimit }, { yAxis: y.keep === "most" ? view.y.max : view.y.min }]);
  }
  if (lines.length === 0) return {};
  return {
    markLine: {
      silent: true,
      symbol: "none",
      data: lines,
      lineStyle: { color: colors.warn, type: "dashed" as const },
      label: { show: false },
    },
    markArea: {
      silent: true,
      itemStyle: { color: faded(colors.dim, 0.08) },
      data: areas as never,
    },
  };
}

/** 95 % intervals of both figures, where they are known. */
function intervals(points: readonly Point[], colors: ChartColors) {
  const rows = points.map(({ x, y, xInterval, yInterval }) => [
    x,
    y,
    ...(yInterval ?? [y, y]),
    ...(xInterval ?? [x, x]),
  ]);
  return {
    type: "custom" as const,
    silent: true,
    z: 2,
    data: rows,
    encode: { x: 0, y: 1 },
    clip: true,
    renderItem: (_: unknown, api: { value: (at: number) => unknown; coord: (at: number[]) => number[] }) => {
      const [x = 0, y = 0, low = 0, high = 0, left = 0, right = 0] = [0, 1, 2, 3, 4, 5].map((at) =>
        Number(api.value(at)),
      );
      const line = (from: number[], to: number[]) => ({
        type: "line" as const,
        shape: { x1: from[0] ?? 0, y1: from[1] ?? 0, x2: to[0] ?? 0, y2: to[1] ?? 0 },
        style: { stroke: colors.dim, lineWidth: 1.2 },
      });
      return {
        type: "group" as const,
        children: [
          line(api.coord([x, low]), api.coord([x, high])),
          line(api.coord([left, y]), api.coord([right, y])),
        ],
      };
    },
  };
}
