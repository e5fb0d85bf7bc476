/** What is filled in for a new version, what it asks of the server, what speaks against it, and how long it may take. */
import type { CompressWanted, Dataset, Model, Project, QuantizeWanted, Report } from "../../api/types";
import { count } from "../../format/number";
import { nameProblem } from "../imports/names";
import { isShare } from "../reports/metricText";

export interface CalibrationForm {
  /** Empty: the project's. */
  dataset: string;
  size: "usual" | "samples" | "percent";
  samples: number | "";
  percent: number | "";
  seed: number | "";
}

export interface IgnoredForm {
  names: string[];
  /** An expression in each line. */
  patterns: string;
  types: string[];
}

export interface MeasureForm {
  benchmark: boolean;
  budgetS: number | "";
  layers: boolean;
  accuracy: boolean;
  samples: number | "";
}

export interface QuantizeForm {
  name: string;
  calibration: CalibrationForm;
  preset: QuantizeWanted["preset"];
  targetDevice: QuantizeWanted["target_device"];
  modelType: QuantizeWanted["model_type"];
  fastBias: boolean;
  smooth: "auto" | "on" | "off";
  alpha: number | "";
  ignored: IgnoredForm;
  control: boolean;
  metric: string;
  dropType: "absolute" | "relative";
  /** In percent, or percent points, where the metric is a share. */
  maxDrop: number | "";
  rankingSamples: number | "";
  measure: MeasureForm;
}

export interface CompressForm {
  name: string;
  mode: CompressWanted["mode"];
  groupSize: number | "";
  ratio: number | "";
  allLayers: boolean;
  metric: NonNullable<CompressWanted["sensitivity_metric"]> | "";
  awq: boolean;
  scale: boolean;
  data: boolean;
  calibration: CalibrationForm;
  ignored: IgnoredForm;
  measure: MeasureForm;
}

export const USUAL_SAMPLES = 300;

const calibration = (): CalibrationForm => ({
  dataset: "",
  size: "usual",
  samples: USUAL_SAMPLES,
  percent: 10,
  seed: 0,
});
const measure = (): MeasureForm => ({
  benchmark: true,
  budgetS: 20,
  layers: true,
  accuracy: true,
  samples: "",
});

export const emptyCalibration = calibration;

export const emptyQuantize = (): QuantizeForm => ({
  name: "",
  calibration: calibration(),
  preset: "performance",
  targetDevice: "auto",
  modelType: "auto",
  fastBias: true,
  smooth: "auto",
  alpha: "",
  ignored: { names: [], patterns: "", types: [] },
  control: false,
  metric: "",
  dropType: "absolute",
  maxDrop: 1,
  rankingSamples: "",
  measure: measure(),
});

export const emptyCompress = (): CompressForm => ({
  name: "",
  mode: "int8_asym",
  groupSize: "",
  ratio: "",
  allLayers: false,
  metric: "",
  awq: false,
  scale: false,
  data: false,
  calibration: calibration(),
  ignored: { names: [], patterns: "", types: [] },
  measure: measure(),
});

/** How many samples that is of a dataset of `available`. */
export function calibrationSize(form: CalibrationForm, available: number): number {
  if (form.size === "samples") return form.samples === "" ? 0 : form.samples;
  if (form.size === "percent") {
    const share = form.percent === "" ? 0 : form.percent;
    return share <= 0 ? 0 : Math.max(1, Math.ceil(Number(((available * share) / 100).toFixed(6))));
  }
  return Math.max(1, Math.min(USUAL_SAMPLES, Math.floor(available / 2)));
}

/** `same`: it is the dataset that the result is judged with, so that some have to be left. */
export function calibrationProblem(
  form: CalibrationForm,
  available: number | null,
  same: boolean,
): string | null {
  if (form.size === "samples" && (form.samples === "" || form.samples < 1)) {
    return "Say how many samples it is calibrated with.";
  }
  if (form.size === "percent" && (form.percent === "" || form.percent <= 0 || form.percent > 100)) {
    return "From above 0 to 100 % of the dataset.";
  }
  if (available === null) return null;
  const wanted = calibrationSize(form, available);
  if (wanted > available) return `The dataset has ${count(available)} samples.`;
  if (same && wanted >= available && available > 1) {
    return "None would be left to judge the result by: calibrate with fewer, or with another dataset.";
  }
  return null;
}

