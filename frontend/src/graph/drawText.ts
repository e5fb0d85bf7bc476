/** The texts on boxes. */
import type { Camera } from "./camera";
import type { Picture } from "./draw";
import { fitted } from "./labels";
import { mixed, plain } from "./paint";
import { type Scene, STUB } from "./scene";
import { CLOSED } from "./view";

/** The texts of a box at its width. */
export interface Cut {
  head: string;
  right: string;
  sub: string;
  subRight: string;
}

export const FONT = '"Inter Variable", system-ui, sans-serif';
export const HEAD_FONT = `600 12px ${FONT}`;
export const SUB_FONT = `400 11px ${FONT}`;
const FAR_FONT = `600 21px ${FONT}`;
const STUB_FONT = `400 10px ${FONT}`;
/** From this size on all texts are drawn, and from that one on the type alone, larger. */
export const TEXT_FROM = 0.5;
export const HEAD_FROM = 0.26;

export function texts(
  context: CanvasRenderingContext2D,
  picture: Picture,
  camera: Camera,
  shown: readonly number[],
) {
  const { scene, marks, colors } = picture;
  const { x, y, width, height } = scene.layout;
  const near = camera.scale >= TEXT_FROM;
  const none = plain(colors);
  const shadeOf = (box: number) => picture.paint.shades[picture.paint.of[box] as number] ?? none;
  context.textBaseline = "middle";
  const alpha = (box: number) => {
    context.globalAlpha = marks.hits && !marks.hits.has(box) ? 0.35 : 1;
  };
  if (!near) {
    context.font = FAR_FONT;
    context.textAlign = "left";
    for (const box of shown) {
      alpha(box);
      context.fillStyle = shadeOf(box).ink;
      const { head } = scene.labelOf(box);
      const text = head.length > 15 ? `${head.slice(0, 14)}…` : head;
      const middle = (y[box] as number) - camera.y + (height[box] as number) / 2;
      context.fillText(text, (x[box] as number) - camera.x + 12, middle, (width[box] as number) - 18);
    }
    context.globalAlpha = 1;
    return;
  }
  // Font by font: to change it is what costs.
  const row = (place: number) => (box: number) => {
    const tall = height[box] as number;
    return (y[box] as number) - camera.y + (place === 0 ? tall / 2 - 8 : tall / 2 + 9);
  };
  const [first, second] = [row(0), row(1)];
  context.font = HEAD_FONT;
  context.textAlign = "left";
  for (const box of shown) {
    alpha(box);
    context.fillStyle = shadeOf(box).ink;
    context.fillText(cutTexts(context, picture, box).head, (x[box] as number) - camera.x + 12, first(box));
  }
  context.font = SUB_FONT;
  for (const box of shown) {
    alpha(box);
    context.fillStyle = shadeOf(box).dim;
    context.fillText(cutTexts(context, picture, box).sub, (x[box] as number) - camera.x + 12, second(box));
  }
  context.textAlign = "right";
  for (const box of shown) {
    alpha(box);
    const shade = shadeOf(box);
    const { right, subRight } = cutTexts(context, picture, box);
    const at = (x[box] as number) - camera.x + (width[box] as number) - 9;
    context.fillStyle =
      scene.document.kind === "runtime" || scene.view.kind[box] === CLOSED ? shade.ink : shade.dim;
    if (right) context.fillText(right, at, first(box));
    context.fillStyle = shade.dim;
    if (subRight) context.fillText(subRight, at, second(box));
  }
  context.globalAlpha = 1;
  bars(context, picture, camera, shown);
}

