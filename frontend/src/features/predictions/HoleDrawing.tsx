import { NumberInput, SegmentedControl } from "@mantine/core";
import { type PointerEvent, useEffect, useRef, useState } from "react";
import { Action } from "../../components/Action";
import { counted } from "../../format/number";
import { between, paintHole, type Shape, type Stroke } from "./holes";
import classes from "./Try.module.css";

interface Props {
  /** The address of the picture. */
  image: string;
  shapes: Shape[];
  onChange: (shapes: Shape[]) => void;
  /** Told when the size of the picture is known. */
  onSize: (size: { width: number; height: number }) => void;
}

type Tool = "rectangle" | "brush";

/** What shall be made up anew is painted over the picture: rectangles and strokes of a brush. */
export function HoleDrawing({ image, shapes, onChange, onSize }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const picture = useRef<HTMLImageElement>(null);
  const [size, setSize] = useState<{ width: number; height: number } | null>(null);
  const [tool, setTool] = useState<Tool>("rectangle");
  const [brush, setBrush] = useState<number | "">(24);
  const [from, setFrom] = useState<[number, number] | null>(null);
  const [drawn, setDrawn] = useState<Shape | null>(null);

  useEffect(() => {
    const to = canvas.current;
    const context = to?.getContext("2d");
    if (!to || !context || !size) return;
    context.clearRect(0, 0, to.width, to.height);
    const color = getComputedStyle(to).getPropertyValue("--accent").trim() || "#0b5fd0";
    paintHole(context, drawn ? [...shapes, drawn] : shapes, color);
  }, [shapes, drawn, size]);

  const placeOf = (event: PointerEvent<HTMLCanvasElement>): [number, number] => {
    const box = event.currentTarget.getBoundingClientRect();
    const { width = 1, height = 1 } = size ?? {};
    return [
      ((event.clientX - box.left) / box.width) * width,
      ((event.clientY - box.top) / box.height) * height,
    ];
  };
  const begin = (event: PointerEvent<HTMLCanvasElement>) => {
    if (!size || event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const place = placeOf(event);
    setFrom(place);
    setDrawn(tool === "brush" ? { kind: "stroke", width: brush || 1, points: [place] } : null);
  };
  const move = (event: PointerEvent<HTMLCanvasElement>) => {
    if (!from || !size) return;
    const place = placeOf(event);
    if (tool === "rectangle") setDrawn(between(from, place, size));
    else
      setDrawn((now) =>
        now?.kind === "stroke" ? ({ ...now, points: [...now.points, place] } satisfies Stroke) : now,
      );
  };
  const end = () => {
    if (drawn) onChange([...shapes, drawn]);
    setFrom(null);
    setDrawn(null);
  };

  return (
    <div className="stack tight">
      <div className="row wrap">
        <SegmentedControl
          aria-label="What is drawn with"
          value={tool}
          onChange={(value) => setTool(value === "brush" ? "brush" : "rectangle")}
          data={[
            { value: "rectangle", label: "Rectangle" },
            { value: "brush", label: "Brush" },
          ]}
        />
        {tool === "brush" && (
          <NumberInput
            aria-label="Width of the brush"
            prefix="width "
            suffix=" px"
            min={1}
            max={500}
            allowDecimal={false}
            value={brush}
            onChange={(value) => setBrush(typeof value === "number" ? value : "")}
            w={140}
          />
        )}
        <span className="grow" />
        <Action
          onClick={() => onChange(shapes.slice(0, -1))}
          reason={shapes.length === 0 ? "Nothing is drawn yet." : undefined}
        >
          Undo
        </Action>
        <Action
          onClick={() => onChange([])}
          reason={shapes.length === 0 ? "Nothing is drawn yet." : undefined}
        >
          Clear
        </Action>
      </div>
      <div className={classes.drawing}>
        <img
          ref={picture}
          src={image}
          alt="What the hole is drawn into"
          onLoad={(event) => {
            const { naturalWidth: width, naturalHeight: height } = event.currentTarget;
            setSize({ width, height });
            onSize({ width, height });
          }}
        />
        <canvas
          ref={canvas}
          width={size?.width ?? 1}
          height={size?.height ?? 1}
          aria-label={`Hole: ${counted(shapes.length, "shape")}`}
          role="img"
          onPointerDown={begin}
          onPointerMove={move}
          onPointerUp={end}
          onPointerCancel={end}
        />
      </div>
      {size && <TypedRectangle size={size} onAdd={(shape) => onChange([...shapes, shape])} />}
    </div>
  );
}

interface TypedProps {
  size: { width: number; height: number };
  onAdd: (shape: Shape) => void;
}

/** The same without a pointer. */
function TypedRectangle({ size, onAdd }: TypedProps) {
  const [values, setValues] = useState<(number | "")[]>([
    Math.round(size.width / 4),
    Math.round(size.height / 4),
    Math.round(size.width / 4),
    Math.round(size.height / 4),
  ]);
  const [x = 0, y = 0, width = 0, height = 0] = values.map(Number);
  const shape = between([x, y], [x + width, y + height], size);
  return (
    <details className="small">
      <summary>By numbers</summary>
      <div className="row wrap" style={{ marginTop: 6 }}>
        {["left", "top", "width", "height"].map((name, index) => (
          <NumberInput
            key={name}
            aria-label={`Rectangle: ${name}`}
            prefix={`${name} `}
            min={0}
            allowDecimal={false}
            value={values[index]}
            onChange={(value) =>
              setValues(
                values.map((other, at) => (at === index ? (typeof value === "number" ? value : "") : other)),
              )
            }
            w={112}
          />
        ))}
        <Action
          onClick={() => shape && onAdd(shape)}
          reason={shape ? undefined : "It does not meet the picture."}
        >
          Add the rectangle
        </Action>
      </div>
    </details>
  );
}

/** The hole as the server takes it: white where it is, black elsewhere, as large as the picture. */
export async function holeFile(
  shapes: readonly Shape[],
  size: { width: number; height: number },
): Promise<File> {
  const canvas = document.createElement("canvas");
  canvas.width = size.width;
  canvas.height = size.height;
  const context = canvas.getContext("2d");
  if (!context) throw new Error("This browser cannot draw.");
  context.fillStyle = "#000";
  context.fillRect(0, 0, size.width, size.height);
  paintHole(context, shapes, "#fff");
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  if (!blob) throw new Error("The mask could not be written as PNG.");
  return new File([blob], "mask.png", { type: "image/png" });
}
