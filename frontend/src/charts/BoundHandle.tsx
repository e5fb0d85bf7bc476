import { type KeyboardEvent, type PointerEvent, useRef } from "react";
import classes from "./Chart.module.css";
import { boundShare, draggedBound, type Keep, keyedBound } from "./limit";
import type { Frame, Range } from "./plane";

interface Props {
  frame: Frame;
  /** The line stands upright on the horizontal axis, or lies on the upright one. */
  axis: "x" | "y";
  range: Range;
  keep: Keep;
  bound: number | undefined;
  /** What is limited. */
  label: string;
  text: string;
  /** While it is dragged. */
  onMove: (bound: number | undefined) => void;
  onDone: (bound: number | undefined) => void;
}

/** A limit on either axis, upwards or downwards, taken by pointer or keyboard. Without one it waits at the open end. */
export function BoundHandle({ frame, axis, range, keep, bound, label, text, onMove, onDone }: Props) {
  const last = useRef(bound);
  const dragging = useRef(false);
  const upright = axis === "y";
  const at = (event: PointerEvent<HTMLElement>) => {
    const box = event.currentTarget.parentElement?.getBoundingClientRect();
    const share = upright
      ? 1 - (event.clientY - (box?.top ?? 0) - frame.top) / frame.height
      : (event.clientX - (box?.left ?? 0) - frame.left) / frame.width;
    last.current = draggedBound(share, range, keep);
    return last.current;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const next = keyedBound(bound, event.key, event.shiftKey, range, keep);
    if (!next) return;
    event.preventDefault();
    event.stopPropagation();
    onDone(next.limit);
  };
  const share = boundShare(bound, range, keep);
  const place = upright
    ? { left: frame.left, width: frame.width, top: frame.top + (1 - share) * frame.height }
    : { left: frame.left + share * frame.width, top: frame.top, height: frame.height };
  const open = keep === "most" ? range.max : range.min;
  return (
    <div
      role="slider"
      tabIndex={0}
      aria-label={`Limit of ${label}`}
      aria-orientation={upright ? "vertical" : "horizontal"}
      aria-valuemin={Math.min(range.min, bound ?? range.min)}
      aria-valuemax={Math.max(range.max, bound ?? range.max)}
      aria-valuenow={bound ?? open}
      aria-valuetext={text}
      title="Drag, or use the arrow keys; Delete takes it away"
      className={upright ? classes.across : classes.limit}
      data-none={bound === undefined || undefined}
      data-low={share < 0.2 || undefined}
      style={place}
      onPointerDown={(event) => {
        event.preventDefault();
        event.stopPropagation();
        event.currentTarget.focus();
        event.currentTarget.setPointerCapture(event.pointerId);
        dragging.current = true;
        last.current = bound;
      }}
      onPointerMove={(event) => {
        if (dragging.current) onMove(at(event));
      }}
      onPointerUp={() => {
        if (!dragging.current) return;
        dragging.current = false;
        onDone(last.current);
      }}
      onPointerCancel={() => {
        dragging.current = false;
        onDone(bound);
      }}
      onKeyDown={onKeyDown}
    >
      <span>{bound === undefined ? "limit" : text}</span>
    </div>
  );
}
