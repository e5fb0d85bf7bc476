import { describe, expect, it } from "vitest";
import {
  cellKey,
  movedPlace,
  nextNumber,
  numbersOf,
  painted,
  parseCell,
  type Row,
  restepped,
  toggledLine,
} from "./matrix";

const rows: Row[] = ["latency", "throughput", 1, 2, 4];
const columns = [1, 2, 4];
const grid = { rows, columns };

describe("numbers along the matrix", () => {
  it("are powers of two, or all", () => {
    expect(numbersOf(4, "powers")).toEqual([1, 2, 4, 8]);
    expect(numbersOf(4, "ones")).toEqual([1, 2, 3, 4]);
    expect(nextNumber([1, 2, 4], "powers")).toBe(8);
    expect(nextNumber([1, 2, 3], "powers")).toBe(4);
    expect(nextNumber([1, 2, 4], "ones")).toBe(5);
    expect(nextNumber([], "powers")).toBe(1);
  });

  it("keep what is chosen when the steps change", () => {
    expect(restepped([1, 2, 3, 4, 5], "powers", [3], 16)).toEqual([1, 2, 3, 4]);
    expect(restepped([1, 2, 4, 8], "ones", [], 16)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(restepped([1, 2, 4, 256], "ones", [256], 4)).toEqual([1, 2, 3, 4, 256]);
  });
});

describe("cells", () => {
  it("are read back as they were written, and nothing else is", () => {
    expect(parseCell(cellKey("latency", 4))).toEqual({ row: "latency", batch: 4 });
    expect(parseCell(cellKey(3, 1))).toEqual({ row: 3, batch: 1 });
    for (const text of ["", "3", "x|1", "1|x", "0|1", "1|0", "1.5|1"]) expect(parseCell(text)).toBeNull();
  });
});

describe("painting", () => {
  it("fills the rectangle between two cells, from whatever corner", () => {
    const wanted = ["1|2", "1|4", "2|2", "2|4"];
    expect(painted([], grid, { row: 2, column: 1 }, { row: 3, column: 2 }, true)).toEqual(wanted);
    expect(painted([], grid, { row: 3, column: 2 }, { row: 2, column: 1 }, true)).toEqual(wanted);
  });

  it("leaves what lies outside, and can take away", () => {
    expect(painted(["latency|1", "1|2"], grid, { row: 2, column: 1 }, { row: 2, column: 1 }, false)).toEqual([
      "latency|1",
    ]);
  });

  it("keeps the order of the matrix", () => {
    const place = { row: 0, column: 0 };
    expect(painted(["4|4", "1|1"], grid, place, place, true)).toEqual(["latency|1", "1|1", "4|4"]);
  });
});

describe("headers", () => {
  it("choose the whole line, and take it back when all of it is chosen", () => {
    const row = toggledLine(["1|2"], grid, { row: 2 });
    expect(row).toEqual(["1|1", "1|2", "1|4"]);
    expect(toggledLine(row, grid, { row: 2 })).toEqual([]);
    expect(toggledLine([], grid, { column: 2 })).toEqual(["latency|4", "throughput|4", "1|4", "2|4", "4|4"]);
  });
});

describe("keys", () => {
  it("move among cells and headers, and stop at the edges", () => {
    expect(movedPlace({ row: 0, column: 0 }, "ArrowRight", grid)).toEqual({ row: 0, column: 1 });
    expect(movedPlace({ row: 0, column: 0 }, "ArrowUp", grid)).toEqual({ row: -1, column: 0 });
    expect(movedPlace({ row: 4, column: 2 }, "ArrowDown", grid)).toEqual({ row: 4, column: 2 });
    expect(movedPlace({ row: 2, column: 2 }, "Home", grid)).toEqual({ row: 2, column: -1 });
    expect(movedPlace({ row: -1, column: 0 }, "ArrowLeft", grid)).toEqual({ row: -1, column: 0 });
    expect(movedPlace({ row: 0, column: 0 }, "a", grid)).toBeNull();
  });
});
