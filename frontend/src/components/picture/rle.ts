/** Run-length masks as COCO has them: runs of 0 and 1 by turns, column by column (pycocotools' maskApi). */

export interface Rle {
  size: [number, number];
  counts: number[] | string;
}

export function isRle(value: unknown): value is Rle {
  if (typeof value !== "object" || value === null || !("size" in value) || !("counts" in value)) return false;
  const { size, counts } = value;
  return Array.isArray(size) && size.length === 2 && (typeof counts === "string" || Array.isArray(counts));
}

/** The runs of a compressed string: 5 bits a character from 48 on, and from the third run on the difference to the one two before. */
export function runsOf(counts: number[] | string): number[] {
  if (typeof counts !== "string") return counts;
  const runs: number[] = [];
  for (let at = 0; at < counts.length; ) {
    let value = 0;
    let shift = 0;
    let part = 0;
    do {
      part = counts.charCodeAt(at) - 48;
      at += 1;
      value |= (part & 0x1f) << shift;
      shift += 5;
    } while (part & 0x20 && at < counts.length);
    if (part & 0x10 && shift < 32) value |= -1 << shift;
    runs.push(runs.length > 2 ? value + (runs[runs.length - 2] ?? 0) : value);
  }
  return runs;
}

/** Paints the mask in `rgb` into RGBA `data` of its size, over what is there. */
export function paintRle(
  data: Uint8ClampedArray,
  rle: Rle,
  [red, green, blue]: readonly [number, number, number],
  alpha: number,
): void {
  const [height, width] = rle.size;
  let at = 0;
  runsOf(rle.counts).forEach((run, index) => {
    if (index % 2 === 1) {
      const end = Math.min(at + run, width * height);
      for (let place = at; place < end; place += 1) {
        const pixel = ((place % height) * width + Math.floor(place / height)) * 4;
        data[pixel] = red;
        data[pixel + 1] = green;
        data[pixel + 2] = blue;
        data[pixel + 3] = alpha;
      }
    }
    at += run;
  });
}
