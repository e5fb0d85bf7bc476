import { Drawer } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import type { Report, ReportSample } from "../../api/types";
import { Picture } from "../../components/picture/Picture";
import { ErrorState, SkeletonRows } from "../../components/States";
import { count } from "../../format/number";
import { datasetQuery } from "../datasets/queries";
import { BeforeAfter } from "../predictions/BeforeAfter";
import { ClassScores } from "./ClassScores";
import { layersOf, OUTLINED, objectsOf } from "./drawnLayers";
import { MaskLegend } from "./MaskLegend";
import { ObjectList } from "./ObjectList";
import { CHUNK, rowsQuery, sampleRowQuery } from "./queries";
import classes from "./Reports.module.css";
import { cellText, shownColumns } from "./SamplesTable";
import { namedColumns, truthOf } from "./truth";

interface Props {
  report: Report;
  row: number;
  /** Its place among the rows as they are filtered and sorted; unknown when it was opened from elsewhere. */
  at: number | undefined;
  where: readonly string[];
  sort: string | undefined;
  threshold: number;
  onThreshold: (threshold: number) => void;
  onOpen: (row: number, at: number) => void;
  onClose: () => void;
}

/** One sample with what is annotated and what was predicted. */
export function SampleDrawer(props: Props) {
  const { report, row, at, where, sort, onOpen, onClose } = props;
  const { data, error, refetch } = useQuery({
    ...sampleRowQuery(report.id, row),
    placeholderData: keepPreviousData,
  });
  const place = at ?? 0;
  const wanted = { report: report.id, where, sort };
  const near = useQuery({ ...rowsQuery(wanted, Math.floor(place / CHUNK)), enabled: at !== undefined });
  const beforeIt = useQuery({
    ...rowsQuery(wanted, Math.floor(Math.max(0, place - 1) / CHUNK)),
    enabled: at !== undefined && place > 0,
  });
  const total = near.data?.total ?? 0;
  const afterIt = useQuery({
    ...rowsQuery(wanted, Math.floor((place + 1) / CHUNK)),
    enabled: at !== undefined && place + 1 < total,
  });
  const rowAt = (query: typeof near, index: number) => {
    const found = query.data?.items[index % CHUNK]?.row;
    return typeof found === "number" ? found : null;
  };
  const previous = at !== undefined && place > 0 ? rowAt(beforeIt, place - 1) : null;
  const next = at !== undefined && place + 1 < total ? rowAt(afterIt, place + 1) : null;

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const target = event.target as Element | null;
      // Fields and sliders need their arrows themselves; a picture that is zoomed in has kept its own.
      if (event.defaultPrevented || target?.closest("input, textarea, select, [role=application]")) return;
      if (event.altKey || event.ctrlKey || event.metaKey) return;
      if ((event.key === "ArrowLeft" || event.key === "k") && previous !== null) onOpen(previous, place - 1);
      else if ((event.key === "ArrowRight" || event.key === "j") && next !== null) onOpen(next, place + 1);
      else return;
      event.preventDefault();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [previous, next, place, onOpen]);

  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      title={data ? String(data.row.name ?? `Row ${row}`) : "Sample"}
      size="min(860px, 100vw)"
      closeButtonProps={{ "aria-label": "Close" }}
    >
      <div className="stack">
        <div className="row between wrap">
          <div className="row">
            <button
              type="button"
              className="chip"
              disabled={previous === null}
              onClick={() => previous !== null && onOpen(previous, place - 1)}
            >
              ← previous
            </button>
            <button
              type="button"
              className="chip"
              disabled={next === null}
              onClick={() => next !== null && onOpen(next, place + 1)}
            >
              next →
            </button>
            {at !== undefined && total > 0 && (
              <span className="small dim">
                {count(place + 1)} of {count(total)}
              </span>
            )}
          </div>
          <span className="small dim">
            <kbd>←</kbd> <kbd>→</kbd> go through the samples
          </span>
        </div>
        {error ? (
          <ErrorState error={error} onRetry={() => void refetch()} compact />
        ) : data ? (
          <Loaded {...props} sample={data} />
        ) : (
          <SkeletonRows label="the sample" />
        )}
      </div>
    </Drawer>
  );
}

