/** What a dataset is generated from: the form's state, and the bodies that the server takes. */
import type { ChosenFile } from "../../api/files";
import type { Augmentations, Generate, PreviewWanted } from "../../api/types";
import { picturesPerOriginal } from "./augmentations";

export const SAMPLE_SETS = [
  { value: "digits", label: "digits", note: "handwritten digits" },
  { value: "shapes", label: "shapes", note: "coloured shapes on plain grounds" },
  { value: "textures", label: "textures", note: "surfaces and patterns" },
] as const;
export type SampleSet = (typeof SAMPLE_SETS)[number]["value"];

export interface NoiseForm {
  count: number | "";
  width: number | "";
  height: number | "";
  distribution: "uniform" | "gaussian";
  seed: number | "";
}

export interface GenerateForm {
  from: "files" | "dataset" | "sample_set" | "synthetic";
  files: ChosenFile[];
  dataset: string;
  sampleSet: SampleSet;
  synthetic: NoiseForm;
}

export const NEW_GENERATE: GenerateForm = {
  from: "files",
  files: [],
  dataset: "",
  sampleSet: "shapes",
  synthetic: { count: 100, width: 224, height: 224, distribution: "uniform", seed: 0 },
};

const PICTURE = /\.(jpe?g|png|bmp|gif|webp|tiff?)$/i;

/** Those files that are pictures by their names; the others would only be refused later. */
export function pictureFiles(files: readonly ChosenFile[]): ChosenFile[] {
  return files.filter(({ path }) => PICTURE.test(path));
}

export function noiseProblem({ count, width, height, seed }: NoiseForm): string | null {
  if (count === "" || count < 1 || count > 10_000) return "1 to 10,000 pictures are possible.";
  const side = (value: number | "") => value !== "" && value >= 1 && value <= 8192;
  if (!side(width) || !side(height)) return "Sides of 1 to 8192 pixels are possible.";
  return seed === "" ? "The seed is a whole number from 0 on." : null;
}

/** What still has to be said, or null. */
export function sourceProblem(form: GenerateForm): string | null {
  switch (form.from) {
    case "files":
      return pictureFiles(form.files).length === 0 ? "Drop or choose pictures first." : null;
    case "dataset":
      return form.dataset === "" ? "Choose a dataset first." : null;
    case "synthetic":
      return noiseProblem(form.synthetic);
    default:
      return null;
  }
}

/** The request but for its uploads, which are known only when everything was sent. */
export function generateBody(
  form: GenerateForm,
  augmentations: Augmentations,
  name: string,
): Generate & { uploads: string[] } {
  const { synthetic } = form;
  return {
    name: name.trim() || null,
    uploads: [],
    dataset: form.from === "dataset" ? form.dataset : null,
    sample_set: form.from === "sample_set" ? form.sampleSet : null,
    synthetic:
      form.from === "synthetic"
        ? {
            count: synthetic.count || 1,
            width: synthetic.width || 1,
            height: synthetic.height || 1,
            distribution: synthetic.distribution,
            seed: synthetic.seed || 0,
          }
        : null,
    // Noise turned or mirrored is the same noise.
    augmentations: form.from === "synthetic" ? { ...PLAIN, seed: augmentations.seed } : augmentations,
  };
}

const PLAIN: Augmentations = {
  seed: 0,
  flip_horizontal: false,
  flip_vertical: false,
  erase: null,
  noise: null,
  light: [],
  rotations_deg: [],
  blur_sigmas: [],
  jpeg_qualities: [],
};

/** Of files that are still here the page can tell the number itself; null: the server knows. */
export function ownCount(
  form: GenerateForm,
  augmentations: Augmentations,
): { originals: number; total: number } | null {
  if (form.from === "files") {
    const originals = pictureFiles(form.files).length;
    return { originals, total: originals * picturesPerOriginal(augmentations) };
  }
  return null;
}

/** What the preview is made of, or null while there is nothing to make one of. */
export function previewBody(
  form: GenerateForm,
  augmentations: Augmentations,
  upload: string | undefined,
  sample: number,
): PreviewWanted | null {
  const none = { upload: null, dataset: null, sample_set: null, sample, augmentations };
  switch (form.from) {
    case "files":
      return upload === undefined ? null : { ...none, upload, sample: 0 };
    case "dataset":
      return form.dataset === "" ? null : { ...none, dataset: form.dataset };
    case "sample_set":
      return { ...none, sample_set: form.sampleSet };
    default:
      return null;
  }
}
