/** The colours of an importance map. */

/** "Jet": blue over green and yellow to red; `value` of 0 to 1. Each part is a ramp around its own centre. */
export function jet(value: number): [number, number, number] {
  const ramp = (centre: number) =>
    Math.round(255 * Math.min(Math.max(1.5 - Math.abs(4 * value - centre), 0), 1));
  return [ramp(3), ramp(2), ramp(1)];
}

/** Colours `data` (RGBA of a decoded PNG of one channel) in place: red and strong where it matters most. */
export function colorHeat(data: Uint8ClampedArray): void {
  const table = Array.from({ length: 256 }, (_, value) => jet(value / 255));
  for (let index = 0; index < data.length; index += 4) {
    const [red, green, blue] = table[data[index] ?? 0] ?? [0, 0, 0];
    data[index] = red;
    data[index + 1] = green;
    data[index + 2] = blue;
    data[index + 3] = 255;
  }
}
