/** Programs that run the model as it was tuned, short enough to be pasted into another one. */
import type { Configuration } from "../../api/types";

export interface Tuned {
  device: string;
  configuration: Configuration;
  /** Of the model in a repository of the Model Server. */
  name: string;
  /** The first input, as the Model Server is asked for it. */
  input: string;
}

/** Strings of Python, C++ and JSON that come from elsewhere: JSON's are strings of all three. */
const quoted = (text: string) => JSON.stringify(text);

/** Properties of OpenVINO by their names, as the benchmark sets them. */
export function properties({
  hint,
  streams,
  threads,
  precision,
  requests,
}: Configuration): [string, string | number][] {
  const found: [string, string | number | null | undefined][] = [
    ["PERFORMANCE_HINT", hint === "none" ? null : hint.toUpperCase()],
    ["PERFORMANCE_HINT_NUM_REQUESTS", requests],
    ["NUM_STREAMS", streams],
    ["INFERENCE_NUM_THREADS", threads],
    ["INFERENCE_PRECISION_HINT", precision],
  ];
  return found.flatMap(([name, value]) => (value === null || value === undefined ? [] : [[name, value]]));
}

export function pythonSnippet({ device, configuration }: Tuned): string {
  const { api, batch, requests } = configuration;
  const own = properties(configuration);
  const settings = own.map(
    ([name, value]) => `    ${quoted(name)}: ${typeof value === "number" ? value : quoted(value)},`,
  );
  const head = [
    "import numpy as np",
    "import openvino as ov",
    "",
    "core = ov.Core()",
    'model = core.read_model("model/model.xml")',
    ...(batch && batch > 1
      ? ["shape = model.input(0).get_partial_shape()", `shape[0] = ${batch}`, "model.reshape(shape)"]
      : []),
    own.length > 0
      ? [`compiled = core.compile_model(model, ${quoted(device)}, {`, ...settings, "})"].join("\n")
      : `compiled = core.compile_model(model, ${quoted(device)})`,
    "",
    "port = compiled.input(0)",
    "# Your pictures, prepared as config.json of the package says.",
    "pictures = [np.zeros(port.shape, port.element_type.to_dtype()) for _ in range(8)]",
    "",
  ];
  const loop =
    api === "sync"
      ? [
          "request = compiled.create_infer_request()",
          "for number, picture in enumerate(pictures):",
          "    outputs = request.infer({0: picture})",
          "    print(number, outputs[0].shape)",
        ]
      : [
          "def done(request, number):",
          "    print(number, request.get_output_tensor(0).data.shape)",
          "",
          "",
          `queue = ov.AsyncInferQueue(compiled${requests ? `, ${requests}` : ""})${requests ? "" : "  # as many requests as the device asks for"}`,
          "queue.set_callback(done)",
          "for number, picture in enumerate(pictures):",
          "    queue.start_async({0: picture}, number)",
          "queue.wait_all()",
        ];
  return `${[...head, ...(api === "sync" ? [] : [""]), ...loop].join("\n")}\n`;
}

const MODES: Record<string, string> = {
  latency: "LATENCY",
  throughput: "THROUGHPUT",
  cumulative_throughput: "CUMULATIVE_THROUGHPUT",
};

export function cppSnippet({ device, configuration }: Tuned): string {
  const { api, batch, hint, precision, requests, streams, threads } = configuration;
  const settings = [
    MODES[hint] && `ov::hint::performance_mode(ov::hint::PerformanceMode::${MODES[hint]})`,
    requests && `ov::hint::num_requests(${requests})`,
    streams && `ov::num_streams(${streams})`,
    threads && `ov::inference_num_threads(${threads})`,
    precision && `ov::hint::inference_precision(ov::element::${precision})`,
  ].filter(Boolean);
  const compile = arguments_(["model", quoted(device), ...settings.map(String)]);
  const many =
    api === "sync"
      ? "1"
      : requests
        ? String(requests)
        : "compiled.get_property(ov::optimal_number_of_infer_requests)";
  const lines = [
    "#include <openvino/openvino.hpp>",
    "",
    "#include <iostream>",
    "#include <vector>",
    "",
    "int main() {",
    "    ov::Core core;",
    '    auto model = core.read_model("model/model.xml");',
    ...(batch && batch > 1
      ? [
          "    auto shape = model->input(0).get_partial_shape();",
          `    shape[0] = ${batch};`,
          "    model->reshape(shape);",
        ]
      : []),
    `    auto compiled = core.compile_model(${compile});`,
    "",
    `    const size_t count = ${many};`,
    "    std::vector<ov::InferRequest> requests;",
    "    for (size_t number = 0; number < count; ++number) requests.push_back(compiled.create_infer_request());",
    "",
    "    const size_t pictures = 8;",
    "    for (size_t number = 0; number < pictures + count; ++number) {",
    "        auto& request = requests[number % count];",
    "        if (number >= count) {",
    "            request.wait();",
    "            std::cout << number - count << ' ' << request.get_output_tensor(0).get_shape() << std::endl;",
    "        }",
    "        if (number < pictures) {",
    "            // Write your picture into request.get_input_tensor(0), prepared as config.json of the package says.",
    "            request.start_async();",
    "        }",
    "    }",
    "}",
  ];
  return `${lines.join("\n")}\n`;
}

/** In one line where they fit, else each in a line of its own. */
function arguments_(all: readonly string[]): string {
  const line = all.join(", ");
  return line.length <= 60 ? line : `\n        ${all.join(",\n        ")}`;
}

/** How the package is served, and asked by KServe's protocol. */
export function serverSnippet({ device, configuration, name, input }: Tuned): string {
  const config = {
    model_config_list: [
      {
        config: {
          name,
          base_path: `/workspace/models/${name}`,
          target_device: device,
          ...(configuration.requests ? { nireq: configuration.requests } : {}),
          plugin_config: Object.fromEntries(
            properties(configuration).map(([key, value]) => [key, String(value)]),
          ),
        },
      },
    ],
  };
  const gpu = device.includes("GPU");
  const at = `http://localhost:8000/v2/models/${name}`;
  return [
    "# In the unpacked package; config.json has the tuned configuration:",
    ...JSON.stringify(config, null, 2)
      .split("\n")
      .map((line) => `#   ${line}`),
    `docker run --rm -p 9000:9000 -p 8000:8000 -v "$PWD:/workspace:ro" ${gpu ? "--device /dev/dri " : ""}openvino/model_server:${gpu ? "latest-gpu" : "latest"} \\`,
    "    --config_path /workspace/config.json --port 9000 --rest_port 8000",
    "",
    "# Whether it is ready, and what it takes:",
    `curl ${at}/ready`,
    `curl ${at}`,
    "",
    `# request.json: {"inputs": [{"name": ${shellFree(input)}, "shape": [...], "datatype": "...", "data": [...]}]}`,
    `curl -X POST ${at}/infer -H 'Content-Type: application/json' -d @request.json`,
    "",
  ].join("\n");
}

/** A name stands in a comment of a shell: it must stay on its line. */
const shellFree = (text: string) => quoted(text.replace(/[\p{Cc}\u2028\u2029]+/gu, " "));

/** What the server makes of a name for files and addresses. */
export function servedName(name: string): string {
  const plain = name
    .replace(/[^A-Za-z0-9._-]+/g, "_")
    .replace(/^[._-]+/, "")
    .slice(0, 60)
    .replace(/[._-]+$/, "");
  return plain || "export";
}
