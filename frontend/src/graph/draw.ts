/**
 * The drawing of what a window of the graph shows. The nearer one looks the more is drawn: from afar each box is a
 * few pixels of its colour, then a frame with its type, then all that stands on it.
 */
import type { Camera, Size } from "./camera";
import { type Cut, HEAD_FROM, SUB_FONT, stubs, TEXT_FROM, texts } from "./drawText";
import { within } from "./grid";
import { fitted } from "./labels";
import { HEADER, LINE_INSIDE } from "./layout";
import { type GraphColors, mixed, type Paint, plain } from "./paint";
import { UP } from "./ranks";
import type { Scene } from "./scene";
import { CLOSED, OPEN } from "./view";
import { lists } from "./wiring";

export interface Marks {
  /** Boxes that are, or hold, what was picked; -1 for none. */
  picked: number;
  /** The same in terms of the other graph: originals or executed layers. */
  partners: ReadonlySet<number>;
  /** Found boxes; null when nothing is looked for. */
  hits: ReadonlySet<number> | null;
  /** Where the keyboard is; -1 when it is elsewhere. */
  cursor: number;
}

export const NO_MARKS: Marks = { picked: -1, partners: new Set(), hits: null, cursor: -1 };

export interface Picture {
  scene: Scene;
  paint: Paint;
  marks: Marks;
  colors: GraphColors;
  /** Texts cut to the width of their box, kept for the next frame. */
  texts: Map<number, Cut>;
}

const FRAME_FROM = 0.14;
/** Lines get fewer pixels than they have colours before that. */
const LINES_FROM = 0.07;
const MOST_LINES = 2500;
/** The stroke of a very long path costs more than those of its parts. */
const BATCH = 64;
const MOST_RINGS = 200;

export function draw(
  context: CanvasRenderingContext2D,
  picture: Picture,
  camera: Camera,
  screen: Size,
  density: number,
) {
  const { scene, colors } = picture;
  context.setTransform(density, 0, 0, density, 0, 0);
  context.fillStyle = colors.bg;
  context.fillRect(0, 0, screen.width, screen.height);
  if (camera.scale < FRAME_FROM) {
    containers(context, picture, camera, screen, density);
    lines(context, picture, camera, screen, density);
    context.setTransform(density, 0, 0, density, 0, 0);
    dots(context, picture, camera, screen);
    marked(context, picture, camera, screen, density);
    return;
  }
  const shown: number[] = [];
  containers(context, picture, camera, screen, density);
  lines(context, picture, camera, screen, density);
  seen(scene, camera, screen, (box) => {
    if (scene.view.kind[box] !== OPEN) shown.push(box);
  });
  world(context, camera, density);
  frames(context, picture, camera, shown);
  if (camera.scale >= HEAD_FROM) texts(context, picture, camera, shown);
  if (camera.scale >= TEXT_FROM) stubs(context, picture, camera, shown);
  marked(context, picture, camera, screen, density);
}

/** World units from here on, but relative to the camera: far from the origin a float has no decimals left. */
function world(context: CanvasRenderingContext2D, { scale }: Camera, density: number) {
  context.setTransform(density * scale, 0, 0, density * scale, 0, 0);
}

function seen(scene: Scene, { x, y, scale }: Camera, screen: Size, found: (box: number) => void) {
  // Labels of cut edges stand above and below their boxes.
  const spare = 20;
  within(scene.boxes, x, y - spare, x + screen.width / scale, y + screen.height / scale + spare, found);
}

function containers(
  context: CanvasRenderingContext2D,
  { scene, colors }: Picture,
  camera: Camera,
  screen: Size,
  density: number,
) {
  world(context, camera, density);
  context.lineWidth = Math.max(1, 0.75 / camera.scale);
  const { x, y, width, height } = scene.layout;
  const [right, bottom] = [screen.width / camera.scale, screen.height / camera.scale];
  context.fillStyle = mixed(colors.bg, colors.panel, 0.6);
  context.strokeStyle = mixed(colors.line, colors.faint, 0.3);
  const body = context.fillStyle;
  for (const box of scene.open) {
    const [left, top] = [(x[box] as number) - camera.x, (y[box] as number) - camera.y];
    if (left > right || top > bottom) continue;
    if (left + (width[box] as number) < 0 || top + (height[box] as number) < 0) continue;
    // From afar the inner ones are less than a pixel.
    if ((height[box] as number) * camera.scale < 4) continue;
    context.fillStyle = body;
    context.beginPath();
    context.roundRect(left, top, width[box] as number, height[box] as number, 8);
    context.fill();
    context.stroke();
    if (camera.scale < HEAD_FROM) continue;
    const { head, subRight } = scene.labelOf(box);
    context.font = SUB_FONT;
    context.textBaseline = "middle";
    context.textAlign = "left";
    context.fillStyle = colors.dim;
    // The header stays in sight while the container is looked at further down.
    const at = Math.min(Math.max(top, 0), top + (height[box] as number) - HEADER) + HEADER / 2;
    const room = (width[box] as number) - 90;
    context.fillText(
      `−  ${fitted(head, room, (text) => context.measureText(text).width, "end")}`,
      left + 10,
      at,
    );
    context.textAlign = "right";
    context.fillText(subRight, left + (width[box] as number) - 10, at);
  }
}

