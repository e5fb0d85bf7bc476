import type { EChartsType } from "echarts/core";
import { type RefObject, useCallback, useEffect, useRef, useState } from "react";
import { type Box, boxView, type Frame, inside, type Scale, type View, zoomed } from "./plane";

export interface Plane {
  /** What is shown now, and what there is to see at most. */
  view: View;
  full: View;
  scale: Scale;
  /** Null shows everything again. */
  onView: (view: View | null) => void;
}

/** Where the plot lies, once it was drawn. */
export function useFrame(chart: EChartsType | null, view: View | undefined) {
  const [frame, setFrame] = useState<Frame | null>(null);
  const shown = useRef(view);
  shown.current = view;
  const measure = useCallback(() => {
    const now = shown.current;
    // Before the first drawing there are no axes to ask.
    if (!chart || !now || !chart.getOption()) return;
    const [left = 0, bottom = 0] = chart.convertToPixel("grid", [now.x.min, now.y.min]) as number[];
    const [right = 0, top = 0] = chart.convertToPixel("grid", [now.x.max, now.y.max]) as number[];
    const next = { left, top, width: right - left, height: bottom - top };
    if (!(next.width > 0 && next.height > 0)) return;
    setFrame((known) => (known && JSON.stringify(known) === JSON.stringify(next) ? known : next));
  }, [chart]);
  return { frame, measure };
}

const WHEEL_FACTOR = 1.0015;

/**
 * A box drawn with the pointer zooms, and so does the wheel: with Ctrl, or alone once the chart has the focus, so that a
 * page that is scrolled past a chart goes on scrolling. A double click shows everything.
 */
export function usePlane(
  element: RefObject<HTMLElement | null>,
  frame: Frame | null,
  plane: Plane | undefined,
) {
  const [box, setBox] = useState<Box | null>(null);
  const now = useRef({ frame, plane });
  now.current = { frame, plane };
  const active = plane !== undefined;

  useEffect(() => {
    const chart = element.current;
    if (!chart || !active) return;
    let drawn: Box | null = null;
    const place = (event: MouseEvent) => {
      const { left, top } = chart.getBoundingClientRect();
      return { x: event.clientX - left, y: event.clientY - top };
    };
    const onWheel = (event: WheelEvent) => {
      const { frame: at, plane: shown } = now.current;
      const { x, y } = place(event);
      if (!at || !shown || !inside(x, y, at)) return;
      if (!event.ctrlKey && !event.metaKey && !chart.contains(document.activeElement)) return;
      event.preventDefault();
      const share = { x: (x - at.left) / at.width, y: 1 - (y - at.top) / at.height };
      shown.onView(zoomed(shown.view, shown.full, share, WHEEL_FACTOR ** event.deltaY, shown.scale));
    };
    const onDown = (event: PointerEvent) => {
      const { x, y } = place(event);
      const { frame: at } = now.current;
      if (event.button === 0 && at && inside(x, y, at)) drawn = { x1: x, y1: y, x2: x, y2: y };
    };
    const onMove = (event: PointerEvent) => {
      if (!drawn) return;
      const { x, y } = place(event);
      drawn = { ...drawn, x2: x, y2: y };
      setBox(drawn);
    };
    const onUp = () => {
      const { frame: at, plane: shown } = now.current;
      const view = drawn && at && shown && boxView(drawn, at, shown.view, shown.scale);
      drawn = null;
      setBox(null);
      if (view) now.current.plane?.onView(view);
    };
    const onDouble = () => now.current.plane?.onView(null);
    chart.addEventListener("wheel", onWheel, { passive: false });
    chart.addEventListener("pointerdown", onDown);
    chart.addEventListener("dblclick", onDouble);
    window.addEventListener("pointermove", onMove);
    window.addEventListener("pointerup", onUp);
    return () => {
      chart.removeEventListener("wheel", onWheel);
      chart.removeEventListener("pointerdown", onDown);
      chart.removeEventListener("dblclick", onDouble);
      window.removeEventListener("pointermove", onMove);
      window.removeEventListener("pointerup", onUp);
    };
  }, [element, active]);

  return box && frame && boxView(box, frame, UNIT, "linear") ? box : null;
}

// Only the size of a box matters for whether it is drawn.
const UNIT: View = { x: { min: 0, max: 1 }, y: { min: 0, max: 1 } };
