/** What stands in the address of each page. Whatever is not understood is left out, so that old links still open. */
import type { DatasetFormat, JobState, Layer, ProjectState, Task } from "../api/types";
import { TASKS } from "../format/words";

type Raw = Record<string, unknown>;

export function text(value: unknown): string | undefined {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value !== "" ? value : undefined;
}

export function numeric(value: unknown): number | undefined {
  const number = typeof value === "string" && value !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}

export function texts(value: unknown): string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const found = value.map(text).filter((entry) => entry !== undefined);
  return found.length > 0 ? found : undefined;
}

export function oneOf<T extends string>(value: unknown, allowed: readonly T[]): T | undefined {
  return allowed.find((entry) => entry === value);
}

function flag(value: unknown): true | undefined {
  return value === true || value === "true" || value === 1 ? true : undefined;
}

/** On every page: the job whose log is open. */
export interface RootSearch {
  job?: string;
}

export const rootSearch = (raw: Raw): RootSearch => ({ job: text(raw.job) });

export const PROJECT_STATES = [
  "new",
  "queued",
  "running",
  "ready",
  "error",
  "cancelled",
  "archived",
] as const;

export interface ProjectsSearch {
  q?: string;
  state?: ProjectState;
  sort?: string;
  flat?: true;
}

export const projectsSearch = (raw: Raw): ProjectsSearch => ({
  q: text(raw.q),
  state: oneOf(raw.state, PROJECT_STATES),
  sort: text(raw.sort),
  flat: flag(raw.flat),
});

export const PERCENTILES = ["mean", "median", "p90", "p95", "p99", "p999", "max"] as const;
export type Percentile = (typeof PERCENTILES)[number];
export const LAYER_STATES = ["executed", "below_resolution", "not_executed"] as const;

export const BOUNDS = ["compute", "memory", "overhead"] as const;
export type Bound = (typeof BOUNDS)[number];

export interface LayerSearch {
  q?: string;
  types?: string[];
  precisions?: string[];
  status?: Layer["status"];
  bounds?: Bound[];
  /** Conditions on numbers, as "time>20", "gflops<5", "share:1..10"; in the units of the table. */
  where?: string[];
  /** Only these layers, by their order: those of a finding. */
  only?: number[];
  /** What earlier addresses had in place of `where`; taken out, since the router keeps what nobody names. */
  over?: undefined;
  share?: undefined;
  sort?: string;
  hide?: string[];
  layer?: number;
}

export const LENSES = ["roofline", "graphs"] as const;
export const PROJECT_TABS = ["accuracy", "optimize", "deploy", "recipe", "details"] as const;
export const CHANGES = ["broken", "fixed", "both_wrong", "both_right"] as const;

/** Of the tab of accuracy; its names differ from those of the layers, so that each tab keeps what was chosen in it. */
export interface AccuracySearch {
  report?: string;
  /** The report that it is compared with, and which samples of the comparison are shown. */
  against?: string;
  change?: (typeof CHANGES)[number];
  /** Conditions on the table of samples, as the API takes them: "confidence < 0.5". */
  rows?: string[];
  order?: string;
  /** A row for each class of each sample, where the task has them. */
  per?: "class";
  /** The row whose picture is open, and its place in the table as it is filtered and sorted now. */
  sample?: number;
  at?: number;
  /** The score from which on something counts as predicted in the open picture. */
  threshold?: number;
  /** A drawer: how the model is read, or a new report. */
  open?: "reading" | "report";
}

export const VERSION_AXES = [
  "latency_ms",
  "throughput_fps",
  "size_bytes",
  "memory_bytes",
  "accuracy",
  "distance",
] as const;
export const MAKERS = ["int8", "weights", "sensitivity", "best"] as const;

/** Of the tab of versions: its axes with their limits in the units that are shown, and what is open. */
export interface OptimizeSearch {
  vx?: (typeof VERSION_AXES)[number];
  vy?: (typeof VERSION_AXES)[number];
  vxLimit?: number;
  vyLimit?: number;
  vview?: "table";
  /** Figures of the newest race, in place of each version's best run. */
  pick?: "race";
  /** The key of the version whose pane is open. */
  version?: string;
  /** The form that is open, and an operation that keeps its precision in it. */
  make?: (typeof MAKERS)[number];
  ignore?: string[];
  /** Jobs whose outcome is shown: a version that was made, a race, a search for the best. */
  made?: string;
  race?: string;
  best?: string;
}

