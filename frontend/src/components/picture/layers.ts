/** What can be drawn over a picture. Places and sizes are pixels of the picture. */

export interface PictureBox {
  /** Told to `onPick`. */
  id?: string;
  /** Decides the colour, unless the layer has one. */
  label?: number | null;
  name?: string | null;
  /** x, y, width, height. */
  bbox: readonly number[];
  score?: number | null;
  /** Polygons `[[x, y, x, y…]…]`, or a run-length mask as COCO's. */
  segmentation?: unknown;
  /** x, y and whether it is seen. */
  keypoints?: readonly (readonly number[])[] | null;
  difficult?: boolean;
  crowd?: boolean;
}

interface Common {
  id: string;
  /** On its toggle. */
  name: string;
  /** Left out until its toggle is pressed. */
  off?: boolean;
}

export interface BoxesLayer extends Common {
  kind: "boxes";
  boxes: readonly PictureBox[];
  dashed?: boolean;
  /** In place of the colour of the label. */
  color?: string | ((box: PictureBox) => string);
  /** Pairs of key points that are joined, counted from 0. */
  skeleton?: readonly (readonly number[])[] | null;
  /** Names (and scores) beside the boxes; default: on. */
  named?: boolean;
  /** Names at the lower edge, where another layer has its own at the upper. */
  namedBelow?: boolean;
}

/** `src`: PNG of one channel, 8 or 16 bits: 0 background, k the label k - 1, the highest value ignored. */
export interface MaskLayer extends Common {
  kind: "mask";
  src: string;
  hiddenLabels?: ReadonlySet<number>;
}

/** Landmarks. */
export interface PointsLayer extends Common {
  kind: "points";
  points: readonly (readonly number[])[];
  color?: string;
}

/** A grey PNG as large as the picture, 0 to 255: from nothing over yellow to red. */
export interface HeatLayer extends Common {
  kind: "heat";
  src: string;
}

/** Another picture in its place, as what a model made of it. */
export interface ImageLayer extends Common {
  kind: "image";
  src: string;
}

export type PictureLayer = BoxesLayer | MaskLayer | PointsLayer | HeatLayer | ImageLayer;

/** "cat 0.87" */
export function boxText({ name, label, score }: PictureBox): string {
  const text = name ?? (label === null || label === undefined ? "" : `class ${label}`);
  return score === null || score === undefined ? text : `${text} ${score.toFixed(2)}`.trim();
}

/** Polygons of a segmentation, as the `points` of SVG; empty for run-length masks. */
export function polygonsOf(segmentation: unknown): string[] {
  if (!Array.isArray(segmentation)) return [];
  return segmentation
    .filter((polygon): polygon is number[] => Array.isArray(polygon) && polygon.length >= 6)
    .map((polygon) => polygon.map(Number).filter(Number.isFinite).join(" "));
}

type Point = readonly number[];

/** The ends of every bone of `skeleton` of which both are seen. */
export function bones(points: readonly Point[], skeleton: BoxesLayer["skeleton"]): [Point, Point][] {
  const seen = (index: number | undefined) => {
    const point = index === undefined ? undefined : points[index];
    return point && (point[2] === undefined || point[2] > 0) ? point : null;
  };
  return (skeleton ?? []).flatMap(([a, b]): [Point, Point][] => {
    const [from, to] = [seen(a), seen(b)];
    return from && to ? [[from, to]] : [];
  });
}
