import { describe, expect, it } from "vitest";
import {
  deltaOf,
  filtered,
  type LayerDifference,
  precisionText,
  sorted,
  totalOf,
  typeRows,
  typesOf,
} from "./differences";

function row(key: string, times: (number | null | undefined)[], more: Partial<LayerDifference> = {}) {
  const sides = times.map((time) =>
    time === undefined
      ? null
      : { time_us: time, share: 0, orders: [1], names: [`${key}/run`], types: ["Conv"], precisions: ["f32"] },
  );
  const first = times[0];
  return {
    key,
    label: key,
    type: "Convolution",
    originals: [key],
    sides,
    delta_us: times.map((time) =>
      typeof time === "number" && typeof first === "number" ? time - first : null,
    ),
    ratio: times.map((time) => (time && first ? time / first : null)),
    only_in: null,
    ...more,
  } satisfies LayerDifference;
}

const rows = [
  row("conv1", [100, 40, 100]),
  row("conv10", [10, 90, 10]),
  row("conv2", [50, 49, 200], { type: "MatMul" }),
  row("added", [undefined, 30, undefined], { originals: [] }),
  row("tiny", [null, null, 5]),
];
const keys = (list: readonly LayerDifference[]) => list.map(({ key }) => key);

describe("sorted", () => {
  it("has what changed most first, in either direction", () => {
    expect(keys(sorted(rows, "-change", 1))).toEqual(["conv10", "conv1", "added", "conv2", "tiny"]);
    expect(keys(sorted(rows, "-change", 2))).toEqual(["conv2", "tiny", "conv1", "conv10", "added"]);
  });

  it("has what is not there last, up and down", () => {
    expect(keys(sorted(rows, "first", 1))).toEqual(["conv10", "conv2", "conv1", "added", "tiny"]);
    expect(keys(sorted(rows, "-first", 1))).toEqual(["conv1", "conv2", "conv10", "added", "tiny"]);
    expect(keys(sorted(rows, "-ratio", 1)).slice(0, 2)).toEqual(["conv10", "conv2"]);
  });

  it("sorts names as people do", () => {
    expect(keys(sorted(rows, "label", 1))).toEqual(["added", "conv1", "conv2", "conv10", "tiny"]);
  });
});

describe("deltaOf", () => {
  it("counts a layer that only one side has with all its time", () => {
    expect(deltaOf(row("x", [undefined, 30]), 1)).toBe(30);
    expect(deltaOf(row("x", [30, undefined]), 1)).toBe(-30);
    expect(deltaOf(row("x", [30, 40]), 1)).toBe(10);
  });
});

describe("filtered", () => {
  it("looks in label, originals and executed names", () => {
    expect(keys(filtered(rows, { q: "CONV1" }))).toEqual(["conv1", "conv10"]);
    expect(keys(filtered(rows, { q: "added/run" }))).toEqual(["added"]);
    expect(keys(filtered(rows, { q: "conv", types: ["MatMul"] }))).toEqual(["conv2"]);
    expect(filtered(rows, {})).toHaveLength(5);
  });
});

describe("what stands beside the table", () => {
  it("counts types and sums times", () => {
    expect(typesOf(rows)).toEqual([
      { value: "Convolution", count: 4 },
      { value: "MatMul", count: 1 },
    ]);
    expect([totalOf(rows, 0), totalOf(rows, 1), totalOf(rows, 2)]).toEqual([160, 209, 315]);
  });

  it("names each precision once", () => {
    const side = rows[0]?.sides[0];
    expect(side && precisionText({ ...side, precisions: ["i8", "bf16", "i8"] })).toBe("i8 + bf16");
    expect(precisionText(null)).toBeNull();
  });
});

describe("typeRows", () => {
  const types = Array.from({ length: 12 }, (_, at) => ({
    type: `T${at}`,
    time_us: [at, at === 1 ? 500 : null],
    share: [null, null],
  }));

  it("shows the largest on any side, and the rest as one row that holds all their time", () => {
    const shown = typeRows(types, 4);
    expect(shown.map(({ type }) => type)).toEqual(["T1", "T11", "T10", "8 other types"]);
    const first = shown.reduce((sum, { times }) => sum + (times[0] ?? 0), 0);
    expect(first).toBe(66);
  });

  it("needs no rest when all fit", () => {
    expect(typeRows(types.slice(0, 3), 8).map(({ type }) => type)).toEqual(["T1", "T2"]);
  });
});
