import { describe, expect, it } from "vitest";
import type { Report } from "../../api/types";
import {
  besides,
  betweenCi95,
  differenceText,
  differenceTone,
  intervalText,
  metricText,
  ordered,
} from "./metricText";

const plain = (text: string) => text.replaceAll("\u00a0", " ");

describe("figures of a report", () => {
  it("tells shares in percent and the rest as it is", () => {
    expect(plain(metricText("accuracy@top1", { value: 0.98740554, unit: "" }))).toBe("98.74 %");
    expect(plain(metricText("psnr", { value: 31.2345, unit: "dB" }))).toBe("31.23 dB");
    expect(metricText("ssim", { value: 0.91234, unit: "" })).toBe("0.9123");
  });

  it("has intervals and differences in the unit of the figure", () => {
    expect(plain(intervalText("accuracy@top1", { unit: "", ci95: [0.97, 0.99] }))).toBe("± 1.00");
    expect(intervalText("x", { unit: "", ci95: null })).toBe("");
    expect(plain(differenceText("accuracy@top1", "", -0.005))).toBe("−0.50 pp");
    expect(plain(differenceText("psnr", "dB", 1.5))).toBe("+1.50 dB");
    expect(plain(differenceText("accuracy@top1", "", 0))).toBe("±0.00 pp");
  });

  it("calls a change better or worse only when it is sure", () => {
    expect(differenceTone("higher", 0.1, null)).toBe("good-text");
    expect(differenceTone("lower", 0.1, null)).toBe("bad-text");
    expect(differenceTone("higher", -0.1, [-0.2, 0.1])).toBe("dim");
    expect(differenceTone("higher", -0.1, [-0.2, -0.05])).toBe("bad-text");
    expect(differenceTone(null, 1, null)).toBe("dim");
  });

  it("is careful with two figures of different samples", () => {
    const figure = { ci95: [0.4, 0.6] };
    expect(betweenCi95(0.1, figure, figure)?.[0]).toBeCloseTo(0.1 - Math.SQRT2 / 10);
    expect(betweenCi95(0.1, figure, { ci95: null })).toBeNull();
  });

  it("puts the main one first", () => {
    const metrics = { a: {}, b: {}, c: {} } as unknown as Report["metrics"];
    expect(ordered({ metrics, primary: "c" }).map(([name]) => name)).toEqual(["c", "a", "b"]);
  });

  it("stands beside the parent's, else the one before", () => {
    const report = (id: string, created_at: string, more = {}) =>
      ({ id, created_at, kind: "annotations", task: "classification", dataset_id: "d", ...more }) as Report;
    const now = report("3", "2026-03-03");
    const own = [now, report("2", "2026-03-02"), report("1", "2026-03-01", { dataset_id: "e" })];
    expect(besides(now, own, undefined)?.report.id).toBe("2");
    expect(besides(now, own, [report("p", "2026-01-01")])).toMatchObject({
      of: "parent",
      report: { id: "p" },
    });
    expect(besides(now, [now], [report("p", "2026-01-01", { kind: "tensor_distance" })])).toBeNull();
    const part = report("p", "2026-01-01", { subset: { count: 8, seed: 0 } });
    expect(besides(now, [now], [part])).toBeNull();
  });
});
