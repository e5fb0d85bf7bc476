import { describe, expect, it } from "vitest";
import { withIgnored } from "./drafts";
import {
  calibrationProblem,
  calibrationSize,
  compressProblem,
  compressWanted,
  emptyCalibration,
  emptyCompress,
  emptyQuantize,
  estimateS,
  metricIsShare,
  needsData,
  patternProblem,
  quantizeProblem,
  quantizeWanted,
} from "./makeForm";
import { found, layerOf, typesOf } from "./operations";

const project = {
  state: "ready" as const,
  missing: [],
  dataset: { id: "d", name: "digits", count: 400, format: null, unit: "image" } as never,
  best: { latency_median_ms: 10 } as never,
};
const known = {
  project,
  model: { precision: "FP16", name: "net" },
  dataset: { annotated: true, count: 400 },
  available: 400,
};

describe("calibration", () => {
  const form = emptyCalibration();

  it("usually takes 300, and half of a small dataset", () => {
    expect(calibrationSize(form, 5000)).toBe(300);
    expect(calibrationSize(form, 400)).toBe(200);
    expect(calibrationSize(form, 1)).toBe(1);
  });

  it("rounds a share up as the server does", () => {
    expect(calibrationSize({ ...form, size: "percent", percent: 7 }, 100)).toBe(7);
    expect(calibrationSize({ ...form, size: "percent", percent: 0.1 }, 100)).toBe(1);
    expect(calibrationSize({ ...form, size: "percent", percent: 10 }, 401)).toBe(41);
  });

  it("is refused where there are not enough samples, or none is left to judge by", () => {
    const all = { ...form, size: "samples" as const, samples: 400 };
    expect(calibrationProblem({ ...all, samples: 401 }, 400, false)).toMatch(/has 400 samples/);
    expect(calibrationProblem(all, 400, true)).toMatch(/None would be left/);
    expect(calibrationProblem(all, 400, false)).toBeNull();
    expect(calibrationProblem({ ...all, samples: "" }, 400, true)).toMatch(/how many/);
    expect(calibrationProblem({ ...form, size: "percent", percent: 101 }, 400, true)).toMatch(/100 %/);
    expect(calibrationProblem(form, null, true)).toBeNull();
  });
});

describe("quantising", () => {
  it("asks for the server's own defaults when nothing is changed", () => {
    const wanted = quantizeWanted(emptyQuantize(), true);
    expect(wanted).toMatchObject({
      name: null,
      calibration: { dataset: null, samples: null, percent: null, seed: 0 },
      preset: "performance",
      target_device: "auto",
      smooth_quant: null,
      smooth_quant_alpha: null,
      ignored: { names: [], patterns: [], types: [] },
      accuracy: null,
      measure: { benchmark: true, budget_s: 20, layers: true, accuracy: true, samples: null },
    });
  });

  it("sends percent points of a share as such, and other units as they are", () => {
    const form = { ...emptyQuantize(), control: true, maxDrop: 0.7 };
    expect(quantizeWanted(form, true).accuracy?.max_drop).toBe(0.007);
    expect(quantizeWanted(form, false).accuracy?.max_drop).toBe(0.7);
    expect(quantizeWanted({ ...form, dropType: "relative" }, false).accuracy?.max_drop).toBe(0.007);
  });

  it("knows the unit by a report, and before there is one by the task", () => {
    const report = {
      primary: "psnr",
      metrics: { psnr: { unit: "dB" }, ssim: { unit: "" }, recall: { unit: "" } },
    } as never;
    expect(metricIsShare(report, "", "super_resolution")).toBe(false);
    expect(metricIsShare(report, "recall", null)).toBe(true);
    expect(metricIsShare(undefined, "", "super_resolution")).toBe(false);
    expect(metricIsShare(undefined, "", "classification")).toBe(true);
  });

  it("takes one expression from each line", () => {
    const form = emptyQuantize();
    form.ignored.patterns = " .*head.* \n\n/stem/.*";
    expect(quantizeWanted(form, true).ignored.patterns).toEqual([".*head.*", "/stem/.*"]);
    expect(patternProblem("(open")).toMatch(/no regular expression/);
    expect(patternProblem("(?P<name>conv).*\n(?i)head")).toBeNull();
  });

  it("says what speaks against it", () => {
    const form = emptyQuantize();
    expect(quantizeProblem(form, known)).toBeNull();
    expect(quantizeProblem(form, { ...known, model: { precision: "INT8", name: "net" } })).toMatch(
      /INT8 already/,
    );
    const gone = { ...project, state: "archived" as const, missing: ["model"] as never };
    expect(quantizeProblem(form, { ...known, project: gone })).toMatch(/model of this project is gone/);
    const bare = { ...known, dataset: { annotated: false, count: 400 } };
    expect(quantizeProblem({ ...form, control: true }, bare)).toMatch(/no annotations/);
    expect(quantizeProblem(form, bare)).toBeNull();
    expect(quantizeProblem({ ...form, control: true, maxDrop: "" }, known)).toMatch(/how far/);
    expect(quantizeProblem({ ...form, alpha: 1.5 }, known)).toMatch(/0 to 1/);
    expect(quantizeProblem({ ...form, name: "/x" }, known)).toMatch(/letter or digit/);
  });

  it("adds operations to leave out once", () => {
    const once = withIgnored(emptyQuantize(), ["a", "b"]);
    expect(withIgnored(once, ["b", "c"]).ignored.names).toEqual(["a", "b", "c"]);
  });
});