export const calibrationWanted = (form: CalibrationForm): QuantizeWanted["calibration"] => ({
  dataset: form.dataset || null,
  samples: form.size === "samples" ? form.samples || null : null,
  percent: form.size === "percent" ? form.percent || null : null,
  seed: form.seed === "" ? 0 : form.seed,
});

export const patternsOf = (text: string) =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);

/** Expressions are the server's (Python's); what no engine takes is told at once. */
export function patternProblem(text: string): string | null {
  for (const pattern of patternsOf(text)) {
    // Python's named groups and flags are written differently here.
    if (/\(\?P?[<aiLmsux]/.test(pattern)) continue;
    try {
      new RegExp(pattern);
    } catch {
      return `'${pattern.slice(0, 60)}' is no regular expression.`;
    }
  }
  return null;
}

export const ignoredWanted = ({ names, patterns, types }: IgnoredForm): QuantizeWanted["ignored"] => ({
  names,
  patterns: patternsOf(patterns),
  types,
});

const measureWanted = (form: MeasureForm): QuantizeWanted["measure"] => ({
  benchmark: form.benchmark,
  budget_s: form.budgetS === "" ? 20 : form.budgetS,
  layers: form.benchmark && form.layers,
  accuracy: form.accuracy,
  samples: form.accuracy ? form.samples || null : null,
});

/** A metric that has a unit is told in it; shares are told in percent. A relative drop always is a share. */
export const dropFactor = (dropType: "absolute" | "relative", share: boolean) =>
  dropType === "relative" || share ? 0.01 : 1;

// Their usual metric is the PSNR, in dB; that of all other tasks is a share.
const IN_DB = ["super_resolution", "inpainting", "style_transfer"];

/** Whether the metric that counts is a share, and told in percent points; by the task where no report tells. */
export function metricIsShare(
  report: Report | undefined,
  metric: string,
  task: string | null | undefined,
): boolean {
  const name = metric || report?.primary;
  const told = name ? report?.metrics[name] : undefined;
  return told && name ? isShare(name, told) : !IN_DB.includes(task ?? "");
}

export function quantizeWanted(form: QuantizeForm, share: boolean): QuantizeWanted {
  return {
    name: form.name.trim() || null,
    calibration: calibrationWanted(form.calibration),
    preset: form.preset,
    target_device: form.targetDevice,
    model_type: form.modelType,
    fast_bias_correction: form.fastBias,
    smooth_quant: form.smooth === "auto" ? null : form.smooth === "on",
    smooth_quant_alpha: form.smooth === "off" || form.alpha === "" ? null : form.alpha,
    ignored: ignoredWanted(form.ignored),
    accuracy: form.control
      ? {
          metric: form.metric || null,
          max_drop: Number(((form.maxDrop || 0) * dropFactor(form.dropType, share)).toPrecision(12)),
          drop_type: form.dropType,
          ranking_samples: form.rankingSamples || null,
        }
      : null,
    measure: measureWanted(form.measure),
  };
}

export const isInt4 = (mode: CompressWanted["mode"]) => mode.startsWith("int4");

/** Whether what is chosen needs samples. */
export const needsData = (form: CompressForm) =>
  isInt4(form.mode) &&
  (form.awq || form.scale || (form.metric !== "" && form.metric !== "weight_quantization_error"));

export function compressWanted(form: CompressForm): CompressWanted {
  const four = isInt4(form.mode);
  return {
    name: form.name.trim() || null,
    mode: form.mode,
    group_size: four ? form.groupSize || null : null,
    ratio: four && form.ratio !== "" ? form.ratio / 100 : null,
    all_layers: four && form.allLayers,
    sensitivity_metric: four ? form.metric || null : null,
    awq: four && form.awq,
    scale_estimation: four && form.scale,
    calibration: four && (form.data || needsData(form)) ? calibrationWanted(form.calibration) : null,
    ignored: ignoredWanted(form.ignored),
    measure: measureWanted(form.measure),
  };
}

interface Known {
  project: Pick<Project, "state" | "missing" | "dataset">;
  model: Pick<Model, "precision" | "name"> | undefined;
  dataset: Pick<Dataset, "annotated" | "count"> | undefined;
  /** How many samples the chosen dataset has; null while it is not known. */
  available: number | null;
}

/** Why no version can be made of this project at all, and what to do about it. */
export function refusal({ project, model }: Pick<Known, "project" | "model">): string | null {
  if (project.state === "archived") {
    return `The ${project.missing.join(" and the ")} of this project is gone: nothing can be made of it any more.`;
  }
  if (model?.precision === "INT8" || model?.precision === "INT4") {
    return `'${model.name}' is ${model.precision} already. Choose the project of the floating-point model that it was made from.`;
  }
  return null;
}

export const NOT_ANNOTATED =
  "The dataset has no annotations: without them there is no accuracy to hold the model to. The distance of its outputs is measured instead.";

function measureProblem(form: MeasureForm): string | null {
  if (form.benchmark && (form.budgetS === "" || form.budgetS < 1))
    return "Say how many seconds of measuring.";
  return null;
}

const isSame = (form: CalibrationForm, project: Known["project"]) =>
  form.dataset === "" || form.dataset === project.dataset?.id;

export function quantizeProblem(form: QuantizeForm, known: Known): string | null {
  return (
    refusal(known) ??
    nameProblem(form.name) ??
    calibrationProblem(
      form.calibration,
      known.available,
      isSame(form.calibration, known.project) && (form.measure.accuracy || form.control),
    ) ??
    patternProblem(form.ignored.patterns) ??
    (form.control && known.dataset?.annotated === false ? NOT_ANNOTATED : null) ??
    (form.control && (form.maxDrop === "" || form.maxDrop <= 0)
      ? "Say how far the accuracy may drop."
      : null) ??
    (form.alpha !== "" && (form.alpha < 0 || form.alpha > 1)
      ? "SmoothQuant's strength is from 0 to 1."
      : null) ??
    measureProblem(form.measure)
  );
}

export function compressProblem(form: CompressForm, known: Known): string | null {
  const group = form.groupSize;
  const four = isInt4(form.mode);
  return (
    refusal(known) ??
    (form.mode === "fp16" && known.model?.precision === "FP16"
      ? `The weights of '${known.model.name}' are FP16 already. Choose INT8 or INT4.`
      : null) ??
    nameProblem(form.name) ??
    (four && group !== "" && (group < -1 || group === 0)
      ? "Weights with a common scale: 1 or more, or −1 for a whole row."
      : null) ??
    (four && form.ratio !== "" && (form.ratio < 0 || form.ratio > 100) ? "From 0 to 100 % in INT4." : null) ??
    (four && (form.data || needsData(form))
      ? calibrationProblem(
          form.calibration,
          known.available,
          isSame(form.calibration, known.project) && form.measure.accuracy,
        )
      : null) ??
    patternProblem(form.ignored.patterns) ??
    measureProblem(form.measure)
  );
}

// As the server reckons it: starting and reading, what a calibration sample costs beside an inference, measuring in turn.
const AROUND_S = 15;
const SAMPLE_COST = 4;
const USUAL_LATENCY_MS = 20;

/** Roughly; accuracy control takes longer by what it has to put back, which nobody knows before. */
export function estimateS(
  measureForm: MeasureForm,
  samples: number,
  project: Pick<Project, "best" | "dataset">,
): number {
  const latencyS = (project.best?.latency_median_ms ?? USUAL_LATENCY_MS) / 1000;
  let seconds = AROUND_S + samples * latencyS * SAMPLE_COST;
  if (measureForm.benchmark) seconds += (measureForm.budgetS || 20) + 15 + (measureForm.layers ? 5 : 0);
  if (measureForm.accuracy) {
    const others = Math.max(0, (project.dataset?.count ?? 0) - samples);
    const judged = Math.min(measureForm.samples || others, others);
    seconds += 2 * (AROUND_S / 3 + judged * latencyS);
  }
  return seconds;
}
