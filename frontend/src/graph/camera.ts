/** Where one looks: screen = (world − x, y) × scale, in CSS pixels. */

export interface Camera {
  x: number;
  y: number;
  scale: number;
}

export interface Size {
  width: number;
  height: number;
}

export interface Rect extends Size {
  x: number;
  y: number;
}

export const LARGEST = 2.5;
const MARGIN = 24;
/** A long graph opens at a size at which it can be read, not as a line. */
const READABLE = 0.92;

export function smallest(graph: Size, screen: Size): number {
  return Math.min(0.25, fitScale(graph, screen) * 0.7);
}

function fitScale(graph: Size, screen: Size): number {
  return Math.min(
    (screen.width - 2 * MARGIN) / Math.max(1, graph.width),
    (screen.height - 2 * MARGIN) / Math.max(1, graph.height),
  );
}

function around(x: number, y: number, scale: number, screen: Size): Camera {
  return { x: x - screen.width / 2 / scale, y: y - screen.height / 2 / scale, scale };
}

export function whole(graph: Size, screen: Size): Camera {
  const scale = Math.max(1e-5, Math.min(1, fitScale(graph, screen)));
  return around(graph.width / 2, graph.height / 2, scale, screen);
}

/** All of a small graph, or the first rows of a long one around `middle`. */
export function opening(graph: Size, screen: Size, middle: number): Camera {
  const all = whole(graph, screen);
  if (all.scale >= READABLE * 0.75) return all;
  return { x: middle - screen.width / 2 / READABLE, y: -MARGIN / READABLE, scale: READABLE };
}

/** Zoomed by a factor, with the world under a point of the screen kept there. */
export function zoomed(
  { x, y, scale }: Camera,
  factor: number,
  at: { x: number; y: number },
  least: number,
): Camera {
  const next = Math.min(LARGEST, Math.max(least, scale * factor));
  return { x: x + at.x / scale - at.x / next, y: y + at.y / scale - at.y / next, scale: next };
}

/** The least move that shows the rectangle, at a size at which it can be read; centred when it was out of sight. */
export function revealing(camera: Camera, rect: Rect, screen: Size): Camera {
  const most = Math.min(
    (screen.width - 2 * MARGIN) / rect.width,
    (screen.height - 2 * MARGIN) / rect.height,
    LARGEST,
  );
  const scale = Math.min(most, Math.max(camera.scale, READABLE));
  const left = (rect.x - camera.x) * camera.scale;
  const top = (rect.y - camera.y) * camera.scale;
  const seen =
    scale === camera.scale &&
    left >= MARGIN &&
    top >= MARGIN &&
    left + rect.width * scale <= screen.width - MARGIN &&
    top + rect.height * scale <= screen.height - MARGIN;
  return seen ? camera : around(rect.x + rect.width / 2, rect.y + rect.height / 2, scale, screen);
}

/** Kept so that at least a corner of the graph stays on the screen. */
export function kept(camera: Camera, graph: Size, screen: Size): Camera {
  const slack = 80 / camera.scale;
  const limit = (at: number, world: number, shown: number) =>
    Math.min(Math.max(at, slack - shown / camera.scale), world - slack + (world < slack ? slack : 0));
  return {
    x: limit(camera.x, graph.width, screen.width),
    y: limit(camera.y, graph.height, screen.height),
    scale: camera.scale,
  };
}

export function between(from: Camera, to: Camera, part: number): Camera {
  const scale = from.scale * (to.scale / from.scale) ** part;
  // Along a straight line of what is in the left upper corner, in the sizes of the moment.
  const share =
    to.scale === from.scale ? part : (1 / scale - 1 / from.scale) / (1 / to.scale - 1 / from.scale);
  return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share, scale };
}
