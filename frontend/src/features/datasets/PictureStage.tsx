import { useElementSize } from "@mantine/hooks";
import { type KeyboardEvent, type PointerEvent, type ReactNode, useEffect, useRef, useState } from "react";
import classes from "./Stage.module.css";
import { FIT, moved, type View, zoomedAt } from "./stageView";

interface Props {
  image: string;
  alt: string;
  width: number;
  height: number;
  /** The greatest height on the page, as CSS says it. */
  maxHeight: string;
  /** In a dialogue the wheel zooms by itself; on a page it scrolls, and zooms with Ctrl. */
  wheel?: "plain" | "ctrl";
  /** Layers over the picture. `scale`: how many pixels of the screen one of the picture takes. */
  children?: (scale: number) => ReactNode;
}

/** A picture that can be zoomed into and moved, with what is drawn over it. */
export function PictureStage({ image, alt, width, height, maxHeight, wheel = "ctrl", children }: Props) {
  const { ref: measured, width: shown } = useElementSize();
  const box = useRef<HTMLElement>(null);
  const [view, setView] = useState<View>(FIT);
  const from = useRef<{ x: number; y: number } | null>(null);
  const ratio = height > 0 ? width / height : 1;

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const onWheel = (event: WheelEvent) => {
      if (wheel === "ctrl" && !event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const { left, top, width: wide, height: high } = element.getBoundingClientRect();
      const at = { x: (event.clientX - left) / wide, y: (event.clientY - top) / high };
      setView((now) => zoomedAt(now, at, Math.exp(-event.deltaY / 400)));
    };
    element.addEventListener("wheel", onWheel, { passive: false });
    return () => element.removeEventListener("wheel", onWheel);
  }, [wheel]);

  const zoom = (factor: number) => setView((now) => zoomedAt(now, { x: 0.5, y: 0.5 }, factor));
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "+" || event.key === "=") zoom(1.4);
    else if (event.key === "-") zoom(1 / 1.4);
    else if (event.key === "0") setView(FIT);
    else return;
    event.preventDefault();
  };
  const move = (event: PointerEvent<HTMLElement>) => {
    if (!from.current) return;
    const { width: wide, height: high } = event.currentTarget.getBoundingClientRect();
    const by = { x: (event.clientX - from.current.x) / wide, y: (event.clientY - from.current.y) / high };
    from.current = { x: event.clientX, y: event.clientY };
    setView((now) => moved(now, by));
  };
  const release = () => {
    from.current = null;
  };
  const scale = (shown > 0 && width > 0 ? shown / width : 1) * view.zoom;
  return (
    <div className={classes.outer} style={{ width: `min(100%, calc(${maxHeight} * ${ratio}))` }}>
      <section
        ref={box}
        aria-label={`${alt}; plus and minus zoom, 0 fits`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: keys zoom it
        tabIndex={0}
        className={view.zoom > 1 ? `${classes.box} ${classes.movable}` : classes.box}
        style={{ aspectRatio: `${width} / ${height}` }}
        onKeyDown={onKey}
        onPointerDown={(event) => {
          if (view.zoom === 1 || event.button !== 0) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          from.current = { x: event.clientX, y: event.clientY };
        }}
        onPointerMove={move}
        onPointerUp={release}
        onPointerCancel={release}
      >
        <div
          ref={measured}
          className={classes.inner}
          style={{
            transform: `translate(${view.x * 100}%, ${view.y * 100}%) scale(${view.zoom})`,
            imageRendering: scale > 3 ? "pixelated" : undefined,
          }}
        >
          <img src={image} alt={alt} draggable={false} />
          {children?.(scale)}
        </div>
      </section>
      <div className={classes.tools}>
        <button type="button" aria-label="Zoom out" onClick={() => zoom(1 / 1.4)}>
          −
        </button>
        <button type="button" aria-label="Zoom in" onClick={() => zoom(1.4)}>
          +
        </button>
        {view.zoom > 1 && (
          <button type="button" aria-label="Fit the picture" onClick={() => setView(FIT)}>
            fit
          </button>
        )}
      </div>
    </div>
  );
}
