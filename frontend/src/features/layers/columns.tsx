import type { ReactNode } from "react";
import type { Layer } from "../../api/types";
import { Chip } from "../../components/Chip";
import type { CsvValue } from "../../format/csv";
import { bytesText, decimal, joined, known, MISSING, NBSP, percent, scaled } from "../../format/number";
import { microseconds } from "../../format/time";
import { LAYER_STATUS, shapeText } from "../../format/words";

export interface LayerColumn {
  id: string;
  label: string;
  explain?: string;
  numeric?: boolean;
  /** Pixels; the layer's name takes what is left. */
  width?: number;
  /** Undefined sorts last. */
  sort: (layer: Layer) => string | number | undefined;
  csv: (layer: Layer) => CsvValue;
  cell: (layer: Layer, widestShare: number) => ReactNode;
  /** Shown unless it was chosen away; others only when chosen. */
  usual: boolean;
}

export function layerTime(layer: Pick<Layer, "status" | "time_us">): string {
  if (layer.status === "below_resolution") return `<${NBSP}1${NBSP}µs`;
  if (layer.status === "not_executed") return "not executed";
  return microseconds(layer.time_us);
}

function portShape(port: Record<string, unknown> | undefined): string {
  const shape = port?.shape;
  return Array.isArray(shape)
    ? shapeText(shape as (number | string)[])
    : typeof shape === "string"
      ? shape
      : MISSING;
}

function rate(value: number | null | undefined): ReactNode {
  return known(value) ? decimal(value, 3) : <span className="faint">{MISSING}</span>;
}

/** "i8 → bf16", or null for a layer that does more than convert. */
export function convertsText(layer: Pick<Layer, "converts">): string | null {
  return layer.converts ? `${layer.converts.from} → ${layer.converts.to}` : null;
}