/** Its time against the slowest box as a line at the lower edge: slow layers stand out in every colouring. */
function bars(
  context: CanvasRenderingContext2D,
  { scene, paint, colors }: Picture,
  camera: Camera,
  shown: readonly number[],
) {
  const { x, y, width, height } = scene.layout;
  if (scene.document.kind !== "runtime" || !(scene.slowest > 0)) return;
  context.fillStyle = colors.c3;
  for (const box of shown) {
    const share = Math.min(1, (scene.sums.time[box] as number) / scene.slowest);
    if (share <= 0 || (paint.shades.length > 0 && !paint.shades[0]?.striped)) continue;
    const long = Math.max(1, share * ((width[box] as number) - 8));
    const [left, bottom] = [
      (x[box] as number) - camera.x,
      (y[box] as number) + (height[box] as number) - camera.y,
    ];
    context.fillRect(left + 6, bottom - 3, long, 2);
  }
}

/** Texts at the width of their box, measured once in the units of the world. */
export function cutTexts(context: CanvasRenderingContext2D, picture: Picture, box: number): Cut {
  const known = picture.texts.get(box);
  if (known) return known;
  const { scene } = picture;
  const font = context.font;
  const room = (scene.layout.width[box] as number) - 22;
  const { head, right, sub, subRight } = scene.labelOf(box);
  context.font = SUB_FONT;
  const measure = (text: string) => context.measureText(text).width;
  const cut: Cut = { head: "", sub: "", right: "", subRight: "" };
  cut.subRight = subRight === "" ? "" : fitted(subRight, room * 0.6, measure);
  cut.sub = fitted(sub, room - (cut.subRight ? measure(cut.subRight) + 8 : 0), measure, "end");
  if (scene.document.kind === "ir" && scene.view.kind[box] !== CLOSED) {
    // The type tells more than the first dimensions.
    context.font = HEAD_FONT;
    cut.head = fitted(head, room, measure);
    const left = room - measure(cut.head) - 8;
    context.font = SUB_FONT;
    cut.right = left < 24 ? "" : fitted(right, left, measure, "end");
  } else {
    cut.right = right === "" ? "" : fitted(right, room * 0.62, measure);
    const spent = cut.right ? measure(cut.right) + 8 : 0;
    context.font = HEAD_FONT;
    cut.head = fitted(head, room - spent, measure);
  }
  context.font = font;
  picture.texts.set(box, cut);
  return cut;
}

/** The text at a box whose producer is far away: that one's name. */
export function stubText(scene: Scene, sources: readonly number[]): string {
  const { head, sub } = scene.labelOf(sources[0] as number);
  const node = scene.view.kind[sources[0] as number] === CLOSED ? head : sub;
  return `↑ ${node}${sources.length > 1 ? ` +${sources.length - 1}` : ""}`;
}

export function stubs(
  context: CanvasRenderingContext2D,
  { scene, colors }: Picture,
  camera: Camera,
  shown: readonly number[],
) {
  const { x, y, height } = scene.layout;
  context.font = STUB_FONT;
  context.textAlign = "left";
  const color = mixed(colors.bg, colors.faint, 0.62);
  const one = (text: string, left: number, top: number) => {
    const cut = fitted(text, STUB.width - 10, (part) => context.measureText(part).width, "start");
    const width = context.measureText(cut).width + 10;
    context.fillStyle = colors.bg;
    context.strokeStyle = color;
    context.lineWidth = 1;
    context.beginPath();
    context.roundRect(left, top, width, STUB.height, 7);
    context.fill();
    context.stroke();
    context.fillStyle = colors.dim;
    context.fillText(cut, left + 5, top + STUB.height / 2 + 0.5);
  };
  for (const box of shown) {
    const left = (x[box] as number) - camera.x + STUB.x;
    const top = (y[box] as number) - camera.y;
    const into = scene.cutInto.get(box);
    if (into) one(stubText(scene, into), left, top - STUB.height - STUB.gap);
    const out = scene.cutOut.get(box);
    if (out) {
      one(
        `↓ ${out.length === 1 ? "1 far reader" : `${out.length} far readers`}`,
        left,
        top + (height[box] as number) + STUB.gap,
      );
    }
  }
}
