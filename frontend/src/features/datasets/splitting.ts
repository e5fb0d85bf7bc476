import { count } from "../../format/number";

/** Why `total` samples cannot be divided like that, or null. Without `validation` all others are taken. */
export function splitProblem(
  total: number,
  calibration: number | "",
  validation: number | "",
): string | null {
  if (calibration === "" || calibration < 1) return "Calibration needs a sample at least.";
  if (calibration >= total)
    return `The dataset has ${count(total)} samples: one has to be left to validate with.`;
  if (validation !== "" && validation < 1) return "Validation needs a sample at least.";
  if (validation !== "" && calibration + validation > total) {
    return `Together that is ${count(calibration + validation)}; the dataset has ${count(total)}.`;
  }
  return null;
}