export const LAYER_COLUMNS: LayerColumn[] = [
  {
    id: "order",
    label: "#",
    explain: "The place in the order of execution.",
    numeric: true,
    width: 48,
    sort: (layer) => layer.order,
    csv: (layer) => layer.order,
    cell: (layer) => layer.order,
    usual: true,
  },
  {
    id: "name",
    label: "Layer",
    sort: (layer) => layer.name,
    csv: (layer) => layer.name,
    cell: (layer) => layer.name,
    usual: true,
  },
  {
    id: "type",
    label: "Type",
    width: 108,
    sort: (layer) => layer.type,
    csv: (layer) => layer.type,
    cell: (layer) => layer.type,
    usual: true,
  },
  {
    id: "primitive",
    label: "Primitive",
    explain: "The kernel that the device chose.",
    width: 124,
    sort: (layer) => layer.primitive ?? undefined,
    csv: (layer) => layer.primitive,
    cell: (layer) => <span title={layer.primitive ?? undefined}>{layer.primitive ?? MISSING}</span>,
    usual: true,
  },
  {
    id: "precision",
    label: "Runs in",
    explain: "The precision that this layer was executed in.",
    width: 70,
    sort: (layer) => layer.runtime_precision ?? undefined,
    csv: (layer) => layer.runtime_precision,
    cell: (layer) => (layer.runtime_precision ? <Chip>{layer.runtime_precision}</Chip> : MISSING),
    usual: true,
  },
  {
    id: "time",
    label: "Time",
    explain: "Average of one inference in the instrumented run. The device counts whole microseconds.",
    numeric: true,
    width: 82,
    // Below the resolution is less than anything that could be measured, but more than not at all.
    sort: (layer) => layer.time_us ?? (layer.status === "below_resolution" ? 0 : undefined),
    csv: (layer) => layer.time_us,
    cell: (layer) => (
      <span className={layer.status === "executed" ? undefined : "faint"}>{layerTime(layer)}</span>
    ),
    usual: true,
  },
  {
    id: "share",
    label: "Share",
    explain: "Of the time of all layers together.",
    width: 114,
    sort: (layer) => layer.share,
    csv: (layer) => layer.share,
    cell: (layer, widest) =>
      layer.share > 0 ? (
        <>
          <span className="share-bar" style={{ width: (layer.share / widest) * 46 }} />
          {percent(layer.share)}
        </>
      ) : (
        <span className="faint">{MISSING}</span>
      ),
    usual: true,
  },
  {
    id: "flop",
    label: "FLOP",
    explain: "Of one inference, a multiply-add counted as 2, with all original layers that went into it.",
    numeric: true,
    width: 84,
    sort: (layer) => layer.flop ?? undefined,
    csv: (layer) => layer.flop,
    cell: (layer) => joined(scaled(layer.flop)),
    usual: true,
  },
  {
    id: "bytes",
    label: "Bytes",
    explain: "Read and written by one inference at the precisions that executed, weights included.",
    numeric: true,
    width: 78,
    sort: (layer) => layer.bytes ?? undefined,
    csv: (layer) => layer.bytes,
    cell: (layer) => bytesText(layer.bytes),
    usual: true,
  },
  {
    id: "weights",
    label: "Weights",
    explain: "The part of the bytes that are weights.",
    numeric: true,
    width: 84,
    sort: (layer) => layer.weight_bytes ?? undefined,
    csv: (layer) => layer.weight_bytes,
    cell: (layer) => bytesText(layer.weight_bytes),
    usual: false,
  },
  {
    id: "gflops",
    label: "GFLOP/s",
    explain: "Achieved: the layer's FLOP in its time. Integer operations count alike.",
    numeric: true,
    width: 80,
    sort: (layer) => layer.gflops ?? undefined,
    csv: (layer) => layer.gflops,
    cell: (layer) => rate(layer.gflops),
    usual: true,
  },
  {
    id: "gbps",
    label: "GB/s",
    explain:
      "Achieved: the layer's bytes in its time. Small layers work out of the caches, above the memory's speed.",
    numeric: true,
    width: 64,
    sort: (layer) => layer.gbps ?? undefined,
    csv: (layer) => layer.gbps,
    cell: (layer) => rate(layer.gbps),
    usual: true,
  },
  {
    id: "bound",
    label: "Bound by",
    explain:
      "What the roofline says: computing, memory, or neither, when most of the time goes elsewhere. It needs the ceilings of the target.",
    width: 82,
    sort: (layer) => layer.bound ?? undefined,
    csv: (layer) => layer.bound,
    cell: (layer) => layer.bound ?? <span className="faint">{MISSING}</span>,
    usual: true,
  },
  {
    id: "intensity",
    label: "FLOP/byte",
    explain: "Arithmetic intensity: FLOP for each byte read or written.",
    numeric: true,
    width: 88,
    sort: (layer) => layer.intensity ?? undefined,
    csv: (layer) => layer.intensity,
    cell: (layer) => rate(layer.intensity),
    usual: false,
  },
  {
    id: "roof",
    label: "Of the roof",
    explain: "Achieved of what the ceilings allow at this intensity.",
    numeric: true,
    width: 92,
    sort: (layer) => layer.roof_share ?? undefined,
    csv: (layer) => layer.roof_share,
    cell: (layer) => percent(layer.roof_share),
    usual: false,
  },
  {
    id: "converts",
    label: "Converts",
    explain: "A layer that only converts a precision or a layout.",
    width: 110,
    sort: (layer) => convertsText(layer) ?? undefined,
    csv: (layer) => convertsText(layer),
    cell: (layer) => convertsText(layer) ?? <span className="faint">{MISSING}</span>,
    usual: false,
  },
  {
    id: "originals",
    label: "Originals",
    explain: "How many layers of the model were fused into this one.",
    numeric: true,
    width: 86,
    sort: (layer) => layer.originals.length,
    csv: (layer) => layer.originals.map((original) => original.name).join("; "),
    cell: (layer) => layer.originals.length,
    usual: false,
  },
  {
    id: "output",
    label: "Output",
    explain: "Shape of the first output.",
    width: 150,
    sort: (layer) => portShape(layer.outputs?.[0]),
    csv: (layer) => portShape(layer.outputs?.[0]),
    cell: (layer) => portShape(layer.outputs?.[0]),
    usual: false,
  },
  {
    id: "status",
    label: "Status",
    width: 110,
    sort: (layer) => layer.status,
    csv: (layer) => LAYER_STATUS[layer.status],
    cell: (layer) => LAYER_STATUS[layer.status],
    usual: false,
  },
];

/**
 * The columns that are shown. The address names what differs from the usual: usual ones that were chosen away, and
 * unusual ones that were chosen.
 */
export function shownColumns(changed: readonly string[] = []): LayerColumn[] {
  return LAYER_COLUMNS.filter(
    (column) => column.id === "name" || column.usual !== changed.includes(column.id),
  );
}

export function toggled(changed: readonly string[] = [], id: string): string[] | undefined {
  const next = changed.includes(id) ? changed.filter((entry) => entry !== id) : [...changed, id];
  return next.length > 0 ? next : undefined;
}
