import { describe, expect, it } from "vitest";
import { infoOf } from "./info";
import { extended, secondsAgo } from "./loadHistory";

describe("infoOf", () => {
  it("reads what the probe told", () => {
    const info = infoOf({
      info: {
        openvino_version: "2026.4.1-20426-abc",
        cpu: { model: "EPYC", physical_cores: 2, flags: ["avx2", 3] },
        memory_bytes: 16e9,
      },
    });
    expect(info).toMatchObject({
      openvino: "2026.4.1",
      cpuModel: "EPYC",
      cores: 2,
      flags: ["avx2"],
      governor: null,
    });
  });

  it("knows nothing before the probe", () => {
    expect(infoOf({ info: null })).toMatchObject({ openvino: null, cores: null, flags: [] });
  });
});

describe("the history of a machine's load", () => {
  const at = (seconds: number) => new Date(Date.UTC(2026, 2, 9, 12, 0, seconds)).toISOString();
  const load = (seconds: number) => ({ at: at(seconds), cpu_percent: seconds, memory_used_bytes: 1 });

  it("grows by what is new", () => {
    const history = extended(extended([], load(0)), load(2));
    expect(history.map(({ cpu }) => cpu)).toEqual([0, 2]);
    expect(secondsAgo(history)).toEqual([-2, 0]);
  });

  it("is the same object when nothing is new", () => {
    const history = extended([], load(2));
    expect(extended(history, load(2))).toBe(history);
    expect(extended(history, { ...load(9), at: null })).toBe(history);
  });

  it("forgets what is older than five minutes", () => {
    expect(extended(extended([], load(0)), load(400))).toHaveLength(1);
  });
});
