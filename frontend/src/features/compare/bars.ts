/** Grouped bars with intervals: a bar for each side, in its colour, on one scale. */
import type { EChartsOption } from "echarts";
import { baseOption, rounded, tooltipLines, valueAxis } from "../../charts/axes";
import type { ChartPoint } from "../../charts/Chart";
import type { ChartColors } from "../../charts/colors";
import { decimal, known, NBSP } from "../../format/number";
import { colorName, letter } from "./sides";

export interface Bar {
  value: number;
  ci95?: readonly number[] | null;
}

export interface BarGroup {
  name: string;
  /** One a side; null where it was not measured. */
  bars: (Bar | null)[];
}

export interface BarWish {
  groups: readonly BarGroup[];
  /** Names of the sides, for tooltips. */
  sides: readonly string[];
  axis: string;
  unit: string;
  horizontal?: boolean;
}

const THICKEST = 20;
const THICKEST_ALONE = 32;
// Between the names of groups and the axis stand the letters of the sides.
const LETTERS_PX = 22;
const BAND = 0.78;
const GAP = 2;
const LETTER_PX = 10;

const low = (bar: Bar) => bar.ci95?.[0] ?? bar.value;
const high = (bar: Bar) => bar.ci95?.[1] ?? bar.value;

/** Pixels that horizontal bars need, so that each one can be told from the next. */
export function barsHeight({ groups, sides }: Pick<BarWish, "groups" | "sides">): number {
  const bands = groups.length * (sides.length * (sides.length > 4 ? 13 : 16) + 10);
  return Math.max(130, bands + 56);
}

function sentence({ groups, sides, unit }: BarWish, group: number, side: number): string {
  const bar = groups[group]?.bars[side];
  const name = [groups[group]?.name, sides[side]].filter(Boolean).join(", ");
  if (!bar) return `${name}: not measured`;
  const interval =
    high(bar) > low(bar) ? `, 95 % interval ${decimal(low(bar), 4)} to ${decimal(high(bar), 4)}` : "";
  return `${name}: ${decimal(bar.value, 4)} ${unit}${interval}`;
}

/** Group by group, side by side: as the eye goes. */
export function barPoints(wish: BarWish): ChartPoint[] {
  return wish.groups.flatMap(({ bars }, group) =>
    bars.flatMap((bar, side) =>
      bar ? [{ sentence: sentence(wish, group, side), series: side, index: placeOf(wish, side, group) }] : [],
    ),
  );
}

/** Bars that were not measured are no data, so that places in a series are not those of groups. */
function placeOf({ groups }: BarWish, side: number, group: number): number {
  return groups.slice(0, group).filter(({ bars }) => bars[side]).length;
}

export function barsOption(wish: BarWish, colors: ChartColors): EChartsOption {
  const { groups, sides, axis, unit, horizontal = false } = wish;
  const all = groups.flatMap(({ bars }) => bars.filter((bar) => bar !== null));
  const base = baseOption(colors);
  const named = groups.some(({ name }) => name);
  const value = {
    ...valueAxis(colors, horizontal ? "x" : "y", {
      name: axis,
      min: 0,
      max: rounded(Math.max(0, ...all.map(high)) * 1.06),
    }),
    splitLine: { show: true, lineStyle: { color: colors.grid } },
  };
  const category = {
    type: "category" as const,
    data: groups.map(({ name }) => name),
    inverse: horizontal,
    axisLine: { show: true, lineStyle: { color: colors.line } },
    axisTick: { show: false },
    axisLabel: {
      color: colors.dim,
      fontSize: 11,
      ...(horizontal ? { width: 104, overflow: "truncate" as const, margin: LETTERS_PX } : {}),
    },
  };
  return {
    ...base,
    grid: horizontal
      ? { left: named ? 132 : 24, right: 18, top: 6, bottom: 42 }
      : { left: 58, right: 12, top: 12, bottom: 26 },
    xAxis: horizontal ? value : category,
    yAxis: horizontal ? category : value,
    tooltip: {
      ...base.tooltip,
      trigger: "item",
      formatter: (entry: unknown) => {
        const { seriesIndex = -1, value: data } = entry as { seriesIndex?: number; value?: number[] };
        const group = groups[data?.[0] ?? -1];
        const bar = group?.bars[seriesIndex];
        if (!group || !bar) return "";
        const lines = [`${decimal(bar.value, 4)} ${unit}`];
        if (high(bar) > low(bar)) {
          lines.push(`95${NBSP}%: ${decimal(low(bar), 4)} to ${decimal(high(bar), 4)} ${unit}`);
        }
        return tooltipLines([group.name, sides[seriesIndex]].filter(Boolean).join(" · "), lines);
      },
    },
    series: sides.map((name, side) => ({
      type: "custom" as const,
      name,
      data: groups.flatMap(({ bars }, group) => {
        const bar = bars[side];
        return bar ? [[group, bar.value, low(bar), high(bar)]] : [];
      }),
      encode: horizontal ? { x: 1, y: 0 } : { x: 0, y: 1 },
      renderItem: (_: unknown, api: RenderApi) =>
        drawn(api, {
          side,
          count: sides.length,
          horizontal,
          colors,
          thickest: groups.length === 1 ? THICKEST_ALONE : THICKEST,
        }),
    })),
  };
}

