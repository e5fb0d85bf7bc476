import { labelColor } from "./labelColors";
import { polygonsOf } from "./polygons";

export interface ShapeBox {
  label?: number | null;
  bbox: number[];
  segmentation?: unknown;
  keypoints?: number[][] | null;
  difficult?: boolean;
  crowd?: boolean;
}

interface Props {
  width: number;
  height: number;
  /** How many pixels of the screen one of the picture takes. */
  scale: number;
  boxes?: readonly ShapeBox[];
  /** What stands at a box. */
  text?: (index: number) => string | null;
  points?: readonly (readonly number[])[] | null;
  colors?: number[][] | null;
  /** Pairs of key points that are joined. */
  skeleton?: number[][] | null;
  fill?: number;
  picked?: number;
}

const LINE_PX = 2;
const TEXT_PX = 12;
const DOT_PX = 3;

/** Boxes, polygons, key points and landmarks, in the pixels of the picture. */
export function Shapes({
  width,
  height,
  scale,
  boxes = [],
  text,
  points,
  colors,
  skeleton,
  fill = 0.25,
  picked,
}: Props) {
  const px = 1 / Math.max(scale, 1e-6);
  return (
    <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden>
      {boxes.map((box, index) => {
        const [x = 0, y = 0, wide = 0, high = 0] = box.bbox;
        const color = labelColor(box.label, colors);
        const said = text?.(index);
        const polygons = polygonsOf(box.segmentation);
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: boxes have no name, and never change
          <g key={index} opacity={picked === undefined || picked === index ? 1 : 0.25}>
            {polygons.map((polygon) => (
              <polygon
                key={polygon}
                points={polygon}
                fill={color}
                fillOpacity={fill}
                stroke={color}
                strokeWidth={px}
              />
            ))}
            <rect
              x={x}
              y={y}
              width={wide}
              height={high}
              fill="none"
              stroke={color}
              strokeWidth={LINE_PX * px}
              strokeDasharray={box.difficult || box.crowd ? `${6 * px} ${4 * px}` : undefined}
            />
            {box.keypoints && <KeyPoints points={box.keypoints} skeleton={skeleton} color={color} px={px} />}
            {said && (
              <text
                x={x + 3 * px}
                // Above the box, or inside of it where there is no room.
                y={y > (TEXT_PX + 4) * px ? y - 4 * px : y + (TEXT_PX + 1) * px}
                fontSize={TEXT_PX * px}
                fontWeight={600}
                fill="#fff"
                stroke={color}
                strokeWidth={3.5 * px}
                strokeLinejoin="round"
                paintOrder="stroke"
              >
                {said}
              </text>
            )}
          </g>
        );
      })}
      {points?.map(([x, y], index) => (
        <circle
          // biome-ignore lint/suspicious/noArrayIndexKey: a point is its place in the list
          key={index}
          cx={x}
          cy={y}
          r={DOT_PX * px}
          fill={labelColor(index)}
          stroke="#fff"
          strokeWidth={px}
        />
      ))}
    </svg>
  );
}

interface KeyProps {
  points: readonly (readonly number[])[];
  skeleton: number[][] | null | undefined;
  color: string;
  px: number;
}

/** x, y and 0 for absent, 1 for hidden, 2 for visible. Joints are joined as the dataset says. */
function KeyPoints({ points, skeleton, color, px }: KeyProps) {
  const there = (index: number | undefined) => {
    const point = index === undefined ? undefined : points[index];
    return point && point[2] !== 0 ? point : null;
  };
  return (
    <>
      {skeleton?.map(([a, b]) => {
        const [from, to] = [there(a), there(b)];
        return (
          from &&
          to && (
            <line
              key={`${a} ${b}`}
              x1={from[0]}
              y1={from[1]}
              x2={to[0]}
              y2={to[1]}
              stroke={color}
              strokeWidth={LINE_PX * px}
            />
          )
        );
      })}
      {points.map((point, index) =>
        point[2] === 0 ? null : (
          <circle
            // biome-ignore lint/suspicious/noArrayIndexKey: a point is its place in the list
            key={index}
            cx={point[0]}
            cy={point[1]}
            r={DOT_PX * px}
            fill={point[2] === 1 ? "none" : color}
            stroke={point[2] === 1 ? color : "#fff"}
            strokeWidth={px}
          />
        ),
      )}
    </>
  );
}
