/** The colour of each label: the dataset's own where it names them, else one of a series without end. */

export type Rgb = readonly [number, number, number];
type Colors = readonly (readonly number[])[] | null | undefined;

// A turn by the golden angle keeps neighbours apart however many there are.
const TURN = 137.508;
const START = 214;

export function labelRgb(label: number, colors?: Colors): Rgb {
  const [red, green, blue] = colors?.[label] ?? [];
  if (red !== undefined && green !== undefined && blue !== undefined) return [red, green, blue];
  // Every second round is darker, so that hues that come near each other differ all the same.
  return hsl((START + label * TURN) % 360, 0.72, label % 2 === 0 ? 0.5 : 0.42);
}

export function labelColor(label: number | null | undefined, colors?: Colors): string {
  return `rgb(${labelRgb(label ?? 0, colors).join(" ")})`;
}

/** CSS Color 4, §7.1. */
function hsl(hue: number, saturation: number, light: number): Rgb {
  const part = (n: number) => {
    const k = (n + hue / 30) % 12;
    const a = saturation * Math.min(light, 1 - light);
    return Math.round(255 * (light - a * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
  };
  return [part(0), part(8), part(4)];
}