interface RenderApi {
  value: (at: number) => unknown;
  coord: (at: number[]) => number[];
  size?: (of: number[]) => number | number[];
}

interface Drawing {
  side: number;
  count: number;
  horizontal: boolean;
  colors: ChartColors;
  thickest: number;
}

/** One bar, its interval as a line with ends, and the letter of its side where there is room. */
function drawn(api: RenderApi, { side, count, horizontal, colors, thickest }: Drawing) {
  const [group = 0, value = 0, from = 0, to = 0] = [0, 1, 2, 3].map((at) => Number(api.value(at)));
  const size = api.size?.([1, 1]);
  const band = Array.isArray(size) ? (size[horizontal ? 1 : 0] ?? 20) : 20;
  const thick = Math.max(2, Math.min(thickest, (band * BAND) / count - GAP));
  const offset = (side - (count - 1) / 2) * (thick + GAP);
  // Along the value's axis, and across it.
  const at = (amount: number, across: number): [number, number] => {
    const point = api.coord(horizontal ? [amount, group] : [group, amount]);
    const [x = 0, y = 0] = point;
    return horizontal ? [x, y + offset + across] : [x + offset + across, y];
  };
  const [x0, y0] = at(0, -thick / 2);
  const [x1, y1] = at(value, thick / 2);
  const line = (a: [number, number], b: [number, number]) => ({
    type: "line" as const,
    shape: { x1: a[0], y1: a[1], x2: b[0], y2: b[1] },
    style: { stroke: colors.ink, lineWidth: 1.3 },
  });
  const cap = Math.min(4, thick / 3);
  const whisker =
    to > from
      ? [line(at(from, 0), at(to, 0)), line(at(from, -cap), at(from, cap)), line(at(to, -cap), at(to, cap))]
      : [];
  const [lx, ly] = at(0, 0);
  // A letter stands in an upright bar, which has to be tall enough for it.
  const room = horizontal || Math.abs(y1 - y0) > 14;
  const text =
    thick >= LETTER_PX && room
      ? [
          {
            type: "text" as const,
            style: {
              text: letter(side),
              x: horizontal ? lx - 6 : lx,
              y: horizontal ? ly : ly - 4,
              align: horizontal ? ("right" as const) : ("center" as const),
              verticalAlign: horizontal ? ("middle" as const) : ("bottom" as const),
              fill: horizontal ? colors.dim : colors.panel,
              fontSize: 10,
              fontWeight: "bold" as const,
            },
          },
        ]
      : [];
  return {
    type: "group" as const,
    children: [
      {
        type: "rect" as const,
        shape: {
          x: Math.min(x0, x1),
          y: Math.min(y0, y1),
          width: Math.max(Math.abs(x1 - x0), 1),
          height: Math.max(Math.abs(y1 - y0), 1),
          r: 2,
        },
        style: { fill: colors[colorName(side)] },
      },
      ...whisker,
      ...text,
    ],
  };
}

export interface BarRow {
  group: string;
  side: string;
  bar: Bar | null;
}

/** The same numbers as rows, for the table and the CSV file. */
export function barRows({ groups, sides }: Pick<BarWish, "groups" | "sides">): BarRow[] {
  return groups.flatMap(({ name, bars }) =>
    sides.map((side, index) => ({ group: name, side, bar: bars[index] ?? null })),
  );
}

export function barColumns(group: string, unit: string) {
  return [
    { header: group, value: (row: BarRow) => row.group },
    { header: "side", value: (row: BarRow) => row.side },
    { header: unit, value: (row: BarRow) => row.bar?.value },
    { header: "low (95 %)", value: (row: BarRow) => row.bar?.ci95?.[0] },
    { header: "high (95 %)", value: (row: BarRow) => row.bar?.ci95?.[1] },
  ];
}

/** The parts of a run that have a bar of their own. */
export function latencyGroups(
  runs: readonly { latency_ms: Record<string, unknown>; latency_median_ci95: number[] | null }[],
): BarGroup[] {
  const names = { median: "median", p90: "p90", p95: "p95", p99: "p99", p999: "p99.9" };
  return Object.entries(names)
    .map(([key, name]) => ({
      name,
      bars: runs.map((run) => {
        const value = run.latency_ms[key];
        if (typeof value !== "number" || !known(value)) return null;
        return { value, ci95: key === "median" ? run.latency_median_ci95 : null };
      }),
    }))
    .filter(({ bars }) => bars.some((bar) => bar !== null));
}
