import { describe, expect, it } from "vitest";
import type { Target } from "../../api/types";
import { environmentOf, estimateFor, fittingFirst, onlineFirst, servesTask, withChosen } from "./choice";

function target(id: string, devices: string[], state: Target["state"] = "online"): Target {
  return {
    id,
    name: `name of ${id}`,
    kind: "local",
    state,
    workers: 1,
    info: null,
    devices: devices.map((name) => ({ name, full_name: name, capabilities: [], precisions: [] })),
    unavailable: [],
    last_seen_at: null,
    probed_at: null,
    created_at: "2026-03-09T12:00:00Z",
  };
}

const chosen = (targets: Target[], wanted: { target?: string; device?: string }) => {
  const { target: found, device } = environmentOf(targets, wanted);
  return [found?.id ?? null, device];
};

describe("environmentOf", () => {
  it("takes the only machine, and its CPU", () => {
    expect(chosen([target("a", ["GPU", "CPU"])], {})).toEqual(["a", "CPU"]);
    expect(chosen([target("a", ["NPU"])], {})).toEqual(["a", "NPU"]);
  });

  it("does not choose between several", () => {
    expect(chosen([target("a", ["CPU"]), target("b", ["CPU"])], {})).toEqual([null, null]);
  });

  it("takes what the address names, by id or name", () => {
    const targets = [target("a", ["CPU"]), target("b", ["CPU", "GPU"])];
    expect(chosen(targets, { target: "b", device: "GPU" })).toEqual(["b", "GPU"]);
    expect(chosen(targets, { target: "name of a" })).toEqual(["a", "CPU"]);
    expect(chosen([target("a", ["CPU"])], { target: "gone" })).toEqual([null, null]);
  });
});

describe("the rest", () => {
  it("keeps what was chosen in the list", () => {
    expect(withChosen([{ id: "a" }], { id: "b" })).toEqual([{ id: "b" }, { id: "a" }]);
    expect(withChosen([{ id: "a" }], { id: "a" })).toEqual([{ id: "a" }]);
  });

  it("fits the estimate to the time of a run", () => {
    expect(estimateFor(54, 10)).toBe(54);
    expect(estimateFor(54, 20)).toBe(84);
    expect(estimateFor(null, 20)).toBeNull();
  });

  it("has machines that can measure first", () => {
    const order = onlineFirst([target("off", [], "offline"), target("on", [])]).map(({ id }) => id);
    expect(order).toEqual(["on", "off"]);
  });

  it("has what probably fits first, and else keeps the order", () => {
    const set = (id: string, annotated: boolean, tasks: string[]) => ({ id, annotated, tasks });
    const sets = [
      set("coco", true, ["object_detection"]),
      set("plain", false, []),
      set("digits", true, ["classification"]),
    ];
    const order = fittingFirst(sets, (entry) => servesTask(entry, "classification")).map(({ id }) => id);
    expect(order).toEqual(["plain", "digits", "coco"]);
  });
});
