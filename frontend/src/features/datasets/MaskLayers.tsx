import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { unreachable } from "../../api/errors";
import { labelColor, labelRgb } from "./labelColors";
import { type Mask, readMask } from "./maskPng";
import { isRle, paintRle } from "./rle";
import type { ShapeBox } from "./Shapes";

/** A mask as numbers; its address never has another content. */
export function useMask(address: string | null | undefined) {
  return useQuery({
    queryKey: ["mask", address],
    queryFn: async ({ signal }) => {
      const answer = await fetch(address ?? "", { signal, credentials: "same-origin" });
      if (!answer.ok) throw unreachable();
      return readMask(await answer.arrayBuffer());
    },
    enabled: Boolean(address),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
  });
}

interface LabelProps {
  mask: Mask;
  colors?: number[][] | null;
  opacity: number;
  hidden?: ReadonlySet<number>;
}

/** The classes of the pixels. What is ignored is hatched in white. */
export function LabelMask({ mask, colors, opacity, hidden }: LabelProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context) return;
    const picture = context.createImageData(mask.width, mask.height);
    const pixels = new Uint32Array(picture.data.buffer);
    const known = new Map<number, number>();
    const colorOf = (value: number) => {
      if (value === 0 || hidden?.has(value - 1)) return 0;
      const [red, green, blue] = labelRgb(value - 1, colors);
      return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
    };
    for (let index = 0; index < pixels.length; index += 1) {
      const value = mask.values[index] ?? 0;
      if (value === mask.ignored) {
        const [x, y] = [index % mask.width, Math.floor(index / mask.width)];
        pixels[index] = (x + y) % 6 < 2 ? 0xffffffff : 0;
        continue;
      }
      let color = known.get(value);
      if (color === undefined) {
        color = colorOf(value);
        known.set(value, color);
      }
      pixels[index] = color;
    }
    context.putImageData(picture, 0, 0);
  }, [mask, colors, hidden]);
  return <canvas ref={canvas} width={mask.width} height={mask.height} style={{ opacity }} aria-hidden />;
}

interface RleProps {
  width: number;
  height: number;
  boxes: readonly ShapeBox[];
  colors?: number[][] | null;
  opacity: number;
}

/** Masks of objects that are run lengths; polygons are drawn with the boxes. */
export function ObjectMasks({ width, height, boxes, colors, opacity }: RleProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const any = boxes.some(({ segmentation }) => isRle(segmentation));
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context || !any) return;
    context.clearRect(0, 0, width, height);
    const picture = context.createImageData(width, height);
    for (const { label, segmentation } of boxes) {
      // A mask of another size than the picture's belongs to another picture.
      if (isRle(segmentation) && segmentation.size[0] === height && segmentation.size[1] === width) {
        paintRle(picture.data, segmentation, labelRgb(label ?? 0, colors), 255);
      }
    }
    context.putImageData(picture, 0, 0);
  }, [any, width, height, boxes, colors]);
  return any ? <canvas ref={canvas} width={width} height={height} style={{ opacity }} aria-hidden /> : null;
}

export interface LegendEntry {
  label: number;
  name: string;
  color: string;
  pixels: number;
}

export function legendOf(
  found: readonly { label: number; pixels: number }[],
  names: readonly string[] | null | undefined,
  colors?: number[][] | null,
): LegendEntry[] {
  return found.map(({ label, pixels }) => ({
    label,
    pixels,
    name: names?.[label] ?? `class ${label}`,
    color: labelColor(label, colors),
  }));
}
