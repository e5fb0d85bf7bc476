import { describe, expect, it } from "vitest";
import { between } from "./holes";

describe("between", () => {
  const size = { width: 100, height: 50 };

  it("does not mind the direction and stays in the picture", () => {
    expect(between([60.4, 70], [-5, 10], size)).toEqual({
      kind: "rectangle",
      x: 0,
      y: 10,
      width: 60,
      height: 40,
    });
  });

  it("is nothing where nothing is left", () => {
    expect(between([10, 10], [10.2, 40], size)).toBeNull();
    expect(between([120, 0], [140, 20], size)).toBeNull();
  });
});
