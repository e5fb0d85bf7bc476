"""Facts of the machine against what Python and the system say by other ways."""

import os
import platform
import resource
import subprocess
from pathlib import Path

from workbench.engine import machine


def test_describe() -> None:
    found = machine.describe()
    assert found["hostname"] == platform.node()
    assert found["kernel"] == os.uname().release
    assert found["python"] == platform.python_version()
    assert found["memory_bytes"] == os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    assert 0 < found["available_memory_bytes"] <= found["memory_bytes"]
    assert found["machine_id"] == Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    assert found["os"]


def test_cpu_agrees_with_lscpu() -> None:
    found = machine.cpu()
    text = subprocess.run(
        ["lscpu"], capture_output=True, text=True, check=True, env={"LC_ALL": "C", "PATH": os.environ["PATH"]}
    )
    said = {line.partition(":")[0].strip(): line.partition(":")[2].strip() for line in text.stdout.splitlines()}
    assert found["logical_cores"] == int(said["CPU(s)"])
    assert found["model"] == said["Model name"]
    if "Core(s) per socket" in said:
        assert found["physical_cores"] == int(said["Core(s) per socket"]) * int(said["Socket(s)"])
        assert found["sockets"] == int(said["Socket(s)"])
    assert set(found["flags"]) <= set(said["Flags"].split())
    assert found["usable_cores"] == len(os.sched_getaffinity(0))


def test_cpu_time_runs() -> None:
    own, (busy, stolen) = machine.own_cpu_seconds(), machine.cpu_seconds()
    used = resource.getrusage(resource.RUSAGE_SELF)
    end = used.ru_utime + used.ru_stime + 0.2
    while used.ru_utime + used.ru_stime < end:
        used = resource.getrusage(resource.RUSAGE_SELF)
    assert machine.own_cpu_seconds() >= own + 0.19
    assert machine.cpu_seconds()[0] >= busy + 0.1
    assert machine.cpu_seconds()[1] >= stolen >= 0


def test_what_is_not_there_is_none_or_empty() -> None:
    """On machines without these sensors; where they are there, they make sense."""
    assert all(100 < mhz < 10_000 for mhz in machine.frequencies_mhz())
    for value, low, high in ((machine.temperature_c(), -20, 130), (machine.throttle_count(), 0, 1e12)):
        assert value is None or low <= value <= high
