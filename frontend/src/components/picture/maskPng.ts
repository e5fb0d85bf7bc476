/** Masks as numbers. A canvas would round 16 bits to 8, so the PNG is read here (https://www.w3.org/TR/png-3/). */

export interface Mask {
  width: number;
  height: number;
  /** 0 background, k the label k - 1, `ignored` neither. */
  values: Uint8Array | Uint16Array;
  ignored: number;
}

const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];
const MOST_PIXELS = 120_000_000;

/** Reads a PNG of one channel with 8 or 16 bits, not interlaced, as the workbench writes its masks. */
export async function readMask(data: ArrayBuffer): Promise<Mask> {
  const bytes = new Uint8Array(data);
  const view = new DataView(data);
  if (!SIGNATURE.every((value, index) => bytes[index] === value)) throw new Error("The mask is no PNG.");
  let [width, height, depth] = [0, 0, 0];
  const packed: Uint8Array<ArrayBuffer>[] = [];
  for (let at = 8; at + 8 <= bytes.length; ) {
    const length = view.getUint32(at);
    const kind = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (kind === "IHDR") {
      width = view.getUint32(at + 8);
      height = view.getUint32(at + 12);
      depth = bytes[at + 16] ?? 0;
      const [color, interlaced] = [bytes[at + 17], bytes[at + 20]];
      if (color !== 0 || interlaced !== 0 || (depth !== 8 && depth !== 16) || width * height > MOST_PIXELS) {
        throw new Error("The mask is no PNG of one channel.");
      }
    } else if (kind === "IDAT") packed.push(bytes.slice(at + 8, at + 8 + length));
    else if (kind === "IEND") break;
    at += length + 12;
  }
  const stream = new Blob(packed).stream().pipeThrough(new DecompressionStream("deflate"));
  const raw = new Uint8Array(await new Response(stream).arrayBuffer());
  const octets = depth / 8;
  const line = width * octets;
  if (depth === 0 || raw.length < (line + 1) * height) throw new Error("The mask is cut off.");
  const plain = unfiltered(raw, line, height, octets);
  if (depth === 8) return { width, height, values: plain, ignored: 255 };
  const values = new Uint16Array(width * height);
  for (let index = 0; index < values.length; index += 1) {
    values[index] = ((plain[2 * index] ?? 0) << 8) | (plain[2 * index + 1] ?? 0);
  }
  return { width, height, values, ignored: 65535 };
}

/** PNG §9: each line begins with its filter, which adds what is left, above, or both. */
function unfiltered(raw: Uint8Array, line: number, height: number, step: number): Uint8Array {
  const out = new Uint8Array(line * height);
  for (let y = 0; y < height; y += 1) {
    const filter = raw[y * (line + 1)] ?? 0;
    const from = y * (line + 1) + 1;
    const to = y * line;
    for (let x = 0; x < line; x += 1) {
      const left = x >= step ? (out[to + x - step] ?? 0) : 0;
      const above = y > 0 ? (out[to + x - line] ?? 0) : 0;
      const corner = x >= step && y > 0 ? (out[to + x - line - step] ?? 0) : 0;
      let add = 0;
      if (filter === 1) add = left;
      else if (filter === 2) add = above;
      else if (filter === 3) add = (left + above) >> 1;
      else if (filter === 4) add = paeth(left, above, corner);
      out[to + x] = (raw[from + x] ?? 0) + add;
    }
  }
  return out;
}

function paeth(left: number, above: number, corner: number): number {
  const guess = left + above - corner;
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - above), Math.abs(guess - corner)];
  if (a <= b && a <= c) return left;
  return b <= c ? above : corner;
}

/** How many pixels each value has, but for background and what is ignored; the most frequent first. */
export function labelsOf({ values, ignored }: Mask): { label: number; pixels: number }[] {
  const counts = new Map<number, number>();
  for (const value of values) {
    if (value !== 0 && value !== ignored) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return [...counts]
    .map(([value, pixels]) => ({ label: value - 1, pixels }))
    .sort((a, b) => b.pixels - a.pixels);
}
