/** What the probe told of a machine, with a type. */
import type { Target } from "../../api/types";

export interface MachineInfo {
  openvino: string | null;
  hostname: string | null;
  os: string | null;
  kernel: string | null;
  python: string | null;
  cpuModel: string | null;
  cores: number | null;
  threads: number | null;
  sockets: number | null;
  maxMhz: number | null;
  governor: string | null;
  flags: string[];
  memoryBytes: number | null;
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

const text = (value: unknown) => (typeof value === "string" && value !== "" ? value : null);
const number = (value: unknown) => (typeof value === "number" ? value : null);

/** The build number behind the version helps nobody who reads a table. */
export function shortVersion(version: string | null): string | null {
  return version?.split("-")[0] ?? null;
}

export function infoOf(target: Pick<Target, "info">): MachineInfo {
  const info = record(target.info);
  const cpu = record(info.cpu);
  return {
    openvino: shortVersion(text(info.openvino_version) ?? text(info.openvino)),
    hostname: text(info.hostname),
    os: text(info.os),
    kernel: text(info.kernel),
    python: text(info.python),
    cpuModel: text(cpu.model),
    cores: number(cpu.physical_cores),
    threads: number(cpu.logical_cores),
    sockets: number(cpu.sockets),
    maxMhz: number(cpu.max_mhz),
    governor: text(cpu.governor),
    flags: Array.isArray(cpu.flags) ? cpu.flags.filter((flag) => typeof flag === "string") : [],
    memoryBytes: number(info.memory_bytes),
  };
}
