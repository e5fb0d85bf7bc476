/** What of a picture is in sight: it is `zoom` times as large as it fits, and moved by shares of that size. */

export interface View {
  zoom: number;
  x: number;
  y: number;
}

interface Point {
  x: number;
  y: number;
}

export const FIT: View = { zoom: 1, x: 0, y: 0 };
const MOST = 40;

/** No edge of the picture comes into the frame. */
function kept({ zoom, x, y }: View): View {
  const within = (value: number) => Math.min(0, Math.max(1 - zoom, value));
  return { zoom, x: within(x), y: within(y) };
}

/** Larger by `factor`, while the spot below `at` (shares of the frame) stays where it is. */
export function zoomedAt(view: View, at: Point, factor: number): View {
  const zoom = Math.min(Math.max(view.zoom * factor, 1), MOST);
  const grown = zoom / view.zoom;
  return kept({ zoom, x: at.x - (at.x - view.x) * grown, y: at.y - (at.y - view.y) * grown });
}

export function moved(view: View, by: Point): View {
  return kept({ ...view, x: view.x + by.x, y: view.y + by.y });
}
