/** A model's graph as the server tells it; structurally the same as the API's `Graph`. Names are hostile text. */

export interface GraphOutput {
  shape: readonly (number | string)[];
  precision: string;
}

/** A constant that was folded into its consumer. */
export interface GraphConstant {
  /** The input of the consumer that it feeds. */
  port: number;
  name: string;
  shape: readonly (number | string)[];
  precision: string;
  bytes: number;
}

export interface GraphNode {
  name: string;
  type: string;
  /** [place of the producer in `nodes`, its output], constants left out. */
  inputs: readonly (readonly number[])[];
  outputs: readonly GraphOutput[];
  constants?: readonly GraphConstant[] | null;
  attributes?: Readonly<Record<string, unknown>> | null;
  // Of runtime graphs only:
  order?: number | null;
  time_us?: number | null;
  share?: number | null;
  runtime_precision?: string | null;
  primitive?: string | null;
  status?: string | null;
  /** Names of the IR nodes that it was fused from. */
  originals?: readonly string[] | null;
}

export interface GraphDocument {
  kind: "ir" | "runtime";
  /** In topological order. */
  nodes: readonly GraphNode[];
}

export const COLOR_MODES = ["none", "type", "time", "runtime_precision", "output_precision"] as const;
export type ColorMode = (typeof COLOR_MODES)[number];

export const COLLAPSE_MODES = ["none", "scopes", "repeats"] as const;
export type CollapseMode = (typeof COLLAPSE_MODES)[number];
