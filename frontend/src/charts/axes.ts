/** What all charts share: axes with units, quiet lines, one kind of tooltip. */
import type { EChartsOption } from "echarts";
import { decimal } from "../format/number";
import type { ChartColors } from "./colors";

const FONT = '"Inter Variable", system-ui, sans-serif';

interface AxisWish {
  name: string;
  min?: number | "dataMin";
  max?: number | "dataMax";
  /** The range ends at numbers of the data, not at round ones. */
  odd?: boolean;
}

export function valueAxis(colors: ChartColors, where: "x" | "y", { name, min, max, odd }: AxisWish) {
  return {
    type: "value" as const,
    name,
    nameLocation: "middle" as const,
    nameGap: where === "x" ? 26 : 44,
    nameTextStyle: { color: colors.dim, fontSize: 11, fontFamily: FONT },
    min,
    max,
    axisLine: { show: false },
    axisTick: { show: false },
    axisLabel: {
      color: colors.dim,
      fontSize: 11,
      fontFamily: FONT,
      hideOverlap: true,
      // A range that ends where the data ends has odd numbers there.
      showMinLabel: odd ? false : undefined,
      showMaxLabel: odd ? false : undefined,
      formatter: (value: number) =>
        decimal(value, 4)
          .replace(/(\.\d*?)0+$/, "$1")
          .replace(/\.$/, ""),
    },
    splitLine: { show: where === "y", lineStyle: { color: colors.grid } },
    splitNumber: 5,
  };
}

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** "10⁻²" is shorter than 0.01 only for a few; plain numbers from a thousandth to a hundred thousand. */
export function powerText(value: number): string {
  if (value >= 0.001 && value < 1e5) return String(Number(value.toPrecision(6)));
  const power = Math.round(Math.log10(value));
  const digits = String(Math.abs(power)).replace(/\d/g, (digit) => SUPERSCRIPTS[Number(digit)] ?? "");
  return `10${power < 0 ? "⁻" : ""}${digits}`;
}

export function logAxis(colors: ChartColors, where: "x" | "y", { name, min, max, odd }: AxisWish) {
  const { splitNumber: _, axisLabel, ...rest } = valueAxis(colors, where, { name, min, max, odd });
  return {
    ...rest,
    type: "log" as const,
    axisLabel: { ...axisLabel, formatter: powerText },
    splitLine: { show: true, lineStyle: { color: colors.grid } },
  };
}

export function baseOption(colors: ChartColors): EChartsOption {
  return {
    animation: false,
    textStyle: { fontFamily: FONT, color: colors.ink },
    grid: { left: 58, right: 16, top: 12, bottom: 42 },
    tooltip: {
      confine: true,
      backgroundColor: colors.panel,
      borderColor: colors.line,
      borderWidth: 1,
      padding: [6, 10],
      textStyle: { color: colors.ink, fontSize: 12, fontFamily: FONT },
      extraCssText: "box-shadow:none;border-radius:6px;font-feature-settings:'tnum'",
      transitionDuration: 0,
    },
  };
}

/** Tooltips are HTML, and names come from users' files. */
export function escaped(text: string): string {
  const named: Record<string, string> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  return text.replace(/[&<>"']/g, (sign) => named[sign] ?? sign);
}

/** Lines of a tooltip, the first one strong. */
export function tooltipLines(title: string, lines: readonly string[]): string {
  return [`<b>${escaped(title)}</b>`, ...lines.map(escaped)].join("<br>");
}

/** The next number upwards that an axis can end with: 1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8 or 10 times a power of ten. */
export function rounded(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const steps = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10];
  return (steps.find((step) => step * power >= value * (1 - 1e-9)) ?? 10) * power;
}
