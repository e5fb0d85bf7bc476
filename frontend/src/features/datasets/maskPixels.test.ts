import { describe, expect, it } from "vitest";
import { colorMask } from "./maskPixels";

describe("colorMask", () => {
  it("clears the background and colours labels", () => {
    const data = new Uint8ClampedArray([0, 0, 0, 255, 1, 1, 1, 255, 3, 3, 3, 255, 255, 255, 255, 255]);
    colorMask(data, (label) => [label * 10, 7, 9], 0.5);
    expect([...data]).toEqual([0, 0, 0, 0, 0, 7, 9, 128, 20, 7, 9, 128, 255, 255, 255, 64]);
  });
});