function lines(
  context: CanvasRenderingContext2D,
  { scene, marks, colors }: Picture,
  camera: Camera,
  screen: Size,
  density: number,
) {
  if (camera.scale < LINES_FROM) return;
  const { x, y, scale } = camera;
  const { points, offsets, lineFrom, lineTo, lineKind } = scene.layout;
  const found: number[] = [];
  within(scene.lines, x, y, x + screen.width / scale, y + screen.height / scale, (line) => found.push(line));
  if (found.length > MOST_LINES) return;
  const curved = scale >= HEAD_FROM && found.length < 1500;
  const [top, bottom] = [y, y + screen.height / scale];
  const trace = (line: number) => {
    const begin = offsets[line] as number;
    const end = offsets[line + 1] as number;
    let [px, py] = [points[begin] as number, points[begin + 1] as number];
    let moved = false;
    for (let i = begin + 2; i < end; i += 2) {
      const [qx, qy] = [points[i] as number, points[i + 1] as number];
      // Long lines pass many rows, of which few are seen.
      if (Math.max(py, qy) >= top && Math.min(py, qy) <= bottom) {
        if (!moved) context.moveTo(px - x, py - y);
        moved = true;
        if (curved && Math.abs(qx - px) > 0.5) {
          const bend = lineKind[line] === UP ? 30 : (qy - py) / 2;
          context.bezierCurveTo(px - x, py + bend - y, qx - x, qy - bend - y, qx - x, qy - y);
        } else context.lineTo(qx - x, qy - y);
      } else if (moved) break;
      px = qx;
      py = qy;
    }
  };
  world(context, camera, density);
  const touches = (line: number, box: number) => box >= 0 && (lineFrom[line] === box || lineTo[line] === box);
  const strong = found.filter((line) => touches(line, marks.picked) || touches(line, marks.cursor));
  const faded = marks.hits !== null;
  const stroke = (some: readonly number[], color: string, width: number, dash: number[]) => {
    context.strokeStyle = color;
    context.lineWidth = width;
    context.setLineDash(dash);
    for (let i = 0; i < some.length; i += BATCH) {
      context.beginPath();
      for (const line of some.slice(i, i + BATCH)) trace(line);
      context.stroke();
    }
    context.setLineDash([]);
  };
  const thin = Math.max(1.1, 0.7 / scale);
  const color = mixed(colors.bg, colors.faint, faded ? 0.3 : 0.62);
  stroke(
    found.filter((line) => lineKind[line] === 0),
    color,
    thin,
    [],
  );
  stroke(
    found.filter((line) => lineKind[line] === LINE_INSIDE),
    mixed(colors.bg, colors.faint, 0.35),
    thin,
    [],
  );
  stroke(
    found.filter((line) => lineKind[line] === UP),
    color,
    thin,
    [4, 3],
  );
  if (strong.length > 0) stroke(strong, colors.accent, Math.max(1.8, 1.2 / scale), []);
}

/** From afar: a few pixels for each box; those that fall on one another are drawn once, the strongest colour first. */
export function dots(
  context: CanvasRenderingContext2D,
  { scene, paint, marks, colors }: Omit<Picture, "texts">,
  camera: Camera,
  screen: Size,
  stretch = 1,
) {
  const { layout, view } = scene;
  const cell = 2;
  const none = plain(colors);
  const columns = Math.ceil(screen.width / cell) + 1;
  const rows = Math.ceil(screen.height / cell) + 1;
  const taken = new Uint8Array(columns * rows);
  const right = camera.x + screen.width / camera.scale;
  const bottom = camera.y + screen.height / (camera.scale * stretch);
  let last = -2;
  const one = (box: number) => {
    const [x, y] = [layout.x[box] as number, layout.y[box] as number];
    const [w, h] = [layout.width[box] as number, layout.height[box] as number];
    if (y > bottom || y + h < camera.y || x > right || x + w < camera.x || view.kind[box] === OPEN) return;
    const left = (x - camera.x) * camera.scale;
    const top = (y - camera.y) * camera.scale * stretch;
    const width = Math.max(1.5, w * camera.scale);
    const height = Math.max(1.5, h * camera.scale * stretch);
    if (width < 8 || height < 4) {
      const key = Math.max(0, Math.floor(top / cell)) * columns + Math.max(0, Math.floor(left / cell));
      if (taken[key]) return;
      taken[key] = 1;
    }
    const kind = paint.of[box] as number;
    if (kind !== last) context.fillStyle = paint.shades[kind]?.solid ?? none.solid;
    last = kind;
    if (marks.hits) context.globalAlpha = marks.hits.has(box) ? 1 : 0.25;
    context.fillRect(left, top, width, height);
  };
  // What was found is not to be hidden by what was not.
  if (marks.hits) for (const box of marks.hits) if (box >= 0) one(box);
  for (const box of strongestFirst(paint)) if (!marks.hits?.has(box)) one(box);
  context.globalAlpha = 1;
}

