/** Start-up and memory of a run, stage by stage. */
import type { Run } from "../../api/types";

export interface Stage {
  name: string;
  explain: string;
  ms: number | null;
  bytes: number | null;
}

const STAGES: { name: string; explain: string; ms: (run: Run) => number | null; memory: string }[] = [
  {
    name: "process start",
    explain: "The engine's process with OpenVINO loaded.",
    ms: () => null,
    memory: "start",
  },
  { name: "read", explain: "Read the model from disk.", ms: (run) => run.read_ms, memory: "read" },
  {
    name: "reshape",
    explain: "Set batch and dynamic dimensions.",
    ms: (run) => run.reshape_ms,
    memory: "reshape",
  },
  {
    name: "compile",
    explain: "Compile for the device, without a cache.",
    ms: (run) => run.compile_ms,
    memory: "compile",
  },
  {
    name: "compile, cached",
    explain: "Compile again, with the result of the first time in the cache.",
    ms: (run) => run.compile_cached_ms,
    memory: "compile_cached",
  },
  {
    name: "first inference",
    explain: "The first result; it also allocates what the device needs.",
    ms: (run) => run.first_inference_ms,
    memory: "first_inference",
  },
  { name: "measuring", explain: "While the run was measured.", ms: () => null, memory: "measure" },
];

/** Stages of which a time or a memory high-water mark is known, in their order. */
export function stagesOf(run: Run): Stage[] {
  return STAGES.map(({ name, explain, ms, memory }) => ({
    name,
    explain,
    ms: ms(run),
    bytes: run.memory_bytes[memory] ?? null,
  })).filter((stage) => stage.ms !== null || stage.bytes !== null);
}
