"""What an engine tells that ran a stranger's model is checked before it is packed."""

import copy
from pathlib import Path
from typing import Any

import pytest

from workbench.accuracy.service import Unusable
from workbench.packages.answers import checked

PORT = {"name": "picture", "names": ["picture"], "shape": [1, 3, 8, 8], "type": "f32"}
GOOD: dict[str, Any] = {
    "folded": True, "batch": 1, "outputs": [PORT], "original_inputs": [PORT],
    "inputs": [{
        "index": 0, "name": "picture", "type": "u8", "shape": [1, 8, 8, 3], "original_shape": [1, 3, 8, 8],
        "layout": "NHWC", "role": "picture", "file": None,
    }],
    "preprocessing": {
        "color": "RGB", "grey_first": False, "resize": "stretch", "mean": None, "scale": None, "crop_fraction": 1.0,
        "pad_value": 114, "interpolation": "linear",
    },
    "properties": {"own": {"NUM_STREAMS": 2}, "behind": {}},
    "labels": ["a"], "places": [0], "decodes": True,
    "samples": [{"picture": "000.ppm", "name": "a.png", "width": 8, "height": 8}],
    "effective_precision": "f32", "device": "CPU", "openvino": "2026", "notes": [],
}  # fmt: skip


@pytest.fixture
def out(tmp_path: Path) -> Path:
    for name in ("model.xml", "model.bin", "pictures/000.ppm", "fixed/1.bin"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    return tmp_path


def with_value(path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    made = copy.deepcopy(GOOD)
    place: Any = made
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = value
    return made


def test_as_it_should_be(out: Path) -> None:
    assert checked(GOOD, out) == GOOD
    assert checked(with_value(("inputs", 0, "file"), "fixed/1.bin"), out)["inputs"][0]["file"] == "fixed/1.bin"
    assert checked(with_value(("labels",), ["a\0b", "\ud800"]), out)["labels"] == ["a\ufffdb", "?"]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("inputs", 0, "file"), "fixed/../../etc/passwd"),
        (("inputs", 0, "file"), "fixed/1.bin\n"),
        (("inputs", 0, "file"), "fixed/2.bin"),
        (("inputs", 0, "role"), "other"),
        (("inputs", 0, "layout"), "N;rm"),
        (("inputs", 0, "type"), "f32\n#include"),
        (("inputs",), []),
        (("samples", 0, "picture"), "../000.ppm"),
        (("samples", 0, "picture"), "001.ppm"),
        (("samples",), []),
        (("batch",), 0),
        (("labels",), ["a"] * 100_001),
        (("preprocessing", "color"), "CMYK"),
        (("preprocessing", "mean"), ["a"]),
        (("properties", "own"), {"NUM_STREAMS": {"a": 1}}),
        (("effective_precision",), "f" * 99),
    ],
)
def test_as_it_should_not_be(out: Path, path: tuple[Any, ...], value: Any) -> None:
    with pytest.raises(Unusable):
        checked(with_value(path, value), out)


def test_files_are_files(out: Path) -> None:
    (out / "model.bin").unlink()
    with pytest.raises(Unusable, match=r"model\.bin"):
        checked(GOOD, out)
    (out / "model.bin").symlink_to("/etc/passwd")
    with pytest.raises(Unusable, match=r"model\.bin"):
        checked(GOOD, out)
