import { describe, expect, it } from "vitest";
import type { Configuration } from "../../api/types";
import { cppSnippet, properties, pythonSnippet, servedName, serverSnippet, type Tuned } from "./snippets";

const tuned = (configuration: Partial<Configuration>, more: Partial<Tuned> = {}): Tuned => ({
  device: "CPU",
  configuration: { hint: "none", api: "async", ...configuration },
  name: "resnet50",
  input: "data",
  ...more,
});

describe("properties", () => {
  it("are those that the benchmark sets", () => {
    const { configuration } = tuned({ streams: 2, threads: 4, precision: "bf16", requests: 3 });
    expect(properties(configuration)).toEqual([
      ["PERFORMANCE_HINT_NUM_REQUESTS", 3],
      ["NUM_STREAMS", 2],
      ["INFERENCE_NUM_THREADS", 4],
      ["INFERENCE_PRECISION_HINT", "bf16"],
    ]);
    expect(properties(tuned({ hint: "throughput", requests: 3 }).configuration)).toEqual([
      ["PERFORMANCE_HINT", "THROUGHPUT"],
      ["PERFORMANCE_HINT_NUM_REQUESTS", 3],
    ]);
  });
});

describe("pythonSnippet", () => {
  it("has the tuned parameters", () => {
    const text = pythonSnippet(tuned({ streams: 2, batch: 4, requests: 3 }));
    expect(text).toContain(
      'core.compile_model(model, "CPU", {\n    "PERFORMANCE_HINT_NUM_REQUESTS": 3,\n    "NUM_STREAMS": 2,\n})',
    );
    expect(text).toContain("shape[0] = 4");
    expect(text).toContain("AsyncInferQueue(compiled, 3)");
  });

  it("waits for each request where the configuration does", () => {
    const text = pythonSnippet(tuned({ api: "sync" }));
    expect(text).toContain("request.infer(");
    expect(text).not.toContain("AsyncInferQueue");
    expect(text).toContain('core.compile_model(model, "CPU")\n');
  });
});

describe("cppSnippet", () => {
  it("has the tuned parameters", () => {
    const text = cppSnippet(tuned({ hint: "throughput", threads: 4, precision: "f16" }));
    expect(text).toContain("ov::hint::PerformanceMode::THROUGHPUT");
    expect(text).toContain("ov::inference_num_threads(4)");
    expect(text).toContain("ov::hint::inference_precision(ov::element::f16)");
    expect(text).toContain("ov::optimal_number_of_infer_requests");
  });
});

describe("serverSnippet", () => {
  it("names the model, the device and the configuration", () => {
    const text = serverSnippet(tuned({ streams: 2, requests: 3 }, { device: "GPU" }));
    expect(text).toContain("curl http://localhost:8000/v2/models/resnet50/ready");
    expect(text).toContain("openvino/model_server:latest-gpu");
    const json = text
      .split("\n")
      .filter((line) => line.startsWith("#   "))
      .map((line) => line.slice(4))
      .join("\n");
    expect(JSON.parse(json).model_config_list[0].config).toEqual({
      name: "resnet50",
      base_path: "/workspace/models/resnet50",
      target_device: "GPU",
      nireq: 3,
      plugin_config: { PERFORMANCE_HINT_NUM_REQUESTS: "3", NUM_STREAMS: "2" },
    });
  });

  it("keeps names from users in their comment", () => {
    const text = serverSnippet(tuned({}, { input: "data\nrm -rf /\u2028x" }));
    expect(text.split("\n").every((line) => !line.startsWith("rm"))).toBe(true);
    expect(text).not.toContain("\u2028");
  });
});

describe("servedName", () => {
  it.each([
    ["resnet50-v1-12", "resnet50-v1-12"],
    ["yolox_nano INT8", "yolox_nano_INT8"],
    ["..größe (2)", "gr_e_2"],
    ["漢字", "export"],
    [`a${"b".repeat(80)}`, `a${"b".repeat(59)}`],
  ])("makes of %s %s", (name, made) => {
    expect(servedName(name)).toBe(made);
  });
});