describe("compressing", () => {
  it("sends what is for INT4 only with INT4", () => {
    const form = { ...emptyCompress(), groupSize: 64, ratio: 80, allLayers: true, awq: true };
    expect(compressWanted(form)).toMatchObject({
      group_size: null,
      ratio: null,
      all_layers: false,
      awq: false,
      calibration: null,
    });
    expect(compressWanted({ ...form, mode: "int4_sym" })).toMatchObject({
      group_size: 64,
      ratio: 0.8,
      awq: true,
    });
  });

  it("takes samples where the method needs them", () => {
    const form = { ...emptyCompress(), mode: "int4_asym" as const };
    expect(needsData(form)).toBe(false);
    expect(needsData({ ...form, metric: "weight_quantization_error" })).toBe(false);
    expect(needsData({ ...form, metric: "hessian_input_activation" })).toBe(true);
    expect(compressWanted({ ...form, scale: true }).calibration).not.toBeNull();
  });

  it("says what speaks against it", () => {
    expect(compressProblem(emptyCompress(), known)).toBeNull();
    expect(compressProblem({ ...emptyCompress(), mode: "fp16" }, known)).toMatch(/FP16 already/);
    expect(compressProblem({ ...emptyCompress(), mode: "int4_sym", groupSize: 0 }, known)).toMatch(
      /whole row/,
    );
    expect(compressProblem({ ...emptyCompress(), mode: "int4_sym", ratio: 120 }, known)).toMatch(/100 %/);
  });
});

describe("the estimate", () => {
  it("is the server's: starting, calibration, measuring in turn, reports of the others", () => {
    const { measure } = emptyQuantize();
    // 15 + 200 · 10 ms · 4 + 20 + 15 + 5 + 2 · (5 + 200 · 10 ms)
    expect(estimateS(measure, 200, project)).toBeCloseTo(15 + 8 + 40 + 14, 9);
    expect(estimateS({ ...measure, benchmark: false, accuracy: false }, 0, project)).toBe(15);
  });
});

describe("operations", () => {
  const all = [
    { name: "/head/conv_1", type: "Convolution" },
    { name: "/head/add", type: "Add" },
    { name: "/stem/conv_2", type: "Convolution" },
    { name: "weights", type: "Constant" },
  ];

  it("are found by all words, and never constants", () => {
    expect(found(all, "").map(({ name }) => name)).toEqual(["/head/conv_1", "/head/add", "/stem/conv_2"]);
    expect(found(all, "CONV head").map(({ name }) => name)).toEqual(["/head/conv_1"]);
  });

  it("are counted by type", () => {
    expect(typesOf(all)).toEqual([
      { value: "Convolution", count: 2 },
      { value: "Add", count: 1 },
    ]);
  });

  it("lead to the layer that they went into", () => {
    const layers = {
      layers: [
        { order: 4, originals: [{ name: "/head/conv_1" }, { name: "/head/add" }] },
        { order: 7, originals: [{ name: "/stem/conv_2" }] },
      ],
    } as never;
    expect(layerOf(layers, ["/head/add"])).toBe(4);
    expect(layerOf(layers, ["gone"])).toBeNull();
    expect(layerOf(undefined, ["/head/add"])).toBeNull();
  });
});
