/** The whole graph in a strip: drawn once, the window over it is an element of its own. */
import type { Size } from "./camera";
import { dots, NO_MARKS } from "./draw";
import type { GraphColors, Paint } from "./paint";
import type { Scene } from "./scene";

export interface Scales {
  x: number;
  y: number;
}

/** A graph that is much longer than wide fills the strip: its places matter, not its proportions. */
export function minimapScales({ totalWidth, totalHeight }: Scene["layout"], strip: Size): Scales {
  const x = strip.width / Math.max(1, totalWidth);
  const y = strip.height / Math.max(1, totalHeight);
  // Small graphs are not blown up, wide ones keep their proportions.
  return { x: Math.min(x, Math.max(y, 0.2)), y: Math.min(y, x, 0.2) };
}

export function drawMinimap(
  canvas: HTMLCanvasElement,
  scene: Scene,
  paint: Paint,
  hits: ReadonlySet<number> | null,
  colors: GraphColors,
  strip: Size,
) {
  const context = canvas.getContext("2d", { alpha: false });
  if (!context) return;
  const density = Math.min(3, window.devicePixelRatio || 1);
  canvas.width = Math.round(strip.width * density);
  canvas.height = Math.round(strip.height * density);
  context.setTransform(density, 0, 0, density, 0, 0);
  context.fillStyle = colors.panel;
  context.fillRect(0, 0, strip.width, strip.height);
  const { x, y } = minimapScales(scene.layout, strip);
  const picture = { scene, paint, marks: { ...NO_MARKS, hits }, colors };
  dots(context, picture, { x: 0, y: 0, scale: x }, strip, y / x);
}
