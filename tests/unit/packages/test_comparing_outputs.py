"""Outputs are told apart where they differ by more than rounding, and nowhere else."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from workbench.packages.comparing_outputs import Tolerance, compare
from workbench.packages.sandbox import Failed

F32 = Tolerance.of("f32", "linear")
INT8 = Tolerance.of("int8/bf16", "linear")


def told(folder: Path, wanted: Any, given: Any, tolerance: Tolerance = F32) -> float:
    for name, values in (("expected", wanted), ("given", given)):
        (folder / name).mkdir(exist_ok=True)
        np.save(folder / name / "000-0.npy", np.asarray(values, dtype=np.float32))
    return compare(folder / "expected", folder / "given", 1, 1, tolerance)


def test_equal(tmp_path: Path) -> None:
    assert told(tmp_path, [1.0, np.nan, np.inf, -np.inf], [1.0, np.nan, np.inf, -np.inf]) == 0
    assert told(tmp_path, np.zeros((0, 7)), np.zeros((0, 7))) == 0


def test_within(tmp_path: Path) -> None:
    assert told(tmp_path, [0.5, 0.25], [0.50009, 0.25]) == pytest.approx(9e-5, rel=0.01)
    assert told(tmp_path, [1000.0, 0.0], [1000.009, 0.0]) == pytest.approx(9e-3, rel=0.02)


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        ([0.5, 0.25], [0.5002, 0.25]),
        ([1000.0, 0.0], [1000.02, 0.0]),
        ([0.5], [np.nan]),
        ([np.nan], [0.5]),
        ([np.inf], [1e30]),
        ([[0.5]], [0.5]),
        ([0.5, 0.5], [0.5]),
    ],
)
def test_beyond(tmp_path: Path, wanted: Any, given: Any) -> None:
    with pytest.raises(Failed):
        told(tmp_path, wanted, given)


def test_integers_may_round_otherwise(tmp_path: Path) -> None:
    wanted = np.linspace(-1, 1, 10_000)
    assert told(tmp_path, wanted, wanted + 0.019, INT8) == pytest.approx(0.019, rel=0.01)
    few = wanted.copy()
    few[:5] += 0.5
    assert told(tmp_path, wanted, few, INT8) == pytest.approx(0.5)
    with pytest.raises(Failed, match=r"of its values by more than the 0\.02"):
        told(tmp_path, wanted, wanted * 0.9, INT8)


def test_missing_broken_or_pickled(tmp_path: Path) -> None:
    told(tmp_path, [1.0], [1.0])
    with pytest.raises(Failed, match="no output 001"):
        compare(tmp_path / "expected", tmp_path / "given", 2, 1, F32)
    for content in (b"", b"\x93NUMPY\x01\x00", b"nonsense"):
        (tmp_path / "given/000-0.npy").write_bytes(content)
        with pytest.raises(Failed):
            compare(tmp_path / "expected", tmp_path / "given", 1, 1, F32)
    np.save(tmp_path / "given/000-0.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(Failed):
        compare(tmp_path / "expected", tmp_path / "given", 1, 1, F32)
