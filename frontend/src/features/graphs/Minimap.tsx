import { type PointerEvent, type Ref, useEffect, useImperativeHandle, useRef, useState } from "react";
import { drawMinimap, minimapScales } from "../../graph/minimap";
import type { GraphColors, Paint } from "../../graph/paint";
import type { Scene } from "../../graph/scene";
import classes from "./Graphs.module.css";

/** What the canvas shows, in world units. */
export interface Window {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface MinimapHandle {
  /** Called in every frame of a move: it changes the style, and React has nothing to do. */
  show: (window: Window) => void;
}

interface Props {
  scene: Scene;
  paint: Paint;
  hits: ReadonlySet<number> | null;
  colors: GraphColors;
  ref: Ref<MinimapHandle>;
  onMove: (x: number, y: number) => void;
}

/** All of the graph at the right edge; dragging moves the window. The keyboard moves the graph itself. */
export function Minimap({ scene, paint, hits, colors, ref, onMove }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [strip, setStrip] = useState({ width: 0, height: 0 });
  useEffect(() => {
    const box = canvas.current;
    if (!box) return;
    const watch = new ResizeObserver(() => setStrip({ width: box.clientWidth, height: box.clientHeight }));
    watch.observe(box);
    return () => watch.disconnect();
  }, []);
  useEffect(() => {
    if (canvas.current && strip.width > 0) drawMinimap(canvas.current, scene, paint, hits, colors, strip);
  }, [scene, paint, hits, colors, strip]);

  const { x, y } = minimapScales(scene.layout, strip);
  const place = (event: PointerEvent<HTMLDivElement>) => {
    if (event.buttons !== 1) return;
    const box = event.currentTarget.getBoundingClientRect();
    onMove((event.clientX - box.left) / x, (event.clientY - box.top) / y);
  };
  const frame = useRef<HTMLElement>(null);
  const last = useRef<Window>({ x: 0, y: 0, width: 1, height: 1 });
  const show = (window: Window) => {
    last.current = window;
    if (!frame.current) return;
    const [left, top] = [Math.max(0, window.x * x), Math.max(0, window.y * y)];
    const right = Math.min(strip.width, (window.x + window.width) * x);
    const bottom = Math.min(strip.height, (window.y + window.height) * y);
    const { style } = frame.current;
    style.transform = `translate(${left}px, ${top}px)`;
    style.width = `${Math.max(4, right - left)}px`;
    style.height = `${Math.max(4, bottom - top)}px`;
  };
  useImperativeHandle(ref, () => ({ show }));
  useEffect(() => show(last.current));
  return (
    <div
      className={classes.minimap}
      aria-hidden
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        place(event);
      }}
      onPointerMove={place}
    >
      <canvas ref={canvas} />
      <i ref={frame} />
    </div>
  );
}
