"""The high-water mark of each stage."""

import pytest

from workbench.engine import memory
from workbench.engine.memory import HighWater

MIB = 1024**2


def test_each_stage_has_its_own_mark() -> None:
    if not memory.reset():
        pytest.fail("the kernel does not let this process reset its high-water mark")
    water = HighWater()
    water.mark("start")
    hoard = bytearray(200 * MIB)
    hoard[::4096] = b"x" * len(hoard[::4096])
    del hoard
    water.mark("large")
    water.mark("small")
    start, large, small = (water.stages[name] or 0 for name in ("start", "large", "small"))
    assert 190 * MIB < large - start < 230 * MIB
    assert small < large - 150 * MIB, "freed memory does not count in the next stage"
    assert water.peak == large
