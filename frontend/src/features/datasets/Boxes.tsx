import type { Sample } from "../../api/types";
import { labelColor } from "../../components/picture/labelColors";
import classes from "./Samples.module.css";

// More would hide the picture, and a wide grid has hundreds of pictures.
const MOST = 60;

interface Props {
  sample: Sample;
  colors: number[][] | null | undefined;
}

/** The boxes and points of a sample over its thumbnail. */
export function Boxes({ sample, colors }: Props) {
  const points = sample.landmarks ?? [];
  if (sample.boxes.length === 0 && points.length === 0) return null;
  const dot = Math.max(sample.width, sample.height) / 70;
  return (
    <svg
      className={classes.boxes}
      viewBox={`0 0 ${sample.width} ${sample.height}`}
      preserveAspectRatio="xMidYMid meet"
      aria-hidden
    >
      {sample.boxes.slice(0, MOST).map((box, index) => {
        const [x = 0, y = 0, width = 0, height = 0] = box.bbox;
        return (
          <rect
            // biome-ignore lint/suspicious/noArrayIndexKey: boxes have no name, and never change
            key={index}
            {...{ x, y, width, height }}
            fill="none"
            stroke={labelColor(box.label, colors)}
            strokeDasharray={box.difficult || box.crowd ? "4 3" : undefined}
            vectorEffect="non-scaling-stroke"
            strokeWidth={1.6}
          />
        );
      })}
      {points.map(([x, y], index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a point is its place in the list
        <circle key={index} cx={x} cy={y} r={dot} fill="#0b5fd0" stroke="#fff" strokeWidth={dot / 3} />
      ))}
    </svg>
  );
}
