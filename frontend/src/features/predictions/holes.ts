/** The hole that is drawn into a picture for inpainting: rectangles and strokes of a brush, in its pixels. */

export interface Rectangle {
  kind: "rectangle";
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Stroke {
  kind: "stroke";
  width: number;
  points: [number, number][];
}

export type Shape = Rectangle | Stroke;

/** The rectangle between two corners, whichever way it was drawn, within the picture; null where nothing is left. */
export function between(
  [x1, y1]: readonly [number, number],
  [x2, y2]: readonly [number, number],
  size: { width: number; height: number },
): Rectangle | null {
  const clamp = (value: number, most: number) => Math.min(Math.max(Math.round(value), 0), most);
  const [left, right] = [clamp(Math.min(x1, x2), size.width), clamp(Math.max(x1, x2), size.width)];
  const [top, bottom] = [clamp(Math.min(y1, y2), size.height), clamp(Math.max(y1, y2), size.height)];
  if (right - left < 1 || bottom - top < 1) return null;
  return { kind: "rectangle", x: left, y: top, width: right - left, height: bottom - top };
}

type Paper = Pick<
  CanvasRenderingContext2D,
  | "beginPath"
  | "moveTo"
  | "lineTo"
  | "arc"
  | "fill"
  | "stroke"
  | "fillRect"
  | "lineWidth"
  | "lineCap"
  | "lineJoin"
  | "fillStyle"
  | "strokeStyle"
>;

/** Draws the shapes in `color`, one colour without edges: what is painted is the hole. */
export function paintHole(paper: Paper, shapes: readonly Shape[], color: string): void {
  paper.fillStyle = color;
  paper.strokeStyle = color;
  paper.lineCap = "round";
  paper.lineJoin = "round";
  for (const shape of shapes) {
    if (shape.kind === "rectangle") {
      paper.fillRect(shape.x, shape.y, shape.width, shape.height);
      continue;
    }
    const [first, ...rest] = shape.points;
    if (!first) continue;
    paper.beginPath();
    if (rest.length === 0) {
      paper.arc(first[0], first[1], shape.width / 2, 0, 2 * Math.PI);
      paper.fill();
      continue;
    }
    paper.lineWidth = shape.width;
    paper.moveTo(...first);
    for (const point of rest) paper.lineTo(...point);
    paper.stroke();
  }
}
