import { NativeSelect, NumberInput } from "@mantine/core";
import { useCallback, useMemo, useState } from "react";
import type { Project, Versions } from "../../api/types";
import { type OptimizeSearch, VERSION_AXES } from "../../app/search";
import { BoundHandle } from "../../charts/BoundHandle";
import { ChartPanel } from "../../charts/ChartPanel";
import type { ChartColors } from "../../charts/colors";
import type { Frame, View } from "../../charts/plane";
import { Explain } from "../../components/Explain";
import { counted } from "../../format/number";
import { AXIS_NAMES, type AxisKind, axisKind, limitText, pointsOf, rangeOf, within } from "./axes";
import { chartPoints, frontOption } from "./frontOption";
import { versionsDownload } from "./queries";
import { VERSION_CSV } from "./versionColumns";

interface Props {
  project: Project;
  versions: Versions;
  search: OptimizeSearch;
  onChange: (next: OptimizeSearch) => void;
}

/** All versions on the plane of two figures, with the front and limits that can be taken. */
export function FrontPanel({ project, versions, search, onChange }: Props) {
  const { items } = versions;
  const pick = search.pick ?? "best";
  const x = useMemo(() => axisKind(versions.x, items), [versions.x, items]);
  const y = useMemo(() => axisKind(versions.y, items), [versions.y, items]);
  const [moved, setMoved] = useState<{ x?: { to?: number }; y?: { to?: number } }>({});
  const [zoom, setZoom] = useState<{ view: View; of: string } | null>(null);
  const xLimit = moved.x ? moved.x.to : search.vxLimit;
  const yLimit = moved.y ? moved.y.to : search.vyLimit;
  const points = useMemo(() => pointsOf(items, x, y), [items, x, y]);
  const full = useMemo((): View => {
    const across = points.flatMap((point) => [point.x, ...(point.xInterval ?? [])]);
    const up = points.flatMap((point) => [point.y, ...(point.yInterval ?? [])]);
    return { x: rangeOf(across, search.vxLimit), y: rangeOf(up, search.vyLimit) };
  }, [points, search.vxLimit, search.vyLimit]);
  const plane = `${versions.x} ${versions.y}`;
  const view = zoom?.of === plane ? zoom.view : full;
  const selected = search.version;
  const option = useCallback(
    (colors: ChartColors) => frontOption({ points, items, x, y, xLimit, yLimit, selected, view }, colors),
    [points, items, x, y, xLimit, yLimit, selected, view],
  );
  const keys = useMemo(() => chartPoints({ points, items, x, y }), [points, items, x, y]);
  const setLimit = (which: "x" | "y", to: number | undefined) => {
    setMoved({});
    onChange(which === "x" ? { vxLimit: to } : { vyLimit: to });
  };
  const inside = points.filter((point) => within(point.x, xLimit, x) && within(point.y, yLimit, y));
  const limited = xLimit !== undefined || yLimit !== undefined;
  const axisSelect = (which: "vx" | "vy", value: AxisKind) => (
    <NativeSelect
      aria-label={which === "vx" ? "Across" : "Upwards"}
      size="xs"
      value={value.axis}
      onChange={(event) => {
        const next = VERSION_AXES.find((entry) => entry === event.currentTarget.value);
        onChange(which === "vx" ? { vx: next, vxLimit: undefined } : { vy: next, vyLimit: undefined });
      }}
      data={VERSION_AXES.map((entry) => ({ value: entry, label: AXIS_NAMES[entry] }))}
    />
  );
  const limitInput = (which: "x" | "y", kind: AxisKind, limit: number | undefined) => (
    <NumberInput
      aria-label={`${kind.keep === "most" ? "At most" : "At least"}: ${kind.name}${kind.unit && `, ${kind.unit}`}`}
      placeholder={`${kind.keep === "most" ? "≤" : "≥"} ${kind.unit}`}
      size="xs"
      w={88}
      hideControls
      suffix={kind.unit && ` ${kind.unit}`}
      value={limit ?? ""}
      onChange={(value) => {
        const next = typeof value === "number" ? value : undefined;
        if (next !== limit) setLimit(which, next);
      }}
    />
  );
  return (
    <ChartPanel
      title="Versions"
      label={`${y.name} against ${x.name} of ${counted(points.length, "version")}`}
      file={`${project.name}-versions`}
      option={option}
      height={330}
      points={keys}
      onPick={(key) => onChange({ version: key === selected ? undefined : key })}
      plane={{
        view,
        full,
        scale: "linear",
        onView: (next) => setZoom(next && { view: next, of: plane }),
      }}
      overlay={(frame: Frame) =>
        points.length === 0 ? (
          <NoPoints frame={frame} x={x} y={y} />
        ) : (
          <>
            <BoundHandle
              frame={frame}
              axis="x"
              range={view.x}
              keep={x.keep}
              bound={xLimit}
              label={x.name}
              text={xLimit === undefined ? "no limit" : limitText(xLimit, x)}
              onMove={(to) => setMoved({ x: { to } })}
              onDone={(to) => setLimit("x", to)}
            />
            <BoundHandle
              frame={frame}
              axis="y"
              range={view.y}
              keep={y.keep}
              bound={yLimit}
              label={y.name}
              text={yLimit === undefined ? "no limit" : limitText(yLimit, y)}
              onMove={(to) => setMoved({ y: { to } })}
              onDone={(to) => setLimit("y", to)}
            />
          </>
        )
      }
      rows={items}
      columns={VERSION_CSV}
      view={search.vview === "table" ? "table" : "chart"}
      onView={(next) => onChange({ vview: next === "table" ? "table" : undefined })}
      controls={
        <>
          {axisSelect("vy", y)}
          {limitInput("y", y, yLimit)}
          <span>by</span>
          {axisSelect("vx", x)}
          {limitInput("x", x, xLimit)}
          <NativeSelect
            aria-label="Figures of"
            size="xs"
            value={pick}
            onChange={(event) =>
              onChange({ pick: event.currentTarget.value === "race" ? "race" : undefined })
            }
            data={[
              { value: "best", label: "best runs" },
              { value: "race", label: "newest race" },
            ]}
          />
          <a className="chip" href={versionsDownload(project.id, versions.x, versions.y, pick)} download>
            JSON
          </a>
        </>
      }
    >
      <div className="legend">
        <span>
          <i style={{ background: "var(--c1)", borderRadius: "50%" }} />
          <Explain text="No other version is at least as good in both figures and better in one. The line joins them. Bars are 95 % confidence intervals. Draw a box to zoom, or turn the wheel with Ctrl.">
            on the front · bars: 95 % interval
          </Explain>
        </span>
        <span>
          <i style={{ background: "var(--faint)", borderRadius: "50%" }} />
          beaten in both
        </span>
        <span>
          <i
            style={{ border: "1.5px solid var(--warn)", transform: "rotate(45deg)", boxSizing: "border-box" }}
          />
          with a warning
        </span>
        {limited && (
          <span className={inside.length === 0 ? "warn-text" : undefined}>
            {inside.length === 0
              ? "no version is within the limits"
              : `${counted(inside.length, "version")} within the limits`}
          </span>
        )}
        {points.length < items.length && (
          <span>
            {counted(items.length - points.length, "version")} not on the plane; why, is in the list
          </span>
        )}
      </div>
    </ChartPanel>
  );
}

/** Empty axes would say that there is nothing. */
function NoPoints({ frame, x, y }: { frame: Frame; x: AxisKind; y: AxisKind }) {
  const { left, top, width, height } = frame;
  return (
    <div
      style={{ position: "absolute", left, top, width, height, display: "grid", placeContent: "center" }}
      className="dim"
    >
      <p style={{ maxWidth: 340, textAlign: "center", background: "var(--panel)", padding: 8 }}>
        No version has both {y.name} and {x.name} yet. The list says what each one lacks.
      </p>
    </div>
  );
}
