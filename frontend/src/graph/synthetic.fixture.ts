/** Graphs like those of transformers, of any size: blocks with residual connections, and hubs that all blocks read. */
import type { GraphDocument, GraphNode } from "./types";

const BLOCK: readonly (readonly [name: string, type: string, inputs: readonly (number | string)[]])[] = [
  ["ln1/mean", "ReduceMean", ["in"]],
  ["ln1/sub", "Subtract", ["in", 0]],
  ["ln1/square", "Power", [1]],
  ["ln1/variance", "ReduceMean", [2]],
  ["ln1/norm", "Divide", [1, 3]],
  ["ln1/scale", "Multiply", [4]],
  ["attn/q/matmul", "MatMul", [5]],
  ["attn/q/bias", "Add", [6]],
  ["attn/q/reshape", "Reshape", [7, "shape"]],
  ["attn/q/transpose", "Transpose", [8]],
  ["attn/k/matmul", "MatMul", [5]],
  ["attn/k/bias", "Add", [10]],
  ["attn/k/reshape", "Reshape", [11, "shape"]],
  ["attn/k/transpose", "Transpose", [12]],
  ["attn/v/matmul", "MatMul", [5]],
  ["attn/v/bias", "Add", [14]],
  ["attn/v/reshape", "Reshape", [15, "shape"]],
  ["attn/v/transpose", "Transpose", [16]],
  ["attn/scores", "MatMul", [9, 13]],
  ["attn/masked", "Add", [18, "mask"]],
  ["attn/softmax", "Softmax", [19]],
  ["attn/context", "MatMul", [20, 17]],
  ["attn/merge/transpose", "Transpose", [21]],
  ["attn/merge/reshape", "Reshape", [22, "shape"]],
  ["attn/out/matmul", "MatMul", [23]],
  ["attn/out/bias", "Add", [24]],
  ["add1", "Add", ["in", 25]],
  ["ln2/mean", "ReduceMean", [26]],
  ["ln2/sub", "Subtract", [26, 27]],
  ["ln2/square", "Power", [28]],
  ["ln2/variance", "ReduceMean", [29]],
  ["ln2/norm", "Divide", [28, 30]],
  ["ln2/scale", "Multiply", [31]],
  ["mlp/up/matmul", "MatMul", [32]],
  ["mlp/up/bias", "Add", [33]],
  ["mlp/gelu", "Gelu", [34]],
  ["mlp/down/matmul", "MatMul", [35]],
  ["mlp/down/bias", "Add", [36]],
  ["add2", "Add", [26, 37]],
];

export const BLOCK_SIZE = BLOCK.length;

/** At least `size` nodes: whole blocks, four nodes before and one after them. */
export function transformer(size: number, kind: "ir" | "runtime" = "ir"): GraphDocument {
  const nodes: GraphNode[] = [];
  const add = (name: string, type: string, inputs: number[]) => {
    const order = nodes.length;
    const slow = type === "MatMul" ? 80 + ((order * 37) % 400) : 1 + ((order * 13) % 30);
    nodes.push({
      name,
      type,
      inputs: inputs.map((source) => [source, 0]),
      outputs: [{ shape: [1, 128, 768], precision: "f32" }],
      constants:
        type === "MatMul" && inputs.length === 1
          ? [{ port: 1, name: `${name}/weight`, shape: [768, 768], precision: "f32", bytes: 2_359_296 }]
          : [],
      attributes: type === "MatMul" ? { transpose_a: false, transpose_b: true } : {},
      ...(kind === "runtime" && {
        order,
        time_us: slow,
        share: slow / (size * 60),
        runtime_precision: type === "MatMul" ? "bf16" : "f32",
        primitive: "jit_avx512_f32",
        status: "executed",
        originals: [name],
      }),
    });
    return order;
  };
  const ids = add("input_ids", "Parameter", []);
  const mask = add("attention_mask", "Parameter", []);
  const shape = add("embeddings/shape", "ShapeOf", [ids]);
  let last = add("embeddings/gather", "Gather", [ids]);
  for (let block = 0; nodes.length < size - 1; block++) {
    const base = nodes.length;
    const input = last;
    for (const [name, type, inputs] of BLOCK) {
      const sources = inputs.map((source) =>
        typeof source === "number"
          ? base + source
          : source === "in"
            ? input
            : source === "mask"
              ? mask
              : shape,
      );
      last = add(`encoder/layer.${block}/${name}`, type, sources);
    }
  }
  add("logits", "Result", [last]);
  return { kind, nodes };
}
