import { type KeyboardEvent, type PointerEvent, useRef } from "react";
import classes from "./Chart.module.css";
import { draggedLimit, handleShare, keyedLimit } from "./limit";
import type { Frame, Range } from "./plane";

interface Props {
  frame: Frame;
  range: Range;
  limit: number | undefined;
  /** What is limited, with its unit: "median latency". */
  label: string;
  text: string;
  /** While it is dragged. */
  onMove: (limit: number | undefined) => void;
  onDone: (limit: number | undefined) => void;
}

/** The limit as a line that can be taken by pointer or keyboard. Without a limit it waits at the end of the axis. */
export function LimitHandle({ frame, range, limit, label, text, onMove, onDone }: Props) {
  const last = useRef(limit);
  const dragging = useRef(false);
  const at = (event: PointerEvent<HTMLElement>) => {
    const box = event.currentTarget.parentElement?.getBoundingClientRect();
    const share = (event.clientX - (box?.left ?? 0) - frame.left) / frame.width;
    last.current = draggedLimit(share, range);
    return last.current;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const next = keyedLimit(limit, event.key, event.shiftKey, range);
    if (!next) return;
    event.preventDefault();
    event.stopPropagation();
    onDone(next.limit);
  };
  return (
    <div
      role="slider"
      tabIndex={0}
      aria-label={`Limit of ${label}`}
      aria-valuemin={0}
      aria-valuemax={Math.max(range.max, limit ?? 0)}
      aria-valuenow={limit ?? range.max}
      aria-valuetext={text}
      title="Drag, or use the arrow keys; to the right end for no limit"
      className={classes.limit}
      data-none={limit === undefined || undefined}
      style={{
        left: frame.left + handleShare(limit, range) * frame.width,
        top: frame.top,
        height: frame.height,
      }}
      onPointerDown={(event) => {
        event.preventDefault();
        event.stopPropagation();
        event.currentTarget.focus();
        event.currentTarget.setPointerCapture(event.pointerId);
        dragging.current = true;
        last.current = limit;
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
        onDone(limit);
      }}
      onKeyDown={onKeyDown}
    >
      <span>{limit === undefined ? "limit" : text}</span>
    </div>
  );
}
