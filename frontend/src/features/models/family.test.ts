import { describe, expect, it } from "vitest";
import type { Model } from "../../api/types";
import { methodOf, versionTree } from "./family";

const model = (
  id: string,
  parent_id: string | null,
  created_at: string,
  conversion: Model["conversion"] = null,
) => ({ id, parent_id, created_at, conversion }) as Model;

describe("versionTree", () => {
  it("has each child below its parent, the older one first", () => {
    const found = versionTree([
      model("late", "root", "4"),
      model("grandchild", "early", "5"),
      model("early", "root", "2"),
      model("root", null, "1"),
    ]);
    expect(found.map(({ model: { id }, depth }) => [id, depth])).toEqual([
      ["root", 0],
      ["early", 1],
      ["grandchild", 2],
      ["late", 1],
    ]);
  });

  it("has a child whose parent is gone at the root", () => {
    expect(versionTree([model("orphan", "gone", "1")]).map(({ depth }) => depth)).toEqual([0]);
  });
});

describe("methodOf", () => {
  it.each([
    [null, { openvino: "2026" }, null],
    ["p", { method: "int8" }, "int8"],
    ["p", { folded_preprocessing: {}, of: "x" }, "folded"],
    ["p", null, "made of it"],
  ] as const)("of parent %s by %o is %s", (parent_id, conversion, method) => {
    expect(methodOf({ parent_id, conversion })).toBe(method);
  });
});
