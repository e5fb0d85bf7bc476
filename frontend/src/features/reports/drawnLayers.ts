/** What of a report's sample is drawn over its picture. */

import type { Drawn, ReportSample } from "../../api/types";
import type { PictureBox, PictureLayer } from "../../components/picture/layers";
import type { Truth } from "./truth";

type DrawnBox = NonNullable<Drawn["boxes"]>[number];

export interface Listed extends PictureBox {
  id: string;
  side: "annotation" | "prediction";
  matched: boolean | null;
}

/** Colours by what became of a box, not by its class: what is right has to be told from what is not. */
export const BOX_COLOR = {
  met: "var(--c1)",
  missed: "var(--warn)",
  annotated: "var(--good)",
  wrong: "var(--bad)",
} as const;

export function boxName(box: Pick<DrawnBox, "name" | "label">): string {
  return box.name ?? (box.label === null ? "object" : `class ${box.label}`);
}

/** Outlines are looked at where they are what is judged, not where boxes are. */
export const OUTLINED = ["instance_segmentation"];

/** Boxes of both sides; predicted ones from `threshold` on, the strongest first. */
export function objectsOf(sample: ReportSample, threshold: number, outlined = true): Listed[] {
  const listed = (side: Listed["side"], boxes: readonly DrawnBox[]): Listed[] =>
    boxes.map((box, index) => ({
      id: `${side}-${index}`,
      side,
      label: box.label,
      name: boxName(box),
      bbox: box.bbox,
      score: box.score ?? null,
      segmentation: outlined ? box.segmentation : null,
      keypoints: box.keypoints,
      matched: box.matched ?? null,
      difficult: box.difficult,
      crowd: box.crowd,
    }));
  const predicted = listed("prediction", sample.prediction?.boxes ?? [])
    .filter(({ score }) => (score ?? 1) >= threshold)
    .sort((a, b) => (b.score ?? 0) - (a.score ?? 0));
  return [...listed("annotation", sample.annotation?.boxes ?? []), ...predicted];
}

export function objectColor(box: Listed): string {
  if (box.side === "annotation") return box.matched === false ? BOX_COLOR.missed : BOX_COLOR.annotated;
  return box.matched === false ? BOX_COLOR.wrong : BOX_COLOR.met;
}

/** "met", "false": what became of it; empty where nobody looked. */
export function objectFate({ side, matched }: Listed): string {
  if (matched === null) return side === "annotation" ? "annotated" : "";
  if (side === "annotation") return matched ? "found" : "missed";
  return matched ? "right" : "false";
}

export function layersOf(
  sample: ReportSample,
  objects: readonly Listed[],
  truth: Truth,
  hiddenLabels?: ReadonlySet<number>,
): PictureLayer[] {
  const layers: PictureLayer[] = [];
  const { annotation, prediction } = sample;
  const color = (box: PictureBox) => {
    const listed = objects.find(({ id }) => id === box.id);
    return listed ? objectColor(listed) : BOX_COLOR.met;
  };
  if (annotation?.mask)
    layers.push({
      kind: "mask",
      id: "annotation-mask",
      name: truth.of("mask"),
      src: annotation.mask,
      hiddenLabels,
      off: true,
    });
  if (prediction?.mask)
    layers.push({
      kind: "mask",
      id: "prediction-mask",
      name: "Predicted mask",
      src: prediction.mask,
      hiddenLabels,
    });
  const of = (side: Listed["side"]) => objects.filter((box) => box.side === side);
  if (annotation?.boxes)
    layers.push({
      kind: "boxes",
      id: "annotation",
      name: truth.noun,
      boxes: of("annotation"),
      dashed: true,
      namedBelow: true,
      // Boxes that nothing was compared with.
      off: !prediction?.boxes,
      color,
    });
  if (prediction?.boxes)
    layers.push({ kind: "boxes", id: "prediction", name: "Prediction", boxes: of("prediction"), color });
  if (annotation?.points)
    layers.push({
      kind: "points",
      id: "annotation-points",
      name: truth.of("points"),
      points: annotation.points,
      color: "var(--good)",
    });
  if (prediction?.points)
    layers.push({
      kind: "points",
      id: "prediction-points",
      name: "Predicted points",
      points: prediction.points,
      color: "var(--c1)",
    });
  return layers;
}