export interface ProjectSearch extends LayerSearch, AccuracySearch, OptimizeSearch {
  tab?: (typeof PROJECT_TABS)[number];
  run?: string;
  x?: Percentile;
  /** The latency that must not be exceeded, in ms. */
  limit?: number;
  view?: "table";
  /** Other projects in the chart, and those that are usually in it but were taken out. */
  series?: string[];
  without?: string[];
  /** The form of a new benchmark, filled in with what this finding proposes. */
  configure?: true;
  advice?: string;
  /** The form of a guided search, and the job of the one whose outcome is shown. */
  find?: true;
  search?: string;
  /** The package whose card is shown. */
  package?: string;
  /** What is shown of the layers beside their table. */
  lens?: (typeof LENSES)[number];
  colour?: string;
}

/** Earlier addresses had two conditions of their own. */
function conditions(raw: Raw): string[] | undefined {
  const [over, share] = [numeric(raw.over), numeric(raw.share)];
  const earlier = [over !== undefined && `time>${over}`, share !== undefined && `share>${share}`];
  const all = [...(texts(raw.where) ?? []), ...earlier.filter((entry) => entry !== false)];
  return all.length > 0 ? [...new Set(all)] : undefined;
}

function several<T>(value: unknown, read: (entry: unknown) => T | undefined): T[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const found = value.map(read).filter((entry) => entry !== undefined);
  return found.length > 0 ? found : undefined;
}

export const projectSearch = (raw: Raw): ProjectSearch => ({
  tab: oneOf(raw.tab, PROJECT_TABS),
  run: text(raw.run),
  x: oneOf(raw.x, PERCENTILES),
  limit: numeric(raw.limit),
  view: oneOf(raw.view, ["table"]),
  series: texts(raw.series),
  without: texts(raw.without),
  configure: flag(raw.configure),
  advice: text(raw.advice),
  find: flag(raw.find),
  search: text(raw.search),
  package: text(raw.package),
  lens: oneOf(raw.lens, LENSES),
  colour: text(raw.colour),
  q: text(raw.q),
  types: texts(raw.types),
  precisions: texts(raw.precisions),
  status: oneOf(raw.status, LAYER_STATES),
  bounds: several(raw.bounds, (entry) => oneOf(entry, BOUNDS)),
  where: conditions(raw),
  only: several(raw.only, numeric),
  over: undefined,
  share: undefined,
  sort: text(raw.sort),
  hide: texts(raw.hide),
  layer: numeric(raw.layer),
  report: text(raw.report),
  against: text(raw.against),
  change: oneOf(raw.change, CHANGES),
  rows: texts(raw.rows),
  order: text(raw.order),
  per: oneOf(raw.per, ["class"]),
  sample: numeric(raw.sample),
  at: numeric(raw.at),
  threshold: numeric(raw.threshold),
  open: oneOf(raw.open, ["reading", "report"]),
  vx: oneOf(raw.vx, VERSION_AXES),
  vy: oneOf(raw.vy, VERSION_AXES),
  vxLimit: numeric(raw.vxLimit),
  vyLimit: numeric(raw.vyLimit),
  vview: oneOf(raw.vview, ["table"]),
  pick: oneOf(raw.pick, ["race"]),
  version: text(raw.version),
  make: oneOf(raw.make, MAKERS),
  ignore: texts(raw.ignore),
  made: text(raw.made),
  race: text(raw.race),
  best: text(raw.best),
});

export interface WizardSearch {
  model?: string;
  target?: string;
  device?: string;
  dataset?: string;
  /** Imports under way in the columns. */
  modelJob?: string;
  datasetJob?: string;
}

export const wizardSearch = (raw: Raw): WizardSearch => ({
  model: text(raw.model),
  target: text(raw.target),
  device: text(raw.device),
  dataset: text(raw.dataset),
  modelJob: text(raw.modelJob),
  datasetJob: text(raw.datasetJob),
});

