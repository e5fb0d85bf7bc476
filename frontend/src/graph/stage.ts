/**
 * A canvas that shows a scene and is moved by pointer, wheel and calls. It draws when something changed, at most once
 * a frame, and does nothing otherwise.
 */
import {
  between,
  type Camera,
  kept,
  opening,
  type Rect,
  revealing,
  type Size,
  smallest,
  whole,
  zoomed,
} from "./camera";
import { draw, type Marks, NO_MARKS, type Picture } from "./draw";
import { HEAD_FROM } from "./drawText";
import { HEADER } from "./layout";
import type { GraphColors, Paint } from "./paint";
import { boxAt, type Scene } from "./scene";
import { NODE, OPEN } from "./view";

export interface StageEvents {
  onPick: (box: number) => void;
  onOpen: (box: number) => void;
  /** After every move, with the window in world units. */
  onMove: (window: Rect) => void;
}

export interface Stage {
  /** `keep`: the box of the old scene and that of the new one which is to stay in its place on the screen. */
  setScene: (scene: Scene | null, keep?: { before: number; after: number }) => void;
  setPaint: (paint: Paint, colors: GraphColors) => void;
  setMarks: (marks: Marks) => void;
  reveal: (boxes: readonly number[]) => void;
  zoom: (factor: number) => void;
  fit: () => void;
  moveTo: (x: number, y: number) => void;
  screen: () => Size;
  close: () => void;
}

const DRAG_FROM = 4;
const MOVE_MS = 180;

