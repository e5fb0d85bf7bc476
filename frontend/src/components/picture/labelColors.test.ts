import { describe, expect, it } from "vitest";
import { labelColor, labelRgb } from "./labelColors";

describe("labelRgb", () => {
  it("takes the dataset's colours where it has them", () => {
    expect(
      labelRgb(1, [
        [1, 2, 3],
        [128, 64, 0],
      ]),
    ).toEqual([128, 64, 0]);
    expect(
      labelColor(1, [
        [1, 2, 3],
        [128, 64, 0],
      ]),
    ).toBe("rgb(128 64 0)");
  });

  it("makes one for every other label, each its own", () => {
    const made = Array.from({ length: 100 }, (_, label) => labelRgb(label, [[0, 0, 0]]).join());
    expect(new Set(made).size).toBe(100);
    expect(made[0]).toBe("0,0,0");
    for (const part of labelRgb(77)) expect(part >= 0 && part <= 255).toBe(true);
  });
});
