/** 0 to 255 as a colour: clear where nothing matters, then blue, green, yellow, red (the "jet" of old). */
export function heatColor(value: number): readonly [number, number, number, number] {
  const share = value / 255;
  const part = (centre: number) =>
    Math.round(255 * Math.min(Math.max(1.5 - Math.abs(4 * share - centre), 0), 1));
  return [part(3), part(2), part(1), 255];
}
