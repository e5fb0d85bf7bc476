import { useComputedColorScheme } from "@mantine/core";
import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from "react";
import { readColors } from "../../charts/colors";
import { counted, percent } from "../../format/number";
import { type Matrix, strength } from "./confusion";
import classes from "./Reports.module.css";
import type { Truth } from "./truth";

interface Props {
  matrix: Matrix;
  truth: Truth;
  onPick: (annotated: number, predicted: number) => void;
}

interface Place {
  row: number;
  column: number;
}

// Up to here every row has room for its name.
const NAMED = 45;
const SIDE_PX = 520;
const LEAST_PX = 14;
const MOST_PX = 46;
const LETTER_PX = 6.4;
const REACH_PX = 5;
const FONT = '11px "Inter Variable", system-ui, sans-serif';

/** Rows are what is annotated, columns what was predicted; the darker, the larger the share of the row. */
export function ConfusionMatrix({ matrix, truth, onPick }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const frame = useRef<HTMLDivElement>(null);
  const [pointed, setAt] = useState<Place | null>(null);
  const scheme = useComputedColorScheme("light");
  const helpId = useId();
  const { names, counts, rowSums, labels } = matrix;
  const side = names.length;
  const named = side <= NAMED;
  // Another search may have fewer classes.
  const at = pointed && pointed.row < side && pointed.column < side ? pointed : null;
  const [room, setRoom] = useState(SIDE_PX);
  const longest = Math.max(...names.map(({ length }) => length));
  const left = named ? Math.min(112, longest * LETTER_PX + 14) : 18;
  const top = named ? Math.min(76, longest * LETTER_PX * 0.75 + 18) : 18;
  // The last of the slanted names reaches beyond its column.
  const beyond = named ? top * 0.8 : 2;
  const fitting = Math.min(SIDE_PX, room - left - beyond) / side;
  const cell = named ? Math.min(Math.max(fitting, LEAST_PX), MOST_PX) : fitting;
  const width = left + cell * side + beyond;
  const height = top + cell * side + 2;
  const ratio = typeof devicePixelRatio === "number" ? Math.min(devicePixelRatio, 2) : 1;
  const filled = useMemo(() => {
    const found: [number, number, number][] = [];
    counts.forEach((count, index) => {
      if (count > 0) found.push([Math.floor(index / side), index % side, count]);
    });
    return found;
  }, [counts, side]);

  useEffect(() => {
    const box = frame.current;
    if (!box) return;
    const watch = new ResizeObserver(() => setRoom(box.clientWidth));
    watch.observe(box);
    return () => watch.disconnect();
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the scheme decides what the colours are
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context) return;
    const colors = readColors();
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    context.fillStyle = colors.grid;
    context.fillRect(left, top, cell * side, cell * side);
    const gap = cell > 8 ? 1 : 0;
    context.fillStyle = colors.panel;
    if (gap)
      for (let row = 0; row < side; row += 1)
        for (let column = 0; column < side; column += 1)
          context.fillRect(left + column * cell, top + row * cell, cell - gap, cell - gap);
    else context.fillRect(left, top, cell * side, cell * side);
    for (const [row, column, count] of filled) {
      const strong = strength(count, rowSums[row] ?? 0);
      const right = row === column;
      context.globalAlpha = strong;
      context.fillStyle = right ? colors.accent : colors.bad;
      // A cell of a large matrix is smaller than a pixel, and should be seen all the same.
      const size = Math.max(cell - gap, 1.6);
      context.fillRect(left + column * cell, top + row * cell, size, size);
      context.globalAlpha = 1;
      const text = String(count);
      if (cell >= 20 && text.length * 6.4 < cell - 2) {
        context.fillStyle = strong > 0.62 ? colors.panel : colors.ink;
        context.font = FONT;
        context.textAlign = "center";
        context.textBaseline = "middle";
        context.fillText(text, left + (column + 0.5) * cell - gap / 2, top + (row + 0.5) * cell + 0.5);
      }
    }
    context.fillStyle = colors.dim;
    context.font = FONT;
    context.textBaseline = "middle";
    if (named) {
      names.forEach((name, index) => {
        context.textAlign = "right";
        context.fillText(shortened(context, name, left - 12), left - 6, top + (index + 0.5) * cell);
        context.save();
        context.translate(left + (index + 0.5) * cell, top - 6);
        context.rotate(-Math.PI / 4);
        context.textAlign = "left";
        context.fillText(shortened(context, name, top + 8), 0, 0);
        context.restore();
      });
    } else {
      context.textAlign = "left";
      context.fillText("predicted →", left, 9);
      context.save();
      context.translate(9, top);
      context.rotate(-Math.PI / 2);
      context.textAlign = "right";
      context.fillText(`← ${truth.heading.toLowerCase()}`, 0, 0);
      context.restore();
    }
    if (at) {
      context.strokeStyle = colors.ink;
      context.lineWidth = 2;
      const size = Math.max(cell, 5);
      context.strokeRect(
        left + (at.column + 0.5) * cell - size / 2,
        top + (at.row + 0.5) * cell - size / 2,
        size,
        size,
      );
    }
  }, [filled, rowSums, names, labels, cell, left, top, width, height, ratio, at, named, side, scheme]);

  const placeOf = (event: { clientX: number; clientY: number }): Place | null => {
    const box = canvas.current?.getBoundingClientRect();
    if (!box) return null;
    const column = Math.floor((event.clientX - box.left - left) / cell);
    const row = Math.floor((event.clientY - box.top - top) / cell);
    if (row < 0 || column < 0 || row >= side || column >= side) return null;
    // Cells that are smaller than the pointer's tip: the nearest one that has a count.
    const near = named ? null : nearest(filled, { row, column }, REACH_PX / cell);
    return near ?? { row, column };
  };
  const pick = (place: Place | null) => {
    if (place) onPick(labels[place.row] ?? 0, labels[place.column] ?? 0);
  };
  const onKey = (event: KeyboardEvent) => {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (step) {
      const now = at ?? { row: 0, column: 0 };
      const within = (value: number) => Math.min(Math.max(value, 0), side - 1);
      setAt(
        at ? { row: within(now.row + (step[0] ?? 0)), column: within(now.column + (step[1] ?? 0)) } : now,
      );
    } else if ((event.key === "Enter" || event.key === " ") && at) pick(at);
    else if (event.key === "Escape") setAt(null);
    else return;
    event.preventDefault();
  };
  const count = at ? (counts[at.row * side + at.column] ?? 0) : 0;
  return (
    <div className="stack tight">
      <p className={`small ${classes.said}`} aria-live="polite">
        {at ? (
          <>
            {truth.heading.toLowerCase()} <b>{names[at.row]}</b>, predicted <b>{names[at.column]}</b>:{" "}
            {counted(count, "time")}, {percent(count / (rowSums[at.row] || 1))} of {names[at.row]}
          </>
        ) : (
          <span className="dim">Point at a cell for its numbers; a click shows its samples.</span>
        )}
      </p>
      <div
        ref={frame}
        className={classes.matrix}
        role="application"
        aria-label={`Confusion matrix of ${side} classes: rows are ${truth.heading.toLowerCase()}, columns predicted`}
        aria-describedby={helpId}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it takes arrow keys
        tabIndex={0}
        onKeyDown={onKey}
      >
        <canvas
          ref={canvas}
          width={width * ratio}
          height={height * ratio}
          style={{ width, height }}
          aria-hidden
          onPointerMove={(event) => setAt(placeOf(event))}
          onPointerLeave={() => setAt(null)}
          onClick={(event) => pick(placeOf(event))}
        />
      </div>
      <p id={helpId} className="unseen">
        Arrow keys go from cell to cell, Enter shows the samples of one. The list of top confusions has the
        same numbers.
      </p>
    </div>
  );
}

function nearest(filled: readonly [number, number, number][], to: Place, reach: number): Place | null {
  let best: Place | null = null;
  let least = reach * reach;
  for (const [row, column] of filled) {
    const far = (row - to.row) ** 2 + (column - to.column) ** 2;
    if (far <= least) {
      least = far;
      best = { row, column };
    }
  }
  return best;
}

function shortened(context: CanvasRenderingContext2D, text: string, room: number): string {
  if (context.measureText(text).width <= room) return text;
  let length = text.length;
  while (length > 1 && context.measureText(`${text.slice(0, length)}…`).width > room) length -= 1;
  return `${text.slice(0, length)}…`;
}
