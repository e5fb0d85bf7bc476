import { describe, expect, it } from "vitest";
import { isRle, paintRle, type Rle, runsOf } from "./rle";

// Encoded by pycocotools 2.0.11.
const SMALL: Rle = { size: [7, 9], counts: "052MOO1073I2O0001N3NL" };
const ROWS = ["110000000", "110011100", "100111110", "110111110", "100111111", "000111111", "010011100"];

function painted(rle: Rle): string[] {
  const [height, width] = rle.size;
  const data = new Uint8ClampedArray(width * height * 4);
  paintRle(data, rle, [9, 8, 7], 200);
  return Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => (data[(y * width + x) * 4 + 3] ? 1 : 0)).join(""),
  );
}

describe("run-length masks", () => {
  it("are painted as pycocotools encodes them", () => {
    expect(painted(SMALL)).toEqual(ROWS);
  });

  it("may have their runs as numbers", () => {
    expect(painted({ size: [7, 9], counts: runsOf(SMALL.counts) })).toEqual(ROWS);
  });

  it("have runs that add up to the picture", () => {
    for (const counts of [SMALL.counts]) expect(runsOf(counts).reduce((a, b) => a + b, 0)).toBe(63);
    // A rectangle of 220 × 140 in 300 × 200.
    const runs = runsOf(`\`j8l6\`2${"0".repeat(277)}Ph8`);
    expect(runs.reduce((a, b) => a + b, 0)).toBe(60_000);
    expect(runs.filter((_, index) => index % 2 === 1)).toEqual(Array(140).fill(220));
  });

  it("are told from polygons", () => {
    expect(isRle(SMALL)).toBe(true);
    expect(isRle([[0, 0, 1, 0, 1, 1]])).toBe(false);
    expect(isRle(null)).toBe(false);
    expect(isRle({ size: [1], counts: [] })).toBe(false);
  });
});
