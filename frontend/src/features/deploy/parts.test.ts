import { expect, it } from "vitest";
import { partShares } from "./parts";

const part = (name: string, size_bytes: number, files = 1) => ({ name, description: "", files, size_bytes });

it("parts stand by their size, with shares that make one whole", () => {
  const found = partShares([
    part("headers", 1, 3),
    part("runtime", 7),
    part("samples", 0, 0),
    part("other", 2),
  ]);
  expect(found.map(({ name }) => name)).toEqual(["runtime", "other", "headers"]);
  expect(found.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
  expect(found[1]?.color).toBe("var(--c5)");
});

it("an empty package has no share of nothing", () => {
  expect(partShares([part("model", 0, 2)])[0]?.share).toBe(0);
});
