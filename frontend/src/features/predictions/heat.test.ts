import { describe, expect, it } from "vitest";
import { colorHeat, jet } from "./heat";

describe("jet", () => {
  it("goes from blue over green to red", () => {
    expect(jet(0)).toEqual([0, 0, 128]);
    expect(jet(0.5)).toEqual([128, 255, 128]);
    expect(jet(1)).toEqual([128, 0, 0]);
  });

  it("colours a picture of one channel", () => {
    const data = new Uint8ClampedArray([0, 0, 0, 255, 255, 255, 255, 255]);
    colorHeat(data);
    expect([...data]).toEqual([0, 0, 128, 255, 128, 0, 0, 255]);
  });
});
