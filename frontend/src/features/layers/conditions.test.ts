import { describe, expect, it } from "vitest";
import type { Layer } from "../../api/types";
import { conditionText, fits, MEASURES, parseCondition, written } from "./conditions";

const layer: Layer = {
  order: 3,
  name: "conv",
  type: "Convolution",
  runtime_precision: "i8",
  time_us: 250,
  share: 0.05,
  status: "executed",
  originals: [{ name: "a" }, { name: "b" }],
  flop: 25_000_000,
  bytes: 400_000,
  weight_bytes: 100_000,
  gflops: 100,
  gbps: 1.6,
  intensity: 62.5,
  roof_share: 0.4,
  bound: "compute",
};
const holds = (text: string, of = layer) => {
  const condition = parseCondition(text);
  if (!condition) throw new Error(`${text} is not understood`);
  return fits(of, condition);
};

describe("conditions", () => {
  it.each(["time>20", "gflops<5.5", "share:1..10", "flop>1e+30", "order<-1"])(
    "%s is written as it was read",
    (text) => {
      const condition = parseCondition(text);
      expect(condition && written(condition)).toBe(text);
    },
  );

  it.each(["", "time", "time>", "time>x", "weight>3", "time=3", "share:1..", "time>1>2"])(
    "%s is none",
    (text) => {
      expect(parseCondition(text)).toBeNull();
    },
  );

  it("puts the ends of a range in order", () => {
    expect(parseCondition("time:9..2")).toMatchObject({ low: 2, high: 9 });
  });

  it("count in the units of the table", () => {
    const values = Object.fromEntries(MEASURES.map(({ id, value }) => [id, value(layer)]));
    expect(values).toEqual({
      order: 3,
      time: 250,
      share: 5,
      flop: 25,
      bytes: 400,
      weights: 100,
      gflops: 100,
      gbps: 1.6,
      intensity: 62.5,
      roof: 40,
      originals: 2,
    });
  });

  it("are strict but for ranges", () => {
    expect(holds("time>250")).toBe(false);
    expect(holds("time>249.9")).toBe(true);
    expect(holds("time<250")).toBe(false);
    expect(holds("time:250..300")).toBe(true);
    expect(holds("time:200..250")).toBe(true);
    expect(holds("share:6..10")).toBe(false);
  });

  it("are never held by what was not measured", () => {
    const unknown = { ...layer, time_us: null, gflops: null, roof_share: undefined };
    for (const text of ["time<1", "gflops<1", "roof<1", "time:0..9"])
      expect(holds(text, unknown)).toBe(false);
  });

  it("read as sentences", () => {
    const text = (written: string) => {
      const condition = parseCondition(written);
      return condition && conditionText(condition);
    };
    expect(text("share:1..10")).toBe("share 1 to 10 %");
    expect(text("gflops<5")).toBe("< 5 GFLOP/s");
  });
});