function Loaded({ report, sample, threshold, onThreshold }: Props & { sample: ReportSample }) {
  const { data: dataset } = useQuery({
    ...datasetQuery(report.dataset_id ?? ""),
    enabled: report.dataset_id !== null,
  });
  const { image, annotation, prediction, other_image: other } = sample;
  const [picked, setPicked] = useState<string | null>(null);
  const [opacity, setOpacity] = useState(0.55);
  const [hiddenLabels, setHiddenLabels] = useState<ReadonlySet<number>>(new Set());
  const truth = truthOf(report);
  const outlined = OUTLINED.includes(report.task);
  const objects = useMemo(() => objectsOf(sample, threshold, outlined), [sample, threshold, outlined]);
  const layers = useMemo(
    () => layersOf(sample, objects, truth, hiddenLabels),
    [sample, objects, truth, hiddenLabels],
  );
  const boxes = Boolean(prediction?.boxes);
  const masks = [
    { title: truth.of("classes"), src: annotation?.mask },
    { title: "Predicted classes", src: prediction?.mask },
  ];
  const filled =
    layers.some(({ kind }) => kind === "mask") || objects.some(({ segmentation }) => Boolean(segmentation));
  const name = String(sample.row.name ?? "the sample");
  return (
    <>
      {image === null ? (
        <p className="notice warn">
          The picture is gone: its dataset was deleted. What was measured is below.
        </p>
      ) : other ? (
        <div className={classes.sides}>
          <img src={image} alt={name} />
          <img src={other} alt={String(sample.row.other_name ?? "the other face")} />
        </div>
      ) : prediction?.picture ? (
        <Restored
          size={sample}
          image={image}
          wanted={annotation?.picture ?? null}
          made={prediction.picture}
        />
      ) : (
        <Picture
          src={image}
          alt={name}
          width={sample.width}
          height={sample.height}
          layers={layers}
          colors={dataset?.colors}
          opacity={opacity}
          picked={picked}
          onPick={(id) => setPicked(id === picked ? null : id)}
          frameHeight="min(56vh, 560px)"
        />
      )}
      {(boxes || filled) && (
        <div className="row wrap" style={{ gap: 20 }}>
          {boxes && <Slider label="Threshold" value={threshold} step={0.01} onChange={onThreshold} />}
          {filled && <Slider label="Opacity" value={opacity} step={0.05} onChange={setOpacity} />}
        </div>
      )}
      {masks.map(
        ({ title, src }) =>
          src && (
            <MaskLegend
              key={title}
              {...{ title, src }}
              labels={dataset?.labels ?? []}
              colors={dataset?.colors}
              hidden={hiddenLabels}
              onHidden={setHiddenLabels}
            />
          ),
      )}
      {boxes && (
        <ObjectList
          objects={objects}
          truth={truth}
          picked={picked}
          onPick={(id) => setPicked(id === picked ? null : id)}
        />
      )}
      {prediction?.classes && !boxes && (
        <ClassScores
          classes={prediction.classes}
          annotated={annotation?.classes?.map(({ label, name: text }) => label ?? text) ?? []}
          threshold={threshold}
          onThreshold={onThreshold}
        />
      )}
      <dl className="facts-list">
        {shownColumns(namedColumns(report, report.columns))
          .filter(({ name: column }) => column !== "name")
          .map((column) => (
            <div key={column.name} style={{ display: "contents" }}>
              <dt title={column.description}>{column.label}</dt>
              <dd>
                {cellText(column, sample.row[column.name])} {column.unit}
              </dd>
            </div>
          ))}
      </dl>
    </>
  );
}

interface RestoredProps {
  size: Pick<ReportSample, "width" | "height">;
  image: string;
  wanted: string | null;
  made: string;
}

/** What the model was given, what it made of it, and what it should have made. */
function Restored({ size, image, wanted, made }: RestoredProps) {
  const [against, setAgainst] = useState<"image" | "wanted">("image");
  const target = against === "wanted" && wanted ? wanted : image;
  return (
    <div className="stack tight">
      {wanted && (
        <div className="row">
          <span className="small dim">beside</span>
          {(["image", "wanted"] as const).map((side) => (
            <button
              key={side}
              type="button"
              className={against === side ? "chip accent" : "chip"}
              aria-pressed={against === side}
              onClick={() => setAgainst(side)}
            >
              {side === "image" ? "the picture given" : "the picture wanted"}
            </button>
          ))}
        </div>
      )}
      {/* A model may answer in other proportions than it was given: they lie on each other as the picture is. */}
      <div
        className={classes.restored}
        style={size.width && size.height ? { aspectRatio: `${size.width} / ${size.height}` } : undefined}
      >
        <BeforeAfter
          before={target}
          after={made}
          names={[against === "wanted" ? "wanted" : "given", "made"]}
        />
      </div>
    </div>
  );
}

interface SliderProps {
  label: string;
  value: number;
  step: number;
  onChange: (value: number) => void;
}

export function Slider({ label, value, step, onChange }: SliderProps) {
  return (
    <label className={classes.range}>
      {label}
      <input
        type="range"
        min={0}
        max={1}
        step={step}
        value={value}
        onChange={(event) => onChange(Number(event.currentTarget.value))}
      />
      <output>{value.toFixed(2)}</output>
    </label>
  );
}
