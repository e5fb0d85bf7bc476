/** What the form of a package holds, and what the server is asked for. */
import type { Configuration, PackageWanted, Project, Run, Target } from "../../api/types";
import { decimal, NBSP } from "../../format/number";
import { millisecondsText } from "../../format/time";
import { nameProblem } from "../imports/names";

export type DeploymentKind = PackageWanted["kind"];

export interface PackageForm {
  kind: DeploymentKind;
  name: string;
  devices: string[];
  /** A run's id; empty for the best run's configuration. */
  run: string;
  model: boolean;
  runtime: boolean;
  python: boolean;
  cpp: boolean;
  installScript: boolean;
  fold: boolean;
  samples: number | "";
  includeSamples: boolean;
}

export const MOST_SAMPLES = 100;

export const KINDS: { value: DeploymentKind; label: string; about: string }[] = [
  {
    value: "deployment",
    label: "Archive",
    about: "A tar.gz to unpack and run: model, OpenVINO as far as it is needed, samples, install script.",
  },
  {
    value: "docker",
    label: "Docker",
    about: "The context of a Docker build: the package with the Dockerfile that makes an image of it.",
  },
  {
    value: "model_server",
    label: "Model Server",
    about:
      "A repository of OpenVINO Model Server with its configuration: the model answers over the network.",
  },
];

export function emptyForm(project: Pick<Project, "device">): PackageForm {
  return {
    kind: "deployment",
    name: "",
    devices: [project.device],
    run: "",
    model: true,
    runtime: true,
    python: true,
    cpp: true,
    installScript: true,
    fold: true,
    samples: 4,
    includeSamples: false,
  };
}

/** Of which parts of the form the kind makes no use: the Model Server brings its own runtime and needs no program. */
export function unused(kind: DeploymentKind): readonly (keyof PackageForm)[] {
  if (kind === "model_server") return ["runtime", "python", "cpp", "installScript"];
  return [];
}

export interface DeviceChoice {
  name: string;
  about: string;
  /** The machine of the project has it, so that the package can be tried there. */
  here: boolean;
}

// What OpenVINO has plugins for; a package can be built for any of them.
const KNOWN = [
  ["CPU", "processors by Intel, AMD and Arm"],
  ["GPU", "Intel graphics"],
  ["NPU", "Intel neural processing units"],
  ["AUTO", "chooses among the devices that are there"],
] as const;

/** Whether the machine has what `device` names: virtual ones need all that they name. */
function isHere(device: string, names: readonly string[]): boolean {
  const [kind = "", behind] = device.split(":");
  if (behind) return behind.split(",").every((name) => isHere(name.replace(/\(.*\)/, "").trim(), names));
  if (kind === "AUTO") return true;
  return names.some((name) => name === kind || name.startsWith(`${kind}.`));
}

/** The devices of the target first, then those that a package can be built for all the same. */
export function deviceChoices(
  target: Pick<Target, "devices" | "unavailable"> | undefined,
  chosen: string,
): DeviceChoice[] {
  const found: DeviceChoice[] = (target?.devices ?? []).map(({ name, full_name }) => ({
    name,
    about: full_name,
    here: true,
  }));
  const names = found.map(({ name }) => name);
  for (const [name, about] of KNOWN) {
    if (names.includes(name)) continue;
    found.push({ name, about, here: isHere(name, names) });
  }
  if (!found.some(({ name }) => name === chosen)) {
    found.unshift({ name: chosen, about: "the project's device", here: isHere(chosen, names) });
  }
  return found;
}

/** "2 × 1 · 214.6 FPS · 8.91 ms · bf16" */
export function runLine(run: Run): string {
  return [
    run.label,
    `${decimal(run.throughput_fps)}${NBSP}FPS`,
    millisecondsText(run.latency_ms.median),
    run.effective_precision,
  ].join(" · ");
}

/** Why nothing can be built of this, or null. */
export function formProblem(form: PackageForm): string | null {
  const name = nameProblem(form.name);
  if (name) return name;
  if (form.devices.length === 0) return "Choose a device at least.";
  if (form.samples === "" || form.samples < 1 || form.samples > MOST_SAMPLES) {
    return `Between 1 and ${MOST_SAMPLES} samples.`;
  }
  if (!form.model && !form.runtime && !form.python && !form.cpp && form.kind !== "model_server") {
    return "Choose something that goes in.";
  }
  return null;
}

export function wantedOf(form: PackageForm): PackageWanted {
  return {
    kind: form.kind,
    name: form.name.trim() || null,
    devices: form.devices,
    run_id: form.run || null,
    configuration: null,
    model: form.model,
    runtime: form.runtime,
    python: form.python,
    cpp: form.cpp,
    install_script: form.installScript,
    fold_preprocessing: form.fold,
    samples: form.samples === "" ? 4 : form.samples,
    include_samples: form.includeSamples,
  };
}

/** What somebody reads of a configuration, in the words of OpenVINO. */
export function configurationText(configuration: Configuration): string {
  const { hint, streams, requests, batch, threads, precision, api } = configuration;
  return [
    hint === "none" ? null : `${hint.replaceAll("_", " ")} hint`,
    streams ? `${streams} stream${streams === 1 ? "" : "s"}` : null,
    requests ? `${requests} request${requests === 1 ? "" : "s"} in flight` : null,
    batch ? `batch ${batch}` : null,
    threads ? `${threads} thread${threads === 1 ? "" : "s"}` : null,
    precision ? `in ${precision}` : null,
    api === "sync" ? "one request after another" : null,
  ]
    .filter(Boolean)
    .join(", ");
}
