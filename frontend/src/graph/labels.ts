/** What stands on a box. */
import { count, counted, percent } from "../format/number";
import { microseconds } from "../format/time";
import { shapeText } from "../format/words";
import type { Facts } from "./facts";
import type { Grouping } from "./groups";
import type { GraphDocument, GraphNode } from "./types";
import { NODE, type View } from "./view";

export interface Label {
  head: string;
  right: string;
  sub: string;
  subRight: string;
}

export interface Labelled {
  document: GraphDocument;
  view: View;
  grouping: Grouping;
  facts: Facts;
  sums: { time: Float64Array; nodes: Int32Array };
}

export function label({ document, view, grouping, facts, sums }: Labelled, box: number): Label {
  const ref = view.ref[box] as number;
  if (view.kind[box] === NODE) {
    const node = document.nodes[ref] as GraphNode;
    const shape = node.outputs[0]
      ? shapeText(node.outputs[0].shape as (number | string)[]).replaceAll(" ", "")
      : "";
    return document.kind === "runtime"
      ? { head: node.type, right: timeText(node), sub: node.name, subRight: node.runtime_precision ?? "" }
      : { head: node.type, right: shape, sub: node.name, subRight: "" };
  }
  const group = grouping.groups[ref];
  const time = sums.time[box] as number;
  const nodes = sums.nodes[box] as number;
  const measured = facts.total > 0 && time > 0;
  return {
    head: group?.label ?? "",
    right: group?.copies ? `× ${count(group.copies)}` : measured ? microseconds(time) : "",
    sub: counted(nodes, document.kind === "runtime" ? "layer" : "node"),
    subRight: measured
      ? `${group?.copies ? `${microseconds(time)} · ` : ""}${percent(time / facts.total)}`
      : "",
  };
}

function timeText(node: GraphNode): string {
  if (typeof node.time_us === "number" && node.time_us > 0) return microseconds(node.time_us);
  return node.status === "below_resolution" ? "< 1 µs" : "";
}

/** Said of the box that the keyboard is at. */
export function sentence(shown: Labelled, box: number): string {
  const { document, view, grouping, facts, sums } = shown;
  const ref = view.ref[box] as number;
  const edges = `${counted(degree(view.edges.producers.offsets, box), "input")}, ${counted(degree(view.edges.consumers.offsets, box), "consumer")}`;
  if (view.kind[box] !== NODE) {
    const group = grouping.groups[ref];
    const copies = group?.copies ? `, ${group.copies} times the same block` : "";
    const time = facts.total > 0 ? `, ${percent((sums.time[box] as number) / facts.total)} of the time` : "";
    return `Group ${group?.label}${copies}, ${counted(sums.nodes[box] as number, "node")}${time}, ${edges}. Enter opens it.`;
  }
  const node = document.nodes[ref] as GraphNode;
  const time = facts.time[ref] as number;
  const spent =
    time > 0 ? `, ${microseconds(time)}${document.kind === "ir" ? " in its executed layer" : ""}` : "";
  return `${node.type} ${node.name}${spent}, ${edges}.`;
}

function degree(offsets: Int32Array, box: number): number {
  return (offsets[box + 1] as number) - (offsets[box] as number);
}

/** As much of a text as fits, with … in place of the rest; of names the end tells more than the beginning. */
export function fitted(
  text: string,
  width: number,
  measure: (text: string) => number,
  keep: "start" | "end" = "start",
): string {
  // Nobody reads further, and measuring a megabyte takes its time.
  const whole = text.length > 200 ? (keep === "start" ? text.slice(0, 200) : text.slice(-200)) : text;
  if (whole === text && measure(whole) <= width) return whole;
  let [low, high] = [0, whole.length];
  const part = (length: number) =>
    keep === "start" ? `${whole.slice(0, length)}…` : `…${whole.slice(whole.length - length)}`;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (measure(part(middle)) <= width) low = middle;
    else high = middle - 1;
  }
  return low === 0 ? "…" : part(low);
}
