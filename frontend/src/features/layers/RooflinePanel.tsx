import { useCallback, useMemo, useState } from "react";
import type { Ceilings, Layer, Layers, Project } from "../../api/types";
import { ChartPanel } from "../../charts/ChartPanel";
import type { ChartColors } from "../../charts/colors";
import type { View } from "../../charts/plane";
import { Explain } from "../../components/Explain";
import { counted, decimal } from "../../format/number";
import { ago } from "../../format/time";
import { CeilingsAction, NoCeilings } from "./CeilingsAction";
import { LAYER_COLUMNS } from "./columns";
import {
  BOUND_COLORS,
  boundMeaning,
  roofChartPoints,
  rooflineOption,
  roofPoints,
  roofView,
} from "./roofline";

interface Props {
  project: Project;
  layers: Layers;
  /** Those that the filters leave. */
  rows: readonly Layer[];
  selected: number | null;
  onPick: (order: number) => void;
  file: string;
}

/** Each layer against what the device reaches at most. */
export function RooflinePanel({ project, layers, rows, selected, onPick, file }: Props) {
  if (!layers.ceilings) return <NoCeilings project={project} />;
  return <Roofline ceilings={layers.ceilings} {...{ project, layers, rows, selected, onPick, file }} />;
}

const COLUMNS = [
  "name",
  "type",
  "precision",
  "intensity",
  "gflops",
  "gbps",
  "roof",
  "bound",
  "time",
  "share",
].flatMap((id) => {
  const column = LAYER_COLUMNS.find((entry) => entry.id === id);
  return column ? [{ header: column.id, value: column.csv }] : [];
});

function Roofline({
  project,
  layers,
  rows,
  selected,
  onPick,
  file,
  ceilings,
}: Props & { ceilings: Ceilings }) {
  const [zoom, setZoom] = useState<View | null>(null);
  const points = useMemo(() => roofPoints(rows), [rows]);
  const all = useMemo(() => roofPoints(layers.layers), [layers]);
  const full = useMemo(() => roofView(all, ceilings), [all, ceilings]);
  const view = zoom ?? full;
  const option = useCallback(
    (colors: ChartColors) => rooflineOption({ points, ceilings, selected, view }, colors),
    [points, ceilings, selected, view],
  );
  const keys = useMemo(() => roofChartPoints(points), [points]);
  const drawn = useMemo(() => points.map(({ layer }) => layer), [points]);
  const without = rows.filter((layer) => layer.status === "executed").length - points.length;
  return (
    <ChartPanel
      title={
        <Explain text="Where a layer stands below the roof says what would make it faster: on the slope it waits for memory, under the flat part it computes, and far below both its time goes elsewhere. After Williams, Waterman and Patterson, 2009.">
          Roofline
        </Explain>
      }
      label={`Roofline: achieved GFLOP/s of ${counted(points.length, "layer")} against arithmetic intensity`}
      file={`${file}-roofline`}
      option={option}
      height={340}
      points={keys}
      onPick={(id) => onPick(Number(id))}
      plane={{ view, full, scale: "log", onView: setZoom }}
      rows={drawn}
      columns={COLUMNS}
    >
      <div className="legend">
        {(["compute", "memory", "overhead"] as const).map((bound) => (
          <span key={bound}>
            <i
              style={{
                background: `var(--${BOUND_COLORS[bound]})`,
                borderRadius: bound === "compute" ? "50%" : 0,
              }}
            />
            <Explain text={boundMeaning(bound)}>{bound}</Explain>
          </span>
        ))}
        <span>size: time</span>
        <span>
          memory {decimal(ceilings.memory_gbps, 3)} GB/s ·{" "}
          <Explain
            text={
              ceilings.notes?.length
                ? ceilings.notes.join(" ")
                : "By short measurements of this machine, kept with the target."
            }
          >
            ceilings measured {ago(ceilings.measured_at)}
          </Explain>{" "}
          · <CeilingsAction project={project} quiet />
        </span>
        {without > 0 && (
          <span>{counted(without, "executed layer")} without arithmetic, or of unknown work, not drawn</span>
        )}
      </div>
    </ChartPanel>
  );
}
