/** A reading in a few words. */
import type { ProjectReading, Reading } from "../../api/types";
import { decimal } from "../../format/number";
import { taskName } from "../../format/words";
import { hasLabels } from "./families";
import { FAMILIES } from "./familyParts";

export interface Line {
  title: string;
  text: string;
  /** Why it is so, where it was guessed. */
  reasons: string[];
  /** Some of it was guessed. */
  guessed: boolean;
}

const RESIZE: Record<Reading["preprocessing"]["resize"], string> = {
  stretch: "stretched to the input",
  letterbox: "fitted and padded",
  fit: "fitted at the top left, padded",
  crop: "filled and cropped",
};
const SETS: Record<string, string> = {
  dataset: "those of the dataset",
  imagenet_1000: "ImageNet, 1,000",
  coco_80: "COCO, 80",
  coco_91: "COCO, 91",
  voc_20: "Pascal VOC, 20",
};
const numbers = (values: readonly number[] | null | undefined) =>
  values?.map((value) => String(Number(value.toPrecision(6)))).join(", ");

function picture({ preprocessing }: Reading): string {
  const { resize, crop_fraction, color, mean, scale } = preprocessing;
  const parts = [
    resize === "crop" && crop_fraction < 1 ? `cropped to ${decimal(crop_fraction, 3)}` : RESIZE[resize],
    color ?? "channels as decoded",
    mean?.length ? `− ${numbers(mean)}` : null,
    scale?.length ? `÷ ${numbers(scale)}` : null,
  ];
  return parts.filter(Boolean).join(" · ");
}

function labels({ classes }: Reading): string {
  const set = Array.isArray(classes.label_set)
    ? `a list of ${classes.label_set.length}`
    : (SETS[classes.label_set] ?? classes.label_set);
  return [
    set,
    classes.match_by === "index" ? "by number" : `by ${classes.match_by}`,
    classes.background ? "class 0 is a background" : null,
  ]
    .filter(Boolean)
    .join(" · ");
}

/** The lines of the summary; each with the reasons of the guesses below its part of the reading. */
export function summary({ reading, source, guesses }: ProjectReading): Line[] {
  const line = (title: string, text: string, ...parts: string[]): Line => {
    const own = guesses.filter(({ field }) =>
      parts.some((part) => field === "*" || field === part || field.startsWith(`${part}.`)),
    );
    return { title, text, reasons: own.map(({ reason }) => reason), guessed: source === "guessed" };
  };
  const output = "output" in reading.decoding ? reading.decoding.output : null;
  const enlarged = reading.decoding.family === "super_resolution" && `× ${reading.decoding.scale}`;
  return [
    line("Task", taskName(reading.task), "task"),
    line("Picture", picture(reading), "preprocessing", "image_input"),
    line(
      "Outputs",
      [
        FAMILIES[reading.decoding.family].label,
        "version" in reading.decoding && `version ${reading.decoding.version}`,
        enlarged,
        output,
      ]
        .filter(Boolean)
        .join(" · "),
      "decoding",
    ),
    ...(hasLabels(reading.task) ? [line("Labels", labels(reading), "classes")] : []),
  ];
}
