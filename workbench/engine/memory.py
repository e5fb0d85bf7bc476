"""High-water marks of this process's resident memory, one for each stage of a run."""

from __future__ import annotations

import re
from pathlib import Path


class HighWater:
    """`mark(stage)` keeps the largest resident size since the mark before, in bytes; `peak` is the largest of all.

    The kernel's mark (VmHWM) is reset between stages by writing 5 to /proc/self/clear_refs (proc(5)); where that is
    not allowed, each stage's figure is the largest so far.
    """

    def __init__(self) -> None:
        self.stages: dict[str, int | None] = {}

    def mark(self, stage: str) -> None:
        self.stages[stage] = high_water_bytes()
        reset()

    @property
    def peak(self) -> int | None:
        return max((size for size in self.stages.values() if size is not None), default=None)


def high_water_bytes() -> int | None:
    """The largest resident size since the last reset, in bytes."""
    try:
        found = re.search(r"^VmHWM:\s+(\d+) kB$", Path("/proc/self/status").read_text(), re.MULTILINE)
    except OSError:
        return None
    return int(found[1]) * 1024 if found else None


def reset() -> bool:
    """Start a new high-water mark at the present size; False where the kernel does not allow it."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return False
    return True
