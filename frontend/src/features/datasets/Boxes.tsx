import type { Sample } from "../../api/types";
import classes from "./Samples.module.css";

const COLORS = 6;

/** The boxes of a sample over its picture, whatever size that is drawn in. `names` for the large view. */
export function Boxes({ sample, names = false }: { sample: Sample; names?: boolean }) {
  if (sample.boxes.length === 0) return null;
  return (
    <svg
      className={classes.boxes}
      viewBox={`0 0 ${sample.width} ${sample.height}`}
      preserveAspectRatio="xMidYMid meet"
      aria-hidden
    >
      {sample.boxes.map((box, index) => {
        const [x = 0, y = 0, width = 0, height = 0] = box.bbox;
        const color = `var(--c${((box.label ?? 0) % COLORS) + 1})`;
        const size = Math.max(sample.width, sample.height) / 48;
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: boxes have no name, and never change
          <g key={index}>
            <rect
              {...{ x, y, width, height }}
              fill="none"
              stroke={color}
              strokeDasharray={box.difficult || box.crowd ? "6 4" : undefined}
              vectorEffect="non-scaling-stroke"
              strokeWidth={names ? 2 : 1.4}
            />
            {names && box.label_name && (
              <text
                x={x + size * 0.3}
                y={y + size * 1.1}
                fontSize={size}
                fill={color}
                className={classes.label}
              >
                {box.label_name}
              </text>
            )}
          </g>
        );
      })}
    </svg>
  );
}
