/** What is known of each node for colours and sums. A node of the model has what the layer has that it runs in. */
import type { Links } from "./links";
import type { GraphDocument } from "./types";

export interface Facts {
  /** Microseconds of the layer; NaN where none was measured. */
  time: Float64Array;
  /** The node's part of it, so that sums over nodes of the model do not count a fused layer twice. */
  part: Float64Array;
  runtimePrecision: readonly (string | null)[];
  outputPrecision: readonly (string | null)[];
  /** Of all layers together. */
  total: number;
}

export function facts(
  document: GraphDocument,
  runtime: GraphDocument | undefined,
  { originals, layers }: Links,
): Facts {
  const count = document.nodes.length;
  const time = new Float64Array(count).fill(Number.NaN);
  const part = new Float64Array(count);
  const runtimePrecision: (string | null)[] = [];
  let total = 0;
  for (const layer of runtime?.nodes ?? []) total += layer.time_us ?? 0;
  document.nodes.forEach((node, index) => {
    if (document.kind === "runtime") {
      time[index] = node.time_us ?? Number.NaN;
      part[index] = node.time_us ?? 0;
      runtimePrecision.push(node.runtime_precision ?? null);
      return;
    }
    const found = layers[index] ?? [];
    const slowest = runtime?.nodes[found[0] ?? -1];
    time[index] = slowest?.time_us ?? Number.NaN;
    runtimePrecision.push(slowest?.runtime_precision ?? null);
    for (const layer of found) {
      part[index] =
        (part[index] as number) + (runtime?.nodes[layer]?.time_us ?? 0) / (originals[layer]?.length || 1);
    }
  });
  return {
    time,
    part,
    runtimePrecision,
    outputPrecision: document.nodes.map((node) => node.outputs[0]?.precision ?? null),
    total,
  };
}

/** Over the nodes that each box shows: their parts of the time, and how many they are. */
export function boxSums(boxOf: Int32Array, count: number, part: Float64Array) {
  const time = new Float64Array(count);
  const nodes = new Int32Array(count);
  boxOf.forEach((box, node) => {
    time[box] = (time[box] as number) + (part[node] as number);
    nodes[box] = (nodes[box] as number) + 1;
  });
  return { time, nodes };
}
