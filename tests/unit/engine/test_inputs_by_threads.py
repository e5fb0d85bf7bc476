"""Tensors that threads make at once: OpenVINO's `Type.to_dtype`, asked by two threads first, waits for ever."""

import subprocess
import sys

import numpy as np
import openvino as ov
import pytest
from openvino import opset13 as op

from workbench.engine import inputs

TYPES = ("i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64", "f16", "f32", "f64", "boolean")
TOGETHER = """
import sys, threading
import numpy as np
from openvino import opset13 as op
from workbench.engine import inputs

port = op.parameter([1, 3, 8, 8], np.float32, name="x").output(0)
gate = threading.Barrier(4)


def make() -> None:
    gate.wait()
    inputs.as_tensor(np.zeros((1, 3, 8, 8)), port, (1, 3, 8, 8))


# Threads take turns as often as they can: half of such processes hung.
sys.setswitchinterval(1e-6)
threads = [threading.Thread(target=make) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""


@pytest.mark.parametrize("name", TYPES)
def test_numpys_type_is_openvinos_own(name: str) -> None:
    kind = getattr(ov.Type, name)
    port = op.parameter([2], kind, name="x").output(0)
    tensor = inputs.as_tensor(np.ones(2), port, (2,))
    assert tensor.get_element_type() == kind
    assert tensor.data.dtype == np.dtype(kind.to_dtype())


def test_the_first_ones_made_together() -> None:
    runs = [subprocess.Popen([sys.executable, "-c", TOGETHER]) for _ in range(3)]
    try:
        assert [run.wait(60) for run in runs] == [0, 0, 0]
    finally:
        for run in runs:
            run.kill()
            run.wait()
