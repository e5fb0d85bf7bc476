import { useEffect, useRef } from "react";
import type { Sample } from "../../api/types";
import { labelRgb } from "../../components/picture/labelColors";
import { colorMask } from "./maskPixels";
import classes from "./Samples.module.css";

// Larger masks take too long to decode for something as small as a thumbnail.
const MOST_PIXELS = 3_000_000;
const SIDE_PX = 160;

interface Props {
  sample: Sample;
  colors: number[][] | null | undefined;
}

/** The classes of the pixels over a thumbnail. */
export function MaskTint({ sample, colors }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { mask, width, height } = sample;
  const wanted = typeof mask === "string" && width * height <= MOST_PIXELS;
  useEffect(() => {
    if (!wanted) return;
    const image = new Image();
    image.onload = () => {
      const to = canvas.current;
      const context = to?.getContext("2d", { willReadFrequently: true });
      if (!to || !context) return;
      const scale = Math.min(1, SIDE_PX / Math.max(image.naturalWidth, image.naturalHeight));
      to.width = Math.max(1, Math.round(image.naturalWidth * scale));
      to.height = Math.max(1, Math.round(image.naturalHeight * scale));
      context.imageSmoothingEnabled = false;
      context.drawImage(image, 0, 0, to.width, to.height);
      const pixels = context.getImageData(0, 0, to.width, to.height);
      colorMask(pixels.data, (label) => labelRgb(label, colors), 0.55);
      context.putImageData(pixels, 0, 0);
    };
    image.src = mask;
    return () => {
      image.onload = null;
      image.src = "";
    };
  }, [wanted, mask, colors]);
  if (!wanted) return null;
  return <canvas ref={canvas} width={1} height={1} className={classes.tint} aria-hidden />;
}
