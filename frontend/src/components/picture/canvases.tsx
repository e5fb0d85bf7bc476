import { useEffect, useRef } from "react";
import { boxColor } from "./BoxesDrawing";
import { heatColor } from "./heatColor";
import { labelRgb, type Rgb } from "./labelColors";
import type { BoxesLayer } from "./layers";
import { readMask } from "./maskPng";
import classes from "./Picture.module.css";
import { isRle, paintRle } from "./rle";
import type { Size } from "./view";

type Colors = readonly (readonly number[])[] | null | undefined;

/** Reads a PNG and paints a colour for each of its values; what was left before it arrived is not painted. */
function usePainted(
  src: string,
  paint: (value: number, ignored: number) => readonly [number, number, number, number] | null,
) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const gone = new AbortController();
    void (async () => {
      const answer = await fetch(src, { signal: gone.signal, credentials: "same-origin" });
      const mask = await readMask(await answer.arrayBuffer());
      const element = canvas.current;
      if (gone.signal.aborted || !element) return;
      element.width = mask.width;
      element.height = mask.height;
      const context = element.getContext("2d");
      const pixels = context?.createImageData(mask.width, mask.height);
      if (!context || !pixels) return;
      const known = new Map<number, readonly [number, number, number, number] | null>();
      for (let index = 0; index < mask.values.length; index += 1) {
        const value = mask.values[index] ?? 0;
        let color = known.get(value);
        if (color === undefined) {
          color = paint(value, mask.ignored);
          known.set(value, color);
        }
        if (color !== null) pixels.data.set(color, index * 4);
      }
      context.putImageData(pixels, 0, 0);
    })().catch(() => undefined);
    return () => gone.abort();
  }, [src, paint]);
  return canvas;
}

interface MaskProps {
  src: string;
  hidden?: ReadonlySet<number>;
  colors?: Colors;
  opacity: number;
}

export function MaskCanvas({ src, hidden, colors, opacity }: MaskProps) {
  const paint = useStable(
    (value: number, ignored: number) => {
      if (value === 0 || hidden?.has(value - 1)) return null;
      if (value === ignored) return [255, 255, 255, 90] as const;
      return [...labelRgb(value - 1, colors), 255] as const;
    },
    [hidden, colors],
  );
  const canvas = usePainted(src, paint);
  return (
    <canvas ref={canvas} width={1} height={1} className={classes.mask} style={{ opacity }} aria-hidden />
  );
}

export function HeatCanvas({ src, opacity }: { src: string; opacity: number }) {
  const canvas = usePainted(src, heatColor);
  return (
    <canvas ref={canvas} width={1} height={1} className={classes.heat} style={{ opacity }} aria-hidden />
  );
}

/** The same function as long as nothing changes that it depends on. */
function useStable<F>(made: F, on: readonly unknown[]): F {
  const kept = useRef({ made, on });
  if (on.some((entry, index) => entry !== kept.current.on[index])) kept.current = { made, on };
  return kept.current.made;
}

interface RleProps {
  layer: BoxesLayer;
  size: Size;
  colors?: Colors;
  opacity: number;
}

/** The run-length masks of all boxes of a layer on one canvas. */
export function RleCanvas({ layer, size, colors, opacity }: RleProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const any = layer.boxes.some(({ segmentation }) => isRle(segmentation));
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!any || !context) return;
    const pixels = context.createImageData(size.width, size.height);
    for (const box of layer.boxes) {
      if (!isRle(box.segmentation)) continue;
      const [height, width] = box.segmentation.size;
      if (width !== size.width || height !== size.height) continue;
      paintRle(pixels.data, box.segmentation, rgbOf(boxColor(layer, box, colors)), 255);
    }
    context.putImageData(pixels, 0, 0);
  }, [any, layer, size.width, size.height, colors]);
  if (!any) return null;
  return (
    <canvas
      ref={canvas}
      width={size.width}
      height={size.height}
      className={classes.mask}
      style={{ opacity }}
      aria-hidden
    />
  );
}

/** A colour of CSS as numbers: the browser knows all of its notations. */
function rgbOf(color: string): Rgb {
  const context = document.createElement("canvas").getContext("2d");
  if (!context) return [11, 95, 208];
  const named = /^var\((--[\w-]+)\)$/.exec(color)?.[1];
  context.fillStyle = named
    ? getComputedStyle(document.documentElement).getPropertyValue(named).trim()
    : color;
  context.fillRect(0, 0, 1, 1);
  const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data;
  return [red, green, blue];
}
