/**
 * Graphs in the format of Google's Model Explorer, which opens such files as they are: a collection of graphs, each
 * with nodes that have a path of scopes, attributes, incoming edges and metadata of their ports. See `Graph` in
 * `graph_builder.py` and `input_graph.ts` of https://github.com/google-ai-edge/model-explorer.
 */
import { shapeText } from "../format/words";
import { scopesOf, separatorOf } from "./scopes";
import type { GraphDocument, GraphNode } from "./types";

export interface KeyValue {
  key: string;
  value: string;
}

export interface ExplorerNode {
  id: string;
  label: string;
  namespace: string;
  attrs: KeyValue[];
  incomingEdges: { sourceNodeId: string; sourceNodeOutputId: string; targetNodeInputId: string }[];
  inputsMetadata: { id: string; attrs: KeyValue[] }[];
  outputsMetadata: { id: string; attrs: KeyValue[] }[];
}

export interface ExplorerCollection {
  label: string;
  graphs: { id: string; nodes: ExplorerNode[] }[];
}

export function modelExplorer(label: string, documents: readonly GraphDocument[]): ExplorerCollection {
  return {
    label,
    graphs: documents.map((document) => {
      const separator = separatorOf(document);
      return {
        id: document.kind === "ir" ? "model" : "executed",
        nodes: document.nodes.map((node, index) =>
          explorerNode(node, index, separator, document.nodes.length),
        ),
      };
    }),
  };
}

function explorerNode(node: GraphNode, index: number, separator: "/" | ".", count: number): ExplorerNode {
  const constants = node.constants ?? [];
  const ports = inputPorts(node);
  return {
    // Names need not be unique, places are.
    id: String(index),
    label: node.type,
    namespace: scopesOf(node.name, separator).join("/"),
    attrs: attributes(node),
    incomingEdges: node.inputs.flatMap(([source = -1, output = 0], i) =>
      source >= 0 && source < count && source !== index
        ? [
            {
              sourceNodeId: String(source),
              sourceNodeOutputId: String(output),
              targetNodeInputId: String(ports[i]),
            },
          ]
        : [],
    ),
    inputsMetadata: constants.map((constant) => ({
      id: String(constant.port),
      attrs: [
        { key: "__tensor_tag", value: constant.name },
        { key: "constant", value: tensor(constant) },
      ],
    })),
    outputsMetadata: node.outputs.map((output, port) => ({
      id: String(port),
      attrs: [{ key: "tensor_shape", value: tensor(output) }],
    })),
  };
}

/** The inputs that are no constants, in their order: the ports that the constants leave. */
export function inputPorts(node: GraphNode): number[] {
  const taken = new Set((node.constants ?? []).map(({ port }) => port));
  const ports: number[] = [];
  for (let port = 0; ports.length < node.inputs.length; port++) if (!taken.has(port)) ports.push(port);
  return ports;
}

function tensor({ precision, shape }: { precision: string; shape: readonly (number | string)[] }): string {
  return `${precision} ${shapeText(shape as (number | string)[])}`;
}

function attributes(node: GraphNode): KeyValue[] {
  const found: KeyValue[] = [{ key: "name", value: node.name }];
  const add = (key: string, value: unknown) => {
    if (value !== null && value !== undefined && value !== "") found.push({ key, value: valueText(value) });
  };
  for (const [key, value] of Object.entries(node.attributes ?? {})) add(key, value);
  add("execution order", node.order);
  add("time, µs", node.time_us);
  add("share of the time", node.share);
  add("runtime precision", node.runtime_precision);
  add("primitive", node.primitive);
  add("status", node.status);
  if (node.originals?.length) add("originals", node.originals.join(", "));
  return found;
}

export function valueText(value: unknown): string {
  if (Array.isArray(value)) return value.map(valueText).join(", ");
  return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
}
