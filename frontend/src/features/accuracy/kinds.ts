/** Which reports can be made of a project now, and what is lacking for the others. */
import type { Dataset, Model, ProjectReading, ReportKind, Toolchain } from "../../api/types";
import { taskName } from "../../format/words";

export interface KindChoice {
  kind: ReportKind;
  title: string;
  explain: string;
  /** Why it cannot be made; null when it can. */
  reason: string | null;
  /** Where to enable it. */
  link?: { text: string; to: "reading" | "dataset" | "datasets" | "toolchains" | "parent" };
}

interface Known {
  reading: Pick<ProjectReading, "complete" | "missing" | "reading"> | undefined;
  dataset: Pick<Dataset, "name" | "annotated" | "tasks" | "format" | "checks"> | undefined;
  model: Pick<Model, "name" | "parent_id"> | undefined;
  toolchains: readonly Pick<Toolchain, "name" | "state">[] | undefined;
}

const TITLES: Record<ReportKind, [string, string]> = {
  annotations: ["Against annotations", "The answers are compared with what the dataset says."],
  parent_predictions: [
    "Against the parent model's predictions",
    "The answers of the model that this one was made from count as right: no labels are needed.",
  ],
  tensor_distance: [
    "Distance of tensors to the parent",
    "Outputs of both models on the same pictures: mean squared error, largest difference, cosine, signal to noise.",
  ],
  accuracy_checker: [
    "Accuracy Checker",
    "The Open Model Zoo's own tool measures, in an environment of its own, with a configuration that the workbench writes.",
  ],
};
/** Judged against the picture itself, so that annotations are not needed. */
const OF_PICTURES = ["style_transfer", "inpainting"];

/** Its checks say so, also of the parts that were made of it. */
const ofNoise = ({ format, checks }: Pick<Dataset, "format" | "checks">) =>
  format === "generated" && checks.some(({ check, ok }) => check === "real pictures" && !ok);

/** What the configuration needs of a toolchain. */
export const CHECKER_TOOLCHAIN = "openvino-2023";

export function kindChoices(known: Known): KindChoice[] {
  const { reading, dataset, model, toolchains } = known;
  const task = reading?.reading.task;
  const incomplete =
    reading && !reading.complete
      ? {
          reason: reading.missing.join(" "),
          link: { text: "Say how the model is read", to: "reading" as const },
        }
      : null;
  const noise =
    dataset && ofNoise(dataset)
      ? {
          reason: `'${dataset.name}' is made of noise, for benchmarks only.`,
          link: { text: "Bring a dataset of real pictures", to: "datasets" as const },
        }
      : null;
  const annotated = () => {
    if (!dataset || !task || (OF_PICTURES.includes(task) && dataset.format !== "generated")) return null;
    if (!dataset.annotated)
      return {
        reason: `'${dataset.name}' has no annotations.`,
        link: { text: "Bring an annotated dataset", to: "datasets" as const },
      };
    if (!(dataset.tasks ?? []).includes(task))
      return {
        reason: `The annotations of '${dataset.name}' serve ${(dataset.tasks ?? []).map(taskName).join(", ") || "nothing"}, not ${taskName(task)}.`,
        link: { text: "Look at the dataset", to: "dataset" as const },
      };
    return null;
  };
  const parent =
    model && !model.parent_id
      ? { reason: `'${model.name}' was not made from another model.`, link: undefined }
      : null;
  const checker =
    toolchains && !toolchains.some(({ name, state }) => name === CHECKER_TOOLCHAIN && state === "installed")
      ? {
          reason: "Accuracy Checker is not installed.",
          link: { text: `Install ${CHECKER_TOOLCHAIN}`, to: "toolchains" as const },
        }
      : null;
  const choice = (kind: ReportKind, ...lacks: (Pick<KindChoice, "reason" | "link"> | null)[]): KindChoice => {
    const lack = lacks.find((entry) => entry !== null);
    const [title, explain] = TITLES[kind];
    return { kind, title, explain, reason: lack?.reason ?? null, link: lack?.link };
  };
  return [
    choice("annotations", noise, incomplete, annotated()),
    choice("parent_predictions", noise, parent, incomplete),
    choice("tensor_distance", noise, parent),
    choice("accuracy_checker", noise, checker, incomplete, annotated()),
  ];
}

export const kindTitle = (kind: ReportKind): string => TITLES[kind][0];
