"""One line about the machine and the versions, for the head of every table of figures."""

import os
import platform
from importlib.metadata import version
from pathlib import Path


def describe() -> str:
    """CPU, cores, memory, load and the versions that figures depend on."""
    cpu = platform.processor() or "unknown CPU"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            cpu = line.partition(":")[2].strip()
            break
    pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    load = ", ".join(f"{value:.2f}" for value in os.getloadavg())
    return (
        f"{cpu}, {os.cpu_count()} cores, {pages * size / 2**30:.0f} GiB; Linux {platform.release()}; "
        f"Python {platform.python_version()}, OpenVINO {version('openvino')}; load before: {load}"
    )
