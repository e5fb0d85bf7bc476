import type { Package, PackageTrial } from "../../api/types";
import { Chip } from "../../components/Chip";

export const KIND_NAMES: Record<Package["kind"], string> = {
  deployment: "archive",
  docker: "Docker",
  model_server: "Model Server",
  project: "export",
};

/** What came of running a package before it was offered. */
export function TrialChip({ trial, quiet = false }: { trial: PackageTrial | null; quiet?: boolean }) {
  if (!trial) return null;
  return trial.state === "passed" ? (
    <Chip tone="good" explain={trial.reason} quiet={quiet}>
      passed
    </Chip>
  ) : (
    <Chip tone="warn" explain={trial.reason} quiet={quiet}>
      not run
    </Chip>
  );
}
