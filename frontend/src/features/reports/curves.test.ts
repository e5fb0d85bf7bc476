import { describe, expect, it } from "vitest";
import { area, drawnPoints, firstChosen, pointsOf, pointText } from "./curves";

const curve = (name: string, y: number[]) => ({
  label: 1,
  name,
  x: y.map((_, index) => index / (y.length - 1)),
  y,
  threshold: y.map((_, index) => 1 - index / 10),
});

describe("curves of a report", () => {
  it("keeps both ends when there are too many points", () => {
    const chosen = drawnPoints(10_000);
    expect(chosen).toHaveLength(500);
    expect([chosen[0], chosen.at(-1)]).toEqual([0, 9999]);
    expect(drawnPoints(3)).toEqual([0, 1, 2]);
  });

  it("begins with what has most points, then with what lies lowest", () => {
    const curves = [curve("good", [1, 1, 1]), curve("bad", [1, 0, 0]), curve("fair", [1, 1, 0])];
    expect(area(curve("a", [1, 1]))).toBe(1);
    expect(firstChosen(curves, 2)).toEqual(["bad", "fair"]);
    expect(firstChosen([...curves, curve("many", [1, 1, 1, 1])], 2)).toEqual(["many", "bad"]);
  });

  it("tells a point in words", () => {
    const [point] = pointsOf([curve("cat", [0.5, 0.25])]);
    expect(point && pointText(point, { x_label: "recall", y_label: "precision" })).toBe(
      "cat: recall 0, precision 0.5000, threshold 1.000",
    );
  });
});
