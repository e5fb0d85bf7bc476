"""Splits: no sample twice, in proportion, and reproducible."""

import io
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.unit.datasets.material import Content, Imported, picture
from workbench.datasets.internal_form import DatasetReader
from workbench.datasets.splitting import run
from workbench.engine.protocol import Emitter, EngineError


@pytest.fixture
def parent(tmp_path: Path) -> Imported:
    content: Content = {
        f"class{label}/{number}.png": picture(20, 10, seed=100 * label + number)
        for label in range(3)
        for number in range(4 * (label + 1))
    }
    return Imported(tmp_path / "parent", content)


def split(parent: Imported, work: Path, calibration: int, validation: int, seed: int = 0) -> dict[str, Any]:
    (work / "inputs").mkdir(parents=True)
    (work / "inputs" / "dataset").symlink_to(parent.folder)
    parameters = {"dataset": "inputs/dataset", "calibration": calibration, "validation": validation, "seed": seed}
    return run(parameters, work, Emitter(io.StringIO()))


def sources(work: Path, part: str) -> list[str]:
    return [sample["source"] for sample in DatasetReader(work / "out" / part).samples()]


class TestSplit:
    def test_disjoint_and_whole(self, parent: Imported, tmp_path: Path) -> None:
        result = split(parent, tmp_path / "work", 6, 18)
        first, second = sources(tmp_path / "work", "calibration"), sources(tmp_path / "work", "validation")
        assert sorted(first + second) == sorted(sample["source"] for sample in parent.samples)
        assert (result["calibration"]["count"], result["validation"]["count"]) == (6, 18)
        assert result["calibration"]["split"] == {"part": "calibration", "count": 6, "seed": 0}

    def test_both_in_proportion(self, parent: Imported, tmp_path: Path) -> None:
        result = split(parent, tmp_path / "work", 6, 12)
        assert result["calibration"]["class_counts"] == {"0": 1, "1": 2, "2": 3}
        assert result["validation"]["class_counts"] == {"0": 2, "1": 4, "2": 6}

    def test_reproducible(self, parent: Imported, tmp_path: Path) -> None:
        chosen = []
        for name, seed in (("a", 1), ("b", 1), ("c", 2)):
            split(parent, tmp_path / name, 5, 5, seed)
            chosen.append((sources(tmp_path / name, "calibration"), sources(tmp_path / name, "validation")))
        assert chosen[0] == chosen[1] != chosen[2]

    def test_samples_are_those_of_the_parent(self, parent: Imported, tmp_path: Path) -> None:
        split(parent, tmp_path / "work", 3, 3)
        by_source = {sample["source"]: sample for sample in parent.samples}
        for part in ("calibration", "validation"):
            reader = DatasetReader(tmp_path / "work" / "out" / part)
            for sample in reader.samples():
                original = by_source[sample["source"]]
                assert sample["label"] == original["label"]
                content = (parent.folder / original["file"]).read_bytes()
                assert reader.image_path(sample["id"]).read_bytes() == content
        assert len(Counter(sources(tmp_path / "work", "calibration"))) == 3

    @pytest.mark.parametrize(("calibration", "validation"), [(20, 5), (0, 5), (5, 0)])
    def test_refusals(self, parent: Imported, tmp_path: Path, calibration: int, validation: int) -> None:
        with pytest.raises(EngineError) as refused:
            split(parent, tmp_path / "work", calibration, validation)
        assert refused.value.code == "split_too_large"
        assert not (tmp_path / "work" / "out").exists()
