/** What is filled in for the search of the best version, and what it asks of the server. */
import type { Candidate, OptimizeResult, OptimizeWanted } from "../../api/types";
import { numberList } from "../runs/configurations";
import { type CalibrationForm, calibrationProblem, calibrationWanted, emptyCalibration } from "./makeForm";

export const METHODS = ["precision", "int8", "int8_mixed", "int8_sensitive", "int8_accuracy"] as const;
export type Method = (typeof METHODS)[number];
export const PERCENTILES = ["median", "p90", "p95", "p99"] as const;

export const METHOD_NAMES: Record<string, string> = {
  original: "as it is",
  precision: "inference precisions of the model as it is",
  int8: "INT8, performance preset",
  int8_mixed: "INT8, mixed preset",
  int8_sensitive: "INT8 without the most sensitive operations",
  int8_accuracy: "INT8, held to the accuracy",
};

export interface FindForm {
  objective: OptimizeWanted["objective"];
  /** In percent, or percent points. */
  maxDrop: number | "";
  dropType: OptimizeWanted["drop_type"];
  metric: string;
  percentile: OptimizeWanted["percentile"];
  limitMs: number | "";
  minFps: number | "";
  calibration: CalibrationForm;
  /** Empty: those that make sense. */
  methods: Method[];
  budgetS: number | "";
  cellS: number | "";
  streams: string;
  batches: string;
}

export const emptyFind = (): FindForm => ({
  objective: "throughput",
  maxDrop: 1,
  dropType: "absolute",
  metric: "",
  percentile: "p99",
  limitMs: "",
  minFps: "",
  calibration: emptyCalibration(),
  methods: [],
  budgetS: 1200,
  cellS: 5,
  streams: "",
  batches: "",
});

export function findProblem(form: FindForm, available: number | null, archived: boolean): string | null {
  const [streams, batches] = [numberList(form.streams, 1024), numberList(form.batches, 65_536)];
  if (archived) return "A part of this project is gone: nothing can be measured any more.";
  if (form.maxDrop === "" || form.maxDrop < 0) return "Say how far the accuracy may drop.";
  if (form.budgetS === "" || form.budgetS < 30) return "At least 30 seconds in all.";
  if (form.cellS === "" || form.cellS < 0.5) return "At least 0.5 s for a configuration.";
  if (!streams.ok) return `Streams: ${streams.problem}`;
  if (!batches.ok) return `Batches: ${batches.problem}`;
  const same = form.calibration.dataset === "";
  return calibrationProblem(form.calibration, available, same);
}

const list = (text: string, most: number) => {
  const found = numberList(text, most);
  return found.ok && found.values.length > 0 ? found.values : null;
};

/** Only the limit that the objective knows is sent: the server refuses the other. */
export function findWanted(form: FindForm, share: boolean, continues: string | null): OptimizeWanted {
  const factor = form.dropType === "relative" || share ? 0.01 : 1;
  return {
    objective: form.objective,
    max_drop: Number(((form.maxDrop || 0) * factor).toPrecision(12)),
    drop_type: form.dropType,
    metric: form.metric || null,
    percentile: form.percentile,
    max_latency_ms: form.objective === "throughput" ? form.limitMs || null : null,
    min_fps: form.objective === "latency" ? form.minFps || null : null,
    calibration: calibrationWanted(form.calibration),
    methods: form.methods.length > 0 ? form.methods : null,
    budget_s: form.budgetS === "" ? 1200 : form.budgetS,
    cell_s: form.cellS === "" ? 5 : form.cellS,
    streams: list(form.streams, 1024),
    batches: list(form.batches, 65_536),
    continues,
  };
}

const key = (job: string) => `best ${job}`;

/** For this browser tab: who goes on with a search begins with what it was asked. */
export function rememberFind(job: string, form: FindForm): void {
  try {
    sessionStorage.setItem(key(job), JSON.stringify(form));
  } catch {
    // A browser that keeps nothing: the form is then filled in anew.
  }
}

export function rememberedFind(job: string | undefined): FindForm {
  const fresh = emptyFind();
  if (job === undefined) return fresh;
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(key(job)) ?? "null");
    return typeof kept === "object" && kept !== null ? { ...fresh, ...kept } : fresh;
  } catch {
    return fresh;
  }
}

const PLACES: Candidate["state"][] = ["winner", "kept", "rejected", "failed", "not_tried"];
export const STATE_NAMES: Record<Candidate["state"], string> = {
  winner: "winner",
  kept: "within the limits",
  rejected: "rejected",
  failed: "failed",
  not_tried: "not tried",
};

/** The winner first, then what is within the limits, then the rest; each by how well it does. */
export function inOrder(candidates: readonly Candidate[]): Candidate[] {
  const speed = ({ verified, best }: Candidate) => (verified ?? best)?.throughput_fps ?? 0;
  return [...candidates].sort(
    (a, b) => PLACES.indexOf(a.state) - PLACES.indexOf(b.state) || speed(b) - speed(a),
  );
}

export function stoppedText(stopped: OptimizeResult["stopped"]): string {
  if (stopped === "done") return "everything that makes sense was tried";
  return stopped === "budget" ? "its time was used up" : "it was stopped";
}
