/** Curves of a report as lines of a chart. */
import type { EChartsOption } from "echarts";
import type { Curve, Curves } from "../../api/types";
import { baseOption, logAxis, tooltipLines, valueAxis } from "../../charts/axes";
import type { ChartColors } from "../../charts/colors";
import { decimal } from "../../format/number";

export const TITLES: Record<Curves["kind"], string> = {
  precision_recall: "Precision and recall",
  roc: "ROC",
  error_distribution: "Cumulative distribution of errors",
};

export interface Point {
  curve: string;
  label: number | null;
  x: number;
  y: number;
  threshold: number | null;
}

// More points than the chart has pixels only make it slow.
const MOST_POINTS = 500;

/** Which points of a curve are drawn: evenly chosen, both ends always. */
export function drawnPoints(length: number, most = MOST_POINTS): number[] {
  if (length <= most) return [...Array(length).keys()];
  const step = (length - 1) / (most - 1);
  return [...new Set(Array.from({ length: most }, (_, index) => Math.round(index * step)))];
}

export function pointsOf(curves: readonly Curve[]): Point[] {
  return curves.flatMap((curve) =>
    drawnPoints(curve.x.length).map((index) => ({
      curve: curve.name,
      label: curve.label,
      x: curve.x[index] ?? 0,
      y: curve.y[index] ?? 0,
      threshold: curve.threshold?.[index] ?? null,
    })),
  );
}

/** The area below a curve: of precision over recall near to AP, and good enough to order classes by. */
export function area({ x, y }: Pick<Curve, "x" | "y">): number {
  let sum = 0;
  for (let index = 1; index < x.length; index += 1)
    sum += ((x[index] ?? 0) - (x[index - 1] ?? 0)) * (((y[index] ?? 0) + (y[index - 1] ?? 0)) / 2);
  return Math.abs(sum);
}

/** Those to begin with: of what there is most, since few objects make no curve; then the lowest, which can be bettered. */
export function firstChosen(curves: readonly Curve[], most = 6): string[] {
  return [...curves]
    .sort((a, b) => b.x.length - a.x.length || area(a) - area(b))
    .slice(0, most)
    .map(({ name }) => name);
}

type Labels = Pick<Curves, "x_label" | "y_label">;

function pointParts(point: Point, { x_label, y_label }: Labels): string[] {
  const parts = [`${x_label} ${decimal(point.x, 4)}`, `${y_label} ${decimal(point.y, 4)}`];
  return point.threshold === null ? parts : [...parts, `threshold ${decimal(point.threshold, 4)}`];
}

export function pointText(point: Point, labels: Labels): string {
  return `${point.curve}: ${pointParts(point, labels).join(", ")}`;
}

const SERIES = ["c1", "c2", "c3", "c4", "c6", "c5"] as const;
export const lineColor = (index: number) => SERIES[index % SERIES.length] ?? "c1";

export function curvesOption(chart: Curves, chosen: readonly Curve[], colors: ChartColors): EChartsOption {
  const log = chart.kind === "roc" && chosen.some(({ x }) => x.some((value) => value > 0 && value < 0.01));
  const axis = log ? logAxis : valueAxis;
  const least = Math.min(1, ...chosen.flatMap(({ x }) => x.filter((value) => value > 0)));
  const base = baseOption(colors);
  return {
    ...base,
    xAxis: axis(colors, "x", {
      name: chart.x_label.toLowerCase(),
      min: log ? least : 0,
      max: chart.kind === "error_distribution" ? undefined : 1,
    }),
    yAxis: valueAxis(colors, "y", { name: chart.y_label.toLowerCase(), min: 0, max: 1 }),
    tooltip: {
      ...base.tooltip,
      trigger: "item",
      formatter: (entry: unknown) => {
        const point = (entry as { data?: { point?: Point } }).data?.point;
        return point ? tooltipLines(point.curve, pointParts(point, chart)) : "";
      },
    },
    series: chosen.map((curve, index) => ({
      type: "line" as const,
      name: curve.name,
      showSymbol: true,
      symbol: "circle",
      symbolSize: drawnPoints(curve.x.length).length > 60 ? 5 : 7,
      lineStyle: { width: 1.8, color: colors[lineColor(index)] },
      itemStyle: {
        color: colors[lineColor(index)],
        opacity: drawnPoints(curve.x.length).length > 60 ? 0 : 1,
      },
      emphasis: { itemStyle: { opacity: 1 }, lineStyle: { width: 2.4 } },
      data: pointsOf([curve])
        .filter(({ x }) => !log || x > 0)
        .map((point, place) => ({
          value: [point.x, point.y],
          id: `${index} ${place}`,
          point,
        })),
    })),
  };
}
