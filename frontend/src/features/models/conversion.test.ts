import { describe, expect, it } from "vitest";
import { conversionLines } from "./conversion";

const told = (conversion: Record<string, unknown> | null) =>
  conversionLines(conversion).map(({ name, text }) => `${name} = ${text}`);

describe("conversionLines", () => {
  it("tells how a model was quantised, and not what was asked for", () => {
    expect(
      told({
        method: "int8",
        options: { preset: "performance", name: null },
        resolved: {
          preset: "performance",
          smooth_quant: null,
          fast_bias_correction: true,
          ignored: { names: ["a", "b"], patterns: [], types: ["Add"] },
          samples: 60,
          seed: 0,
        },
        quantized: { Convolution: 83, Add: 7 },
        calibration: { dataset_id: "x", dataset: "coco", samples: 60, seed: 3, same_dataset: true },
        control: null,
        nncf: "3.4.0",
        openvino: "2026.4.1",
        reading: { task: "object_detection" },
      }),
    ).toEqual([
      "method = int8",
      "quantized = 83 Convolution, 7 Add",
      "calibration = 60 samples of coco, seed 3",
      "nncf = 3.4.0",
      "preset = performance",
      "fast bias correction = true",
      "ignored = names: a, b; types: Add",
    ]);
  });

  it("has the arguments of an import", () => {
    expect(told({ openvino: "1", seconds: 2, arguments: { compress_to_fp16: true, input: null } })).toEqual([
      "compress to fp16 = true",
    ]);
  });

  it("takes whatever is there", () => {
    expect(told(null)).toEqual([]);
    expect(
      told({ folded_preprocessing: { mean: [1.5, 2], input: { type: "u8" } }, calibration: "none" }),
    ).toEqual(["folded preprocessing = mean: 1.500, 2; input: (type: u8)", "calibration = none"]);
  });
});
