/** Files of what the graphs show. */
import { fileName, saveAddress, saveText } from "../../components/download";
import { draw, NO_MARKS } from "../../graph/draw";
import { SUB_FONT } from "../../graph/drawText";
import { modelExplorer } from "../../graph/modelExplorer";
import type { GraphColors, Paint } from "../../graph/paint";
import type { Scene } from "../../graph/scene";
import { svg } from "../../graph/svg";
import type { GraphDocument } from "../../graph/types";

const MARGIN = 24;
/** What browsers make a canvas of: sides and area in pixels. */
const LONGEST = 12_000;
const LARGEST = 48_000_000;

export function saveSvg(scene: Scene, paint: Paint, colors: GraphColors, file: string) {
  const context = document.createElement("canvas").getContext("2d");
  if (context) context.font = SUB_FONT;
  const measure = context ? (text: string) => context.measureText(text).width : undefined;
  saveText(fileName(`${file}.svg`), svg(scene, paint, colors, measure), "image/svg+xml");
}

/** The scale at which a graph of that size fits into a picture; at most two pixels for one. */
export function pictureScale(width: number, height: number): number {
  return Math.min(2, LONGEST / width, LONGEST / height, Math.sqrt(LARGEST / (width * height)));
}

export function savePng(scene: Scene, paint: Paint, colors: GraphColors, file: string) {
  const width = scene.layout.totalWidth + 2 * MARGIN;
  const height = scene.layout.totalHeight + 2 * MARGIN;
  const scale = pictureScale(width, height);
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.floor(width * scale));
  canvas.height = Math.max(1, Math.floor(height * scale));
  const context = canvas.getContext("2d", { alpha: false });
  if (!context) return;
  const picture = { scene, paint, marks: NO_MARKS, colors, texts: new Map() };
  draw(context, picture, { x: -MARGIN, y: -MARGIN, scale }, canvas, 1);
  canvas.toBlob((blob) => {
    if (!blob) return;
    const address = URL.createObjectURL(blob);
    saveAddress(fileName(`${file}.png`), address);
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
  }, "image/png");
}

export function saveModelExplorer(label: string, documents: readonly GraphDocument[], file: string) {
  const text = JSON.stringify(modelExplorer(label, documents));
  saveText(fileName(`${file}.json`), text, "application/json");
}
