/** Wheel, drag and keys of a picture. */
import { type KeyboardEvent, type PointerEvent, useCallback, useEffect, useRef, useState } from "react";
import { fitted, moved, type Size, type View, zoomed } from "./view";

const STEP_PX = 40;
const ARROWS: Record<string, [number, number]> = {
  ArrowLeft: [STEP_PX, 0],
  ArrowRight: [-STEP_PX, 0],
  ArrowUp: [0, STEP_PX],
  ArrowDown: [0, -STEP_PX],
};

/** `of`: another picture begins with the whole of it again. */
export function usePictureView(picture: Size, of: string) {
  const frame = useRef<HTMLElement>(null);
  const [room, setRoom] = useState<Size | null>(null);
  const [chosen, setChosen] = useState<{ of: string; view: View } | null>(null);
  const drag = useRef<{ x: number; y: number } | null>(null);
  const known = room !== null && picture.width > 0 && picture.height > 0;
  const fit = known ? fitted(room, picture) : null;
  const view = (chosen?.of === of ? chosen.view : null) ?? fit;
  const now = useRef({ view, room, picture });
  now.current = { view, room, picture };

  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const watch = new ResizeObserver(() => {
      setRoom({ width: element.clientWidth, height: element.clientHeight });
      setChosen(null);
    });
    watch.observe(element);
    return () => watch.disconnect();
  }, []);

  const change = useCallback(
    (make: (view: View, room: Size, picture: Size) => View) => {
      const { view, room, picture } = now.current;
      if (view && room) setChosen({ of, view: make(view, room, picture) });
    },
    [of],
  );
  const zoomBy = useCallback(
    (factor: number, point?: { x: number; y: number }) =>
      change((view, room, picture) =>
        zoomed(view, point ?? { x: room.width / 2, y: room.height / 2 }, factor, room, picture),
      ),
    [change],
  );

  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    // React listens to wheels passively, so that it could not keep the page from scrolling.
    const onWheel = (event: WheelEvent) => {
      if (!event.ctrlKey && !event.metaKey && document.activeElement !== element) return;
      event.preventDefault();
      const box = element.getBoundingClientRect();
      zoomBy(Math.exp(-event.deltaY * 0.0016), { x: event.clientX - box.left, y: event.clientY - box.top });
    };
    element.addEventListener("wheel", onWheel, { passive: false });
    return () => element.removeEventListener("wheel", onWheel);
  }, [zoomBy]);

  const handlers = {
    onPointerDown: (event: PointerEvent) => {
      drag.current = { x: event.clientX, y: event.clientY };
    },
    onPointerMove: (event: PointerEvent) => {
      if (!drag.current || event.buttons === 0) return;
      const [dx, dy] = [event.clientX - drag.current.x, event.clientY - drag.current.y];
      drag.current = { x: event.clientX, y: event.clientY };
      change((view, room, picture) => moved(view, dx, dy, room, picture));
    },
    onPointerUp: () => {
      drag.current = null;
    },
    onDoubleClick: (event: { currentTarget: Element; clientX: number; clientY: number }) => {
      const box = event.currentTarget.getBoundingClientRect();
      zoomBy(2, { x: event.clientX - box.left, y: event.clientY - box.top });
    },
    onKeyDown: (event: KeyboardEvent) => {
      const arrow = ARROWS[event.key];
      const whole = !fit || !view || view.scale <= fit.scale * 1.001;
      if (event.key === "+" || event.key === "=") zoomBy(1.5);
      else if (event.key === "-") zoomBy(1 / 1.5);
      else if (event.key === "0") setChosen(null);
      // With the whole picture in sight there is nothing to move; the keys are left to the page.
      else if (arrow && !whole) {
        change((view, room, picture) => moved(view, arrow[0], arrow[1], room, picture));
        event.stopPropagation();
      } else return;
      event.preventDefault();
    },
  };
  const whole = !view || !fit || view.scale <= fit.scale * 1.001;
  return { frame, view, whole, handlers, zoomBy, showAll: () => setChosen(null) };
}
