import { describe, expect, it } from "vitest";
import type { Ceilings, Device } from "../../api/types";
import { ceilingRows, precisionsOf, ridge } from "./ceilings";

const cpu: Ceilings = {
  device: "CPU",
  measured_at: "2026-03-09T12:00:00Z",
  memory_gbps: 20,
  compute_gflops: { i8: 400, f32: 100, odd: 1, bf16: 200 },
  notes: [],
};
const device = (name: string) => ({ name }) as Device;

describe("ceilings", () => {
  it("have their precisions from wide to narrow", () => {
    expect(precisionsOf([cpu])).toEqual(["f32", "bf16", "i8", "odd"]);
    expect(precisionsOf([])).toEqual([]);
  });

  it("have a row for every device, measured or gone", () => {
    const rows = ceilingRows({
      devices: [device("NPU"), device("CPU")],
      ceilings: [cpu, { ...cpu, device: "GPU.0" }],
    });
    expect(rows.map(({ device: name, ceilings }) => [name, ceilings !== null])).toEqual([
      ["NPU", false],
      ["CPU", true],
      ["GPU.0", true],
    ]);
  });

  it("turn from memory to compute at compute over bandwidth", () => {
    expect(ridge(cpu, "f32")).toBe(5);
    expect(ridge(cpu, "f16")).toBeNull();
    expect(ridge({ ...cpu, memory_gbps: 0 }, "f32")).toBeNull();
  });
});