const orders = new WeakMap<Paint, Int32Array>();

/** All boxes, those of the last shade before the others; kept with the paint. */
function strongestFirst(paint: Paint): Int32Array {
  let order = orders.get(paint);
  if (!order) {
    const ranked = Int32Array.from(paint.of, (kind) => paint.shades.length - 1 - kind);
    const { items } = lists(
      paint.shades.length + 1,
      ranked,
      Int32Array.from(ranked, (_, box) => box),
    );
    order = items;
    orders.set(paint, order);
  }
  return order;
}

function frames(
  context: CanvasRenderingContext2D,
  { scene, paint, marks, colors }: Picture,
  camera: Camera,
  shown: readonly number[],
) {
  const { x, y, width, height } = scene.layout;
  const none = plain(colors);
  const round = camera.scale >= HEAD_FROM;
  context.lineWidth = Math.max(1, 0.7 / camera.scale);
  for (const box of shown) {
    const shade = paint.shades[paint.of[box] as number] ?? none;
    const [left, top] = [(x[box] as number) - camera.x, (y[box] as number) - camera.y];
    const [w, h] = [width[box] as number, height[box] as number];
    context.globalAlpha = marks.hits && !marks.hits.has(box) ? 0.3 : 1;
    context.strokeStyle = shade.edge;
    if (scene.view.kind[box] === CLOSED) {
      // A second sheet behind says that there is more inside.
      context.fillStyle = colors.panel;
      context.fillRect(left + 4, top + 4, w - 1, h - 1);
      context.strokeRect(left + 4, top + 4, w - 1, h - 1);
    }
    context.fillStyle = camera.scale < HEAD_FROM && shade.striped ? shade.solid : shade.fill;
    if (round) {
      context.beginPath();
      context.roundRect(left, top, w, h, 5);
      context.fill();
      context.stroke();
      if (shade.striped) {
        context.fillStyle = shade.solid;
        context.beginPath();
        context.roundRect(left, top, 5, h, [5, 0, 0, 5]);
        context.fill();
      }
    } else {
      context.fillRect(left, top, w, h);
      if (!shade.striped) context.strokeRect(left, top, w, h);
    }
  }
  context.globalAlpha = 1;
}

/** What is picked, what belongs to it, and where the keyboard is. */
function marked(
  context: CanvasRenderingContext2D,
  { scene, marks, colors }: Picture,
  camera: Camera,
  screen: Size,
  density: number,
) {
  const { x, y, width, height } = scene.layout;
  context.setTransform(density, 0, 0, density, 0, 0);
  const ring = (box: number, color: string, line: number, out: number, dash: number[] = []) => {
    if (box < 0) return;
    // From afar a ring around nothing would not be seen.
    const w = Math.max(6, (width[box] as number) * camera.scale);
    const h = Math.max(6, (height[box] as number) * camera.scale);
    const left = ((x[box] as number) + (width[box] as number) / 2 - camera.x) * camera.scale - w / 2;
    const top = ((y[box] as number) + (height[box] as number) / 2 - camera.y) * camera.scale - h / 2;
    if (left > screen.width || top > screen.height || left + w < 0 || top + h < 0) return;
    context.strokeStyle = color;
    context.lineWidth = line;
    context.setLineDash(dash);
    context.beginPath();
    context.roundRect(left - out, top - out, w + 2 * out, h + 2 * out, 5 + out);
    context.stroke();
    context.setLineDash([]);
  };
  if (marks.partners.size > MOST_RINGS) {
    // All that a large group consists of: its colour says enough.
    context.fillStyle = colors.accent;
    for (const box of marks.partners) {
      const left = ((x[box] as number) - camera.x) * camera.scale;
      const top = ((y[box] as number) - camera.y) * camera.scale;
      if (left > screen.width || top > screen.height || left < -400 || top < -100) continue;
      context.fillRect(left - 5, top, 3, Math.max(1, (height[box] as number) * camera.scale));
    }
  } else for (const box of marks.partners) if (box !== marks.picked) ring(box, colors.accent, 2, 1.5);
  ring(marks.picked, colors.accent, 3.5, 2);
  ring(marks.cursor, colors.ink, 1.5, 6, [3, 3]);
}
