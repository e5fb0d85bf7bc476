/** The form of augmentations, what is wrong in it, and the body that it stands for. */
import type { Augmentations } from "../../api/types";

export interface Share {
  on: boolean;
  /** Percent, as people say it; the API takes a share of 1. */
  percent: number | "";
  images: number | "";
}

export interface AugmentationForm {
  flipHorizontal: boolean;
  flipVertical: boolean;
  erase: Share;
  noise: Share;
  /** Keys of the presets and pairs: "1.2 0.8" is brightness 1.2, contrast 0.8. */
  light: string[];
  rotations: string;
  blurs: string;
  qualities: string;
  seed: number | "";
}

export const NO_AUGMENTATIONS: AugmentationForm = {
  flipHorizontal: false,
  flipVertical: false,
  erase: { on: false, percent: 10, images: 10 },
  noise: { on: false, percent: 5, images: 10 },
  light: [],
  rotations: "",
  blurs: "",
  qualities: "",
  seed: 0,
};

export const LIGHTS = ["1.2 1.2", "1.2 0.8", "1 1.2", "0.8 1", "0.8 1.2", "0.8 0.8"] as const;
export const MOST_LIGHTS = 20;

export interface Limits {
  from: number;
  to: number;
  most: number;
  whole?: boolean;
}

export const ROTATION_LIMITS: Limits = { from: -180, to: 180, most: 20 };
export const BLUR_LIMITS: Limits = { from: 0.1, to: 20, most: 10 };
export const QUALITY_LIMITS: Limits = { from: 1, to: 100, most: 10, whole: true };
export const ERASE_PERCENT: Limits = { from: 1, to: 20, most: 1 };
export const NOISE_PERCENT: Limits = { from: 1, to: 5, most: 1 };
export const IMAGES_LIMITS: Limits = { from: 1, to: 20, most: 1, whole: true };
export const LIGHT_LIMITS: Limits = { from: 0.1, to: 3, most: 1 };

/** The numbers of a list as "-15, 15"; a sentence where it cannot be read. */
export function numbersOf(text: string, { from, to, most, whole = false }: Limits): number[] | string {
  const parts = text
    .replaceAll("\u2212", "-")
    .split(/[\s,;]+/)
    .filter((part) => part !== "");
  const numbers: number[] = [];
  for (const part of parts) {
    const number = Number(part);
    if (!Number.isFinite(number)) return `"${part.slice(0, 20)}" is no number.`;
    if (number < from || number > to) return `${number} is not between ${from} and ${to}.`;
    if (whole && !Number.isInteger(number)) return `${number} is not whole.`;
    numbers.push(number);
  }
  const unique = [...new Set(numbers)];
  return unique.length > most ? `At most ${most} of them.` : unique;
}

function inside(value: number | "", { from, to, whole = false }: Limits): string | null {
  if (value === "") return `Between ${from} and ${to}.`;
  if (value < from || value > to) return `Between ${from} and ${to}.`;
  return whole && !Number.isInteger(value) ? "A whole number." : null;
}

export type AugmentationProblems = Partial<
  Record<
    | "erasePercent"
    | "eraseImages"
    | "noisePercent"
    | "noiseImages"
    | "rotations"
    | "blurs"
    | "qualities"
    | "seed",
    string
  >
>;

export function augmentationProblems(form: AugmentationForm): AugmentationProblems {
  const found: [keyof AugmentationProblems, string | null][] = [
    ["erasePercent", form.erase.on ? inside(form.erase.percent, ERASE_PERCENT) : null],
    ["eraseImages", form.erase.on ? inside(form.erase.images, IMAGES_LIMITS) : null],
    ["noisePercent", form.noise.on ? inside(form.noise.percent, NOISE_PERCENT) : null],
    ["noiseImages", form.noise.on ? inside(form.noise.images, IMAGES_LIMITS) : null],
    ["rotations", problemOf(numbersOf(form.rotations, ROTATION_LIMITS))],
    ["blurs", problemOf(numbersOf(form.blurs, BLUR_LIMITS))],
    ["qualities", problemOf(numbersOf(form.qualities, QUALITY_LIMITS))],
    ["seed", form.seed === "" ? "A whole number from 0 on." : null],
  ];
  return Object.fromEntries(found.filter(([, problem]) => problem !== null));
}

const problemOf = (read: number[] | string) => (typeof read === "string" ? read : null);
const listed = (text: string, limits: Limits) => {
  const read = numbersOf(text, limits);
  return typeof read === "string" ? [] : read;
};
const shareOf = ({ on, percent, images }: Share) =>
  // Percent is divided so that 5 becomes 0.05 and not 0.05000000000000001.
  on ? { share: Number((Number(percent) / 100).toFixed(6)), images: Number(images) } : null;

/** What is sent; only for a form without problems. */
export function augmentationsOf(form: AugmentationForm): Augmentations {
  return {
    seed: form.seed || 0,
    flip_horizontal: form.flipHorizontal,
    flip_vertical: form.flipVertical,
    erase: shareOf(form.erase),
    noise: shareOf(form.noise),
    light: form.light.map((key) => {
      const [brightness = 1, contrast = 1] = key.split(" ").map(Number);
      return { brightness, contrast };
    }),
    rotations_deg: listed(form.rotations, ROTATION_LIMITS),
    blur_sigmas: listed(form.blurs, BLUR_LIMITS),
    jpeg_qualities: listed(form.qualities, QUALITY_LIMITS),
  };
}

/** How many pictures come of one, itself among them. */
export function picturesPerOriginal(augmentations: Augmentations): number {
  const { erase, noise, light, rotations_deg, blur_sigmas, jpeg_qualities } = augmentations;
  return (
    1 +
    Number(augmentations.flip_horizontal) +
    Number(augmentations.flip_vertical) +
    (erase?.images ?? 0) +
    (noise?.images ?? 0) +
    (light?.length ?? 0) +
    (rotations_deg?.length ?? 0) +
    (blur_sigmas?.length ?? 0) +
    (jpeg_qualities?.length ?? 0)
  );
}
