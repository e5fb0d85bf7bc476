import { describe, expect, it } from "vitest";
import { fitted, moved, zoomed } from "./view";

const frame = { width: 400, height: 300 };
const picture = { width: 800, height: 400 };

describe("the view of a picture", () => {
  it("shows the whole picture in the middle", () => {
    expect(fitted(frame, picture)).toEqual({ scale: 0.5, x: 0, y: 50 });
  });

  it("enlarges small pictures, but not without end", () => {
    expect(fitted(frame, { width: 8, height: 8 }).scale).toBe(16);
  });

  it("keeps the point under the pointer where it is", () => {
    const view = fitted(frame, picture);
    const point = { x: 100, y: 150 };
    const near = zoomed(view, point, 4, frame, picture);
    expect(near.scale).toBe(2);
    const under = (at: typeof view) => [(point.x - at.x) / at.scale, (point.y - at.y) / at.scale];
    expect(under(near)).toEqual(under(view));
  });

  it("never gets smaller than the whole", () => {
    const whole = fitted(frame, picture);
    expect(zoomed(whole, { x: 3, y: 3 }, 0.1, frame, picture)).toEqual(whole);
  });

  it("does not lose the picture when it is moved", () => {
    const near = zoomed(fitted(frame, picture), { x: 200, y: 150 }, 4, frame, picture);
    expect(moved(near, 10_000, 0, frame, picture).x).toBe(0);
    expect(moved(near, -10_000, 0, frame, picture).x).toBe(400 - 1600);
  });
});
