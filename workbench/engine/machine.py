"""Facts about the machine this process runs on, from /proc and /sys. What cannot be read is None."""

from __future__ import annotations

import os
import platform
import re
import resource
from pathlib import Path
from typing import Any

_FLAGS = (
    "sse4_2 avx avx2 f16c fma avx_vnni avx_vnni_int8 avx512f avx512bw avx512vl avx512_vnni avx512_bf16 avx512_fp16 "
    "amx_tile amx_int8 amx_bf16 amx_fp16 asimd asimdhp asimddp bf16 i8mm sve sve2"
).split()


def describe() -> dict[str, Any]:
    """hostname, os, kernel, python, machine_id, cpu, memory_bytes, available_memory_bytes."""
    memory = _memory()
    return {
        "hostname": platform.node(),
        "os": os_name(),
        "kernel": kernel(),
        "python": python_version(),
        "machine_id": machine_id(),
        "cpu": cpu(),
        "memory_bytes": memory.get("MemTotal"),
        "available_memory_bytes": memory.get("MemAvailable"),
    }


def machine_id() -> str | None:
    """The kernel's boot id: the same in all containers of one machine."""
    return _read("/proc/sys/kernel/random/boot_id")


def cpu() -> dict[str, Any]:
    """model, physical_cores, logical_cores, usable_cores, sockets, max_mhz, governor, flags (only those that matter
    for inference)."""
    blocks = [_pairs(block) for block in (_read("/proc/cpuinfo") or "").split("\n\n") if block.strip()]
    first = blocks[0] if blocks else {}
    cores = {(block.get("physical id"), block.get("core id")) for block in blocks if "core id" in block}
    sockets = {block["physical id"] for block in blocks if "physical id" in block}
    known = set((first.get("flags") or first.get("Features") or "").split())
    logical = logical_cores()
    khz = _number("/sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq")
    return {
        "model": first.get("model name") or first.get("Model") or platform.processor() or platform.machine(),
        "physical_cores": len(cores) or logical,
        "logical_cores": logical,
        "usable_cores": usable_cores(),
        "sockets": len(sockets) or 1,
        "max_mhz": khz / 1000 if khz else None,
        "governor": governor(),
        "flags": [flag for flag in _FLAGS if flag in known],
    }


def logical_cores() -> int:
    """Logical cores of the machine."""
    return os.cpu_count() or 1


def usable_cores() -> int:
    """Logical cores that this process may run on."""
    return len(os.sched_getaffinity(0))


def governor() -> str | None:
    return _read("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")


def memory_bytes() -> int | None:
    return _memory().get("MemTotal")


def available_bytes() -> int | None:
    """Memory that programs may still take, without swapping."""
    return _memory().get("MemAvailable")


def cache_bytes() -> int | None:
    """The last-level caches of all cores together."""
    last: dict[str, tuple[int, int]] = {}
    for place in Path("/sys/devices/system/cpu").glob("cpu[0-9]*/cache/index[0-9]*"):
        level, size = _number(place / "level"), re.fullmatch(r"(\d+)([KM])", _read(place / "size") or "")
        sharing = _read(place / "shared_cpu_list")
        if level is None or size is None or sharing is None or _read(place / "type") == "Instruction":
            continue
        bytes_ = int(size[1]) << (10 if size[2] == "K" else 20)
        # One entry for each cache, however many cores share it.
        last[f"{level:.0f}:{sharing}"] = (int(level), bytes_)
    top = max((level for level, _ in last.values()), default=None)
    return sum(size for level, size in last.values() if level == top) if last else None


def kernel() -> str:
    return platform.release()


def python_version() -> str:
    return platform.python_version()


def load_average() -> list[float]:
    """Over 1, 5 and 15 minutes."""
    return [round(value, 2) for value in os.getloadavg()]


def frequencies_mhz() -> list[float]:
    """The present frequency of the cores that this process may use (of at most 16); empty where it is not readable."""
    found = []
    for number in sorted(os.sched_getaffinity(0))[:16]:
        khz = _number(f"/sys/devices/system/cpu/cpu{number}/cpufreq/scaling_cur_freq")
        if khz:
            found.append(khz / 1000)
    return found


def temperature_c() -> float | None:
    """The hottest reading of a CPU sensor."""
    readings = []
    for name in Path("/sys/class/hwmon").glob("hwmon*/name"):
        if (_read(name) or "") in ("coretemp", "k10temp", "zenpower", "cpu_thermal"):
            readings += [_number(path) for path in name.parent.glob("temp*_input")]
    for kind in Path("/sys/class/thermal").glob("thermal_zone*/type"):
        if re.search(r"x86_pkg_temp|cpu|soc", _read(kind) or "", re.IGNORECASE):
            readings.append(_number(kind.parent / "temp"))
    known = [reading / 1000 for reading in readings if reading is not None]
    return max(known) if known else None


def throttle_count() -> int | None:
    """How often the hardware has slowed a core because of heat, since boot."""
    counts = [_number(path) for path in Path("/sys/devices/system/cpu").glob("cpu[0-9]*/thermal_throttle/*_count")]
    known = [count for count in counts if count is not None]
    return int(sum(known)) if known else None


def quota_throttled_s() -> float | None:
    """Time for which the control group's CPU quota has stopped this container, so far."""
    found = re.search(r"^throttled_usec (\d+)$", _read("/sys/fs/cgroup/cpu.stat") or "", re.MULTILINE)
    return int(found[1]) / 1e6 if found else None


def cpu_seconds() -> tuple[float, float]:
    """(busy, stolen) time of all cores of the machine since boot; busy includes stolen. Zeros where not readable."""
    text = _read("/proc/stat") or ""
    fields = text.split("\n", 1)[0].split()[1:9]
    if len(fields) < 8:
        return 0.0, 0.0
    user, nice, system, _idle, _iowait, irq, softirq, steal = (int(field) for field in fields)
    ticks = os.sysconf("SC_CLK_TCK")
    return (user + nice + system + irq + softirq + steal) / ticks, steal / ticks


def own_cpu_seconds() -> float:
    """CPU time of this process, all threads."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def os_name() -> str:
    """As in "Debian GNU/Linux 12"."""
    pairs = dict(line.split("=", 1) for line in (_read("/etc/os-release") or "").splitlines() if "=" in line)
    name, version = pairs.get("NAME", "").strip('"'), pairs.get("VERSION_ID", "").strip('"')
    return f"{name} {version}".strip() or platform.system()


def _memory() -> dict[str, int]:
    pairs = _pairs(_read("/proc/meminfo") or "")
    return {name: int(value.split()[0]) * 1024 for name, value in pairs.items() if value.endswith("kB")}


def _pairs(text: str) -> dict[str, str]:
    split = (line.partition(":") for line in text.splitlines())
    return {name.strip(): value.strip() for name, _, value in split}


def _read(path: str | Path) -> str | None:
    try:
        return Path(path).read_text(errors="replace").strip()
    except OSError:
        return None


def _number(path: str | Path) -> float | None:
    try:
        return float(_read(path) or "")
    except ValueError:
        return None