export interface ModelsSearch {
  q?: string;
  task?: Task;
  sort?: string;
}

export const modelsSearch = (raw: Raw): ModelsSearch => ({
  q: text(raw.q),
  task: oneOf(raw.task, TASKS),
  sort: text(raw.sort),
});

export const DATASET_FORMATS = [
  "imagenet_txt",
  "imagenet_folders",
  "voc",
  "coco",
  "yolo",
  "open_images",
  "wider_face",
  "common_segmentation",
  "cityscapes",
  "camvid",
  "common_super_resolution",
  "lfw",
  "vggface2",
  "not_annotated",
  "generated",
] as const;
/** What can be brought; "generated" is only ever made here. */
export const IMPORT_FORMATS = DATASET_FORMATS.filter((format) => format !== "generated");

export interface DatasetsSearch {
  q?: string;
  format?: DatasetFormat;
  sort?: string;
}

export const datasetsSearch = (raw: Raw): DatasetsSearch => ({
  q: text(raw.q),
  format: oneOf(raw.format, DATASET_FORMATS),
  sort: text(raw.sort),
});

export interface DatasetSearch {
  q?: string;
  label?: number;
  sample?: number;
  /** The place of the open sample among those that the filters leave. */
  at?: number;
}

export const datasetSearch = (raw: Raw): DatasetSearch => ({
  q: text(raw.q),
  label: numeric(raw.label),
  sample: numeric(raw.sample),
  at: numeric(raw.at),
});

/** A dataset to make from another one, or an attempt under way. */
export interface GenerateSearch extends ImportSearch {
  dataset?: string;
}

export const generateSearch = (raw: Raw): GenerateSearch => ({
  watch: text(raw.watch),
  dataset: text(raw.dataset),
});

/** A picture to try: a sample of a dataset, or what was made of it. */
export interface TrySearch {
  dataset?: string;
  sample?: number;
  second?: number;
  prediction?: string;
  target?: string;
  device?: string;
}

export const trySearch = (raw: Raw): TrySearch => ({
  dataset: text(raw.dataset),
  sample: numeric(raw.sample),
  second: numeric(raw.second),
  prediction: text(raw.prediction),
  target: text(raw.target),
  device: text(raw.device),
});

/** An import under way, so that a reload finds it again. */
export interface ImportSearch {
  watch?: string;
}

export const importSearch = (raw: Raw): ImportSearch => ({ watch: text(raw.watch) });

export const JOB_STATES = ["queued", "running", "succeeded", "failed", "cancelled"] as const;

export interface JobsSearch {
  state?: JobState;
  kind?: string;
}

export const jobsSearch = (raw: Raw): JobsSearch => ({
  state: oneOf(raw.state, JOB_STATES),
  kind: text(raw.kind),
});

/** As many as the server compares at once. */
export const MOST_SIDES = 8;

export const DIFFERENCE_SORTS = ["change", "ratio", "first", "other", "label", "type"] as const;

export interface CompareSearch {
  /** Runs by id, projects by id or name, in order; the first is what the others are compared with. */
  side?: string[];
  /** Which side the layers are compared with the first in; 1 is the second. */
  with?: number;
  q?: string;
  types?: string[];
  sort?: string;
  /** The row of the layer differences whose detail is open. */
  row?: string;
  x?: Percentile;
}

/** The parser makes numbers and truths of names that look like them, and no list of a single name. */
function sides(value: unknown): string[] | undefined {
  const all = (Array.isArray(value) ? value : [value]).map((entry) =>
    text(typeof entry === "boolean" ? String(entry) : entry),
  );
  const found = [...new Set(all)].filter((entry) => entry !== undefined).slice(0, MOST_SIDES);
  return found.length > 0 ? found : undefined;
}

export const compareSearch = (raw: Raw): CompareSearch => ({
  side: sides(raw.side),
  with: numeric(raw.with),
  q: text(raw.q),
  types: texts(raw.types),
  sort: oneOf(
    raw.sort,
    DIFFERENCE_SORTS.flatMap((id) => [id, `-${id}`]),
  ),
  row: text(raw.row),
  x: oneOf(raw.x, PERCENTILES),
});
