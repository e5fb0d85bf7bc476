import { labelColor } from "./labelColors";
import { type BoxesLayer, bones, boxText, type PictureBox, type PointsLayer, polygonsOf } from "./layers";
import classes from "./Picture.module.css";
import type { Size } from "./view";

interface Props {
  layer: BoxesLayer;
  size: Size;
  scale: number;
  colors?: readonly (readonly number[])[] | null;
  opacity: number;
  picked?: string | null;
  onPick?: (id: string) => void;
}

export function boxColor(layer: BoxesLayer, box: PictureBox, colors: Props["colors"]): string {
  const own = typeof layer.color === "function" ? layer.color(box) : layer.color;
  return own ?? labelColor(box.label, colors);
}

// Text keeps its size on the screen whatever the zoom; this many screen pixels.
const TEXT_PX = 11;
const LETTER_PX = 6.1;

/** Boxes, polygons, keypoints and names. Small boxes are drawn last, so that they can be clicked. */
export function BoxesDrawing({ layer, size, scale, colors, opacity, picked, onPick }: Props) {
  const area = (box: PictureBox) => (box.bbox[2] ?? 0) * (box.bbox[3] ?? 0);
  const ordered = [...layer.boxes].sort((a, b) => area(b) - area(a));
  return (
    <svg className={classes.drawing} viewBox={`0 0 ${size.width} ${size.height}`} aria-hidden>
      {ordered.map((box, index) => {
        const [x = 0, y = 0, width = 0, height = 0] = box.bbox;
        const color = boxColor(layer, box, colors);
        const { id } = box;
        const stands = id !== undefined && id === picked;
        const text = boxText(box);
        const letters = (text.length * LETTER_PX + 8) / scale;
        const line = (TEXT_PX + 5) / scale;
        const top = layer.namedBelow ? y + height - line : y >= line ? y - line : y;
        return (
          // biome-ignore lint/a11y/noStaticElementInteractions: the list of objects does the same by keyboard
          <g
            key={id ?? index}
            className={onPick ? classes.pickable : undefined}
            onClick={id !== undefined && onPick ? () => onPick(id) : undefined}
          >
            <title>{text}</title>
            {polygonsOf(box.segmentation).map((points) => (
              <polygon
                key={points}
                points={points}
                fill={color}
                fillOpacity={opacity * 0.8}
                stroke={color}
                strokeWidth={1}
                vectorEffect="non-scaling-stroke"
              />
            ))}
            <rect
              {...{ x, y, width, height }}
              fill={color}
              fillOpacity={stands ? 0.22 : 0}
              stroke={color}
              strokeWidth={stands ? 3.5 : 1.8}
              strokeDasharray={layer.dashed || box.difficult || box.crowd ? "5 3" : undefined}
              vectorEffect="non-scaling-stroke"
            />
            {box.keypoints &&
              bones(box.keypoints, layer.skeleton).map(([from, to], at) => (
                <line
                  // biome-ignore lint/suspicious/noArrayIndexKey: a bone is its place in the skeleton
                  key={at}
                  x1={from[0]}
                  y1={from[1]}
                  x2={to[0]}
                  y2={to[1]}
                  stroke={color}
                  strokeWidth={2}
                  vectorEffect="non-scaling-stroke"
                />
              ))}
            {box.keypoints
              ?.filter(([, , seen]) => seen === undefined || seen > 0)
              .map(([cx, cy], at) => (
                <circle
                  // biome-ignore lint/suspicious/noArrayIndexKey: a keypoint is its place in the list
                  key={at}
                  cx={cx}
                  cy={cy}
                  r={3 / scale}
                  fill={color}
                  stroke="#fff"
                  strokeWidth={1 / scale}
                />
              ))}
            {layer.named !== false && text !== "" && (
              <>
                <rect x={x} y={top} width={letters} height={line} fill={color} rx={2 / scale} />
                <text
                  x={x + 4 / scale}
                  y={top + line - 4.5 / scale}
                  fontSize={TEXT_PX / scale}
                  className={color.startsWith("var(") ? `${classes.name} ${classes.themed}` : classes.name}
                >
                  {text}
                </text>
              </>
            )}
          </g>
        );
      })}
    </svg>
  );
}

export function PointsDrawing({ layer, size, scale }: { layer: PointsLayer; size: Size; scale: number }) {
  return (
    <svg className={classes.drawing} viewBox={`0 0 ${size.width} ${size.height}`} aria-hidden>
      {layer.points.map(([cx, cy], index) => (
        <circle
          // biome-ignore lint/suspicious/noArrayIndexKey: a point is its place in the list
          key={index}
          cx={cx}
          cy={cy}
          r={3.5 / scale}
          fill={layer.color ?? "#0b5fd0"}
          stroke="#fff"
          strokeWidth={1.2 / scale}
        >
          <title>{`${layer.name} ${index + 1}`}</title>
        </circle>
      ))}
    </svg>
  );
}