export function createStage(canvas: HTMLCanvasElement, events: StageEvents): Stage {
  const context = canvas.getContext("2d", { alpha: false });
  let camera: Camera = { x: 0, y: 0, scale: 1 };
  let scene: Scene | null = null;
  let paint: Paint = { shades: [], of: new Int16Array(0) };
  let colors: GraphColors | null = null;
  let marks: Marks = NO_MARKS;
  let texts: Picture["texts"] = new Map();
  let size: Size = { width: canvas.clientWidth, height: canvas.clientHeight };
  let frame = 0;
  let moving: { from: Camera; to: Camera; start: number } | null = null;
  /** A scene that came before the canvas had a size. */
  let unopened = true;
  const still = matchMedia("(prefers-reduced-motion: reduce)");

  const graph = (): Size => ({
    width: scene?.layout.totalWidth ?? 1,
    height: scene?.layout.totalHeight ?? 1,
  });

  const paintFrame = (now: number) => {
    frame = 0;
    if (moving) {
      const part = Math.min(1, (now - moving.start) / MOVE_MS);
      camera = between(moving.from, moving.to, 1 - (1 - part) ** 3);
      if (part >= 1) {
        camera = moving.to;
        moving = null;
      } else invalidate();
    }
    if (!context || !colors || size.width === 0) return;
    const density = Math.min(3, window.devicePixelRatio || 1);
    const [wide, high] = [Math.round(size.width * density), Math.round(size.height * density)];
    if (canvas.width !== wide || canvas.height !== high) {
      canvas.width = wide;
      canvas.height = high;
    }
    if (!scene) {
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.fillStyle = colors.bg;
      context.fillRect(0, 0, wide, high);
      return;
    }
    draw(context, { scene, paint, marks, colors, texts }, camera, size, density);
    // For tests and benchmarks: how much of what is on the canvas.
    canvas.dataset.drawn = String(scene.view.count);
    events.onMove({
      x: camera.x,
      y: camera.y,
      width: size.width / camera.scale,
      height: size.height / camera.scale,
    });
  };
  const invalidate = () => {
    if (frame === 0) frame = requestAnimationFrame(paintFrame);
  };
  const move = (next: Camera, smoothly = false) => {
    const to = kept(next, graph(), size);
    if (smoothly && !still.matches) moving = { from: camera, to, start: performance.now() };
    else {
      camera = to;
      moving = null;
    }
    invalidate();
  };
  const open = () => {
    if (!scene || size.width === 0) return;
    unopened = false;
    let first = 0;
    let top = Number.POSITIVE_INFINITY;
    scene.layout.y.forEach((y, box) => {
      if (y < top) [first, top] = [box, y];
    });
    const middle = (scene.layout.x[first] ?? 0) + (scene.layout.width[first] ?? 0) / 2;
    move(opening(graph(), size, middle));
  };

  const watch = new ResizeObserver(() => {
    const before = size;
    size = { width: canvas.clientWidth, height: canvas.clientHeight };
    if (unopened) open();
    // What is in the middle stays there.
    else move({ ...camera, x: camera.x + (before.width - size.width) / 2 / camera.scale });
  });
  watch.observe(canvas);

  const at = (event: MouseEvent) => {
    const box = canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const hit = (event: MouseEvent) => {
    if (!scene) return -1;
    const { x, y } = at(event);
    return boxAt(scene, camera.x + x / camera.scale, camera.y + y / camera.scale);
  };

  /** The minus in the header of an open group, which stays in sight while the group is. */
  const isMinus = (event: MouseEvent, box: number) => {
    if (!scene || box < 0 || scene.view.kind[box] !== OPEN || camera.scale < HEAD_FROM) return false;
    const { x, y } = at(event);
    const left = (scene.layout.x[box] as number) - camera.x;
    const top = Math.max(0, (scene.layout.y[box] as number) - camera.y);
    return x / camera.scale - left < HEADER && y / camera.scale - top < HEADER;
  };

  let held: { id: number; x: number; y: number; camera: Camera; dragged: boolean } | null = null;
  const onDown = (event: PointerEvent) => {
    if (event.button > 1) return;
    held = { id: event.pointerId, ...at(event), camera, dragged: false };
    moving = null;
  };
  const onPointer = (event: PointerEvent) => {
    if (!held || held.id !== event.pointerId) {
      const box = held ? -1 : hit(event);
      canvas.style.cursor = box >= 0 ? "pointer" : "grab";
      const name = box >= 0 && scene ? scene.labelOf(box) : null;
      const more = box >= 0 && scene?.view.kind[box] !== NODE ? "\nDouble click opens or closes it" : "";
      canvas.title = name ? `${name.head}\n${name.sub}`.slice(0, 400) + more : "";
      return;
    }
    const { x, y } = at(event);
    if (!held.dragged && Math.hypot(x - held.x, y - held.y) < DRAG_FROM) return;
    if (!held.dragged) canvas.setPointerCapture?.(event.pointerId);
    held.dragged = true;
    canvas.style.cursor = "grabbing";
    const { camera: from } = held;
    move({ x: from.x - (x - held.x) / from.scale, y: from.y - (y - held.y) / from.scale, scale: from.scale });
  };
  const onUp = (event: PointerEvent) => {
    if (held?.id !== event.pointerId) return;
    if (!held.dragged && event.type === "pointerup") {
      const box = hit(event);
      if (isMinus(event, box)) events.onOpen(box);
      else events.onPick(box);
    }
    held = null;
    canvas.style.cursor = "grab";
  };
  const onDouble = (event: MouseEvent) => {
    const box = hit(event);
    if (box >= 0 && !isMinus(event, box)) events.onOpen(box);
  };
  const onWheel = (event: WheelEvent) => {
    const unit = event.deltaMode === 1 ? 16 : event.deltaMode === 2 ? size.height : 1;
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      const factor = Math.exp(-Math.max(-60, Math.min(60, event.deltaY * unit)) / 180);
      move(zoomed(camera, factor, at(event), smallest(graph(), size)));
      return;
    }
    // Until one is in the graph, the wheel scrolls the page over it.
    if (document.activeElement !== canvas) return;
    event.preventDefault();
    const [dx, dy] = event.shiftKey ? [event.deltaY, event.deltaX] : [event.deltaX, event.deltaY];
    move({ ...camera, x: camera.x + (dx * unit) / camera.scale, y: camera.y + (dy * unit) / camera.scale });
  };
  canvas.addEventListener("pointerdown", onDown);
  canvas.addEventListener("pointermove", onPointer);
  canvas.addEventListener("pointerup", onUp);
  canvas.addEventListener("pointercancel", onUp);
  canvas.addEventListener("dblclick", onDouble);
  canvas.addEventListener("wheel", onWheel, { passive: false });

  return {
    setScene: (next, keep) => {
      const old = scene;
      scene = next;
      texts = new Map();
      if (!next) {
        unopened = true;
        invalidate();
      } else if (unopened || !old) open();
      else if (keep && keep.before >= 0 && keep.after >= 0) {
        const shift = (axis: "x" | "y") =>
          (next.layout[axis][keep.after] as number) - (old.layout[axis][keep.before] as number);
        move({ x: camera.x + shift("x"), y: camera.y + shift("y"), scale: camera.scale });
      } else open();
    },
    setPaint: (next, shown) => {
      paint = next;
      colors = shown;
      invalidate();
    },
    setMarks: (next) => {
      marks = next;
      invalidate();
    },
    reveal: (boxes) => {
      if (!scene || boxes.length === 0 || size.width === 0) return;
      const { x, y, width, height } = scene.layout;
      const of = (some: readonly number[]): Rect => {
        const left = Math.min(...some.map((box) => x[box] as number));
        const top = Math.min(...some.map((box) => y[box] as number));
        return {
          x: left,
          y: top,
          width: Math.max(...some.map((box) => (x[box] as number) + (width[box] as number))) - left,
          height: Math.max(...some.map((box) => (y[box] as number) + (height[box] as number))) - top,
        };
      };
      const all = of(boxes.slice(0, 64));
      const fits = all.width * 0.3 < size.width && all.height * 0.3 < size.height;
      move(revealing(camera, fits ? all : of(boxes.slice(0, 1)), size), true);
    },
    zoom: (factor) =>
      move(zoomed(camera, factor, { x: size.width / 2, y: size.height / 2 }, smallest(graph(), size)), true),
    fit: () => move(whole(graph(), size), true),
    moveTo: (x, y) =>
      move({ ...camera, x: x - size.width / 2 / camera.scale, y: y - size.height / 2 / camera.scale }),
    screen: () => size,
    close: () => {
      cancelAnimationFrame(frame);
      watch.disconnect();
      canvas.removeEventListener("pointerdown", onDown);
      canvas.removeEventListener("pointermove", onPointer);
      canvas.removeEventListener("pointerup", onUp);
      canvas.removeEventListener("pointercancel", onUp);
      canvas.removeEventListener("dblclick", onDouble);
      canvas.removeEventListener("wheel", onWheel);
    },
  };
}
