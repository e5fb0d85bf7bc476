/** What is tried, on what, and the request for it. */
import type { ChosenFile } from "../../api/files";
import type { ImportanceWanted, PredictionWanted, Task } from "../../api/types";

/** The model that is tried: alone, or as a project has it. */
export interface Subject {
  kind: "project" | "model";
  id: string;
  task: Task | null;
  hasParent: boolean;
}

/** One picture: a file of this computer, or a sample of a dataset. */
export interface Picture {
  from: "file" | "sample";
  file: ChosenFile | null;
  dataset: string | undefined;
  sample: number | undefined;
}

export const NO_PICTURE: Picture = { from: "file", file: null, dataset: undefined, sample: undefined };

export function hasPicture(picture: Picture): boolean {
  return picture.from === "file"
    ? picture.file !== null
    : picture.dataset !== undefined && picture.sample !== undefined;
}

/** Why these pictures cannot be tried together, or null. `pair` for faces. */
export function pictureProblem(pictures: readonly Picture[]): string | null {
  const [first, second] = pictures;
  if (!first || !pictures.every(hasPicture)) {
    return pictures.length > 1 ? "Choose both pictures first." : "Choose a picture first.";
  }
  if (!second) return null;
  if (first.from !== second.from) return "Both are files, or both are samples of a dataset.";
  if (first.from === "sample" && first.dataset !== second.dataset) return "Both are of the same dataset.";
  return null;
}

export interface Place {
  target: string | undefined;
  device: string;
}

interface Wish {
  subject: Subject;
  pictures: readonly Picture[];
  /** Of the files, in their order. */
  uploads: string[];
  mask: string | null;
  place: Place;
  withParent: boolean;
  importance: ImportanceWanted | null;
  reading: PredictionWanted["reading"];
}

export function predictionBody(wish: Wish): PredictionWanted {
  const { subject, pictures, uploads, place } = wish;
  const [first, second] = pictures;
  const sample = first?.from === "sample" ? first : null;
  const alone = subject.kind === "model";
  return {
    project: alone ? null : subject.id,
    model: alone ? subject.id : null,
    target: alone ? (place.target ?? null) : null,
    device: alone ? place.device : "CPU",
    reading: wish.reading ?? null,
    dataset: sample?.dataset ?? null,
    sample: sample?.sample ?? null,
    second_sample: sample && second ? (second.sample ?? null) : null,
    uploads: sample ? [] : uploads,
    mask_upload: wish.mask,
    with_parent: wish.withParent && subject.hasParent,
    importance: wish.importance,
  };
}

export interface ImportanceForm {
  masks: number | "";
  grid: number | "";
  probability: number | "";
  seed: number | "";
}

export const RISE: ImportanceForm = { masks: 2000, grid: 8, probability: 0.5, seed: 0 };

export function importanceProblem({ masks, grid, probability, seed }: ImportanceForm): string | null {
  if (masks === "" || masks < 10 || masks > 20_000) return "10 to 20,000 masks are possible.";
  if (grid === "" || grid < 2 || grid > 32) return "A grid has 2 to 32 cells a side.";
  if (probability === "" || probability <= 0 || probability >= 1) return "p lies between 0 and 1.";
  return seed === "" ? "The seed is a whole number from 0 on." : null;
}

export function importanceOf(form: ImportanceForm): ImportanceWanted {
  return {
    masks: form.masks || RISE_MASKS,
    grid: form.grid || 8,
    probability: form.probability || 0.5,
    seed: form.seed || 0,
    classes: 5,
  };
}

const RISE_MASKS = 2000;

/** What cannot be tried with a picture. */
export const TASKLESS: ReadonlySet<string> = new Set(["text_classification", "generic"]);
