/** The pixels of a mask as colours. */
import type { Rgb } from "../../components/picture/labelColors";

export const IGNORED = 255;
const IGNORED_RGB: Rgb = [255, 255, 255];

/**
 * Colours `data` (RGBA of a decoded PNG of one channel, so that red is its value) in place: 0 becomes clear, k the
 * colour of label k - 1, 255 white. Resizing may not have mixed values: it has to take the nearest pixel.
 */
export function colorMask(data: Uint8ClampedArray, color: (label: number) => Rgb, opacity: number): void {
  const known = new Map<number, Rgb>();
  const alpha = Math.round(opacity * 255);
  for (let index = 0; index < data.length; index += 4) {
    const value = data[index] ?? 0;
    if (value === 0) {
      data[index + 3] = 0;
      continue;
    }
    let rgb = known.get(value);
    if (rgb === undefined) {
      rgb = value === IGNORED ? IGNORED_RGB : color(value - 1);
      known.set(value, rgb);
    }
    data[index] = rgb[0];
    data[index + 1] = rgb[1];
    data[index + 2] = rgb[2];
    data[index + 3] = value === IGNORED ? alpha / 2 : alpha;
  }
}
