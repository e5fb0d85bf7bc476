"""A model with its preprocessing inside gives what the model gives for preprocessed values."""

from pathlib import Path
from typing import Any

import pytest

from tests.unit.engine.networks import Recorder, classifier, np, op, ov
from tests.unit.engine.reports import prepare
from workbench.engine import folding, images
from workbench.engine.configuration import Preprocessing
from workbench.engine.protocol import EngineError

MEAN, SCALE = [123.675, 116.28, 103.53], [58.395, 57.12, 57.375]


def picture(width: int = 16, height: int = 16) -> np.ndarray:
    """RGB."""
    return np.random.default_rng(0).integers(0, 256, (height, width, 3)).astype(np.uint8)


def run(work: Path, preprocessing: dict[str, Any], **more: Any) -> dict[str, Any]:
    return folding.run({"preprocessing": preprocessing} | more, work, Recorder())


def answer(xml: Path, values: np.ndarray) -> np.ndarray:
    compiled = ov.Core().compile_model(xml, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    return np.array(compiled(values)[0])


def outside(rgb: np.ndarray, color: str) -> np.ndarray:
    """As a benchmark prepares it: [1, C, H, W]."""
    wanted = Preprocessing(color=color, mean=tuple(MEAN), scale=tuple(SCALE))
    coloured = images.colored(np.ascontiguousarray(rgb[:, :, ::-1]), 3, color)
    return images.to_layout(images.normalise(coloured, wanted), "CHW")[None]


@pytest.mark.parametrize("color", ["RGB", "BGR"])
def test_values_colours_and_layout(tmp_path: Path, color: str) -> None:
    prepare(tmp_path, model=classifier())
    told = run(tmp_path, {"color": color, "mean": MEAN, "scale": SCALE})
    assert told["input"] == "picture"
    assert told["preprocessing"] == {
        "color": "RGB", "resize": "stretch", "mean": None, "scale": None, "crop_fraction": 1.0, "pad_value": 114,
        "interpolation": "linear",
    }  # fmt: skip
    folded = ov.Core().read_model(tmp_path / "out/model.xml").input(0)
    assert folded.get_element_type() == ov.Type.u8
    assert list(folded.get_shape()) == [1, 16, 16, 3]
    before = answer(tmp_path / "inputs/model.xml", outside(picture(), color))
    assert answer(tmp_path / "out/model.xml", picture()[None]) == pytest.approx(before, abs=1e-6)


def test_resize(tmp_path: Path) -> None:
    """Bilinear with half-pixel centres, as OpenCV; that rounds to whole numbers, so the values lie within 1."""
    out = op.parameter([1, 3, 16, 16], np.float32, name="picture")
    out.output(0).set_names({"picture"})
    prepare(tmp_path, model=ov.Model([op.result(op.relu(out))], [out], "m"))
    run(tmp_path, {"color": "RGB"}, resize=True)
    large = picture(40, 24)
    found = answer(tmp_path / "out/model.xml", large[None])[0].transpose(1, 2, 0)
    expected, _ = images.resize(large, 16, 16, Preprocessing())
    assert np.abs(found - expected.astype(np.float32)).max() <= 1


def test_grey(tmp_path: Path) -> None:
    port = op.parameter([1, 1, 16, 16], np.float32, name="picture")
    prepare(tmp_path, model=ov.Model([op.result(op.relu(port))], [port], "m"))
    run(tmp_path, {"color": "GRAY", "scale": [255]})
    found = answer(tmp_path / "out/model.xml", picture()[None])[0, 0] * 255
    expected = picture().astype(np.float64) @ [0.299, 0.587, 0.114]
    assert np.abs(found - expected).max() < 0.6


def test_open_sizes_stay_open(tmp_path: Path) -> None:
    prepare(tmp_path, model=classifier((-1, 3, -1, -1)))
    run(tmp_path, {"mean": MEAN, "scale": SCALE})
    before = answer(tmp_path / "inputs/model.xml", outside(picture(20, 12), "RGB"))
    assert answer(tmp_path / "out/model.xml", picture(20, 12)[None]) == pytest.approx(before, abs=1e-6)


@pytest.mark.parametrize(
    ("preprocessing", "more"),
    [
        ({"color": "GRAY"}, {}),
        ({"resize": "letterbox"}, {"resize": True}),
    ],
)
def test_what_cannot_be_inside(tmp_path: Path, preprocessing: dict[str, Any], more: dict[str, Any]) -> None:
    prepare(tmp_path, model=classifier())
    with pytest.raises(EngineError) as caught:
        run(tmp_path, preprocessing, **more)
    assert caught.value.code == "preprocessing_not_foldable"


def test_whole_numbers_would_be_cut(tmp_path: Path) -> None:
    port = op.parameter([1, 16, 16, 3], np.uint8, name="picture")
    prepare(tmp_path, model=ov.Model([op.result(op.convert(port, "f32"))], [port], "m"))
    for preprocessing in ({"mean": [1.0]}, {}):
        with pytest.raises(EngineError) as caught:
            run(tmp_path, preprocessing)
        assert caught.value.code == "preprocessing_not_foldable"


def test_no_such_input(tmp_path: Path) -> None:
    prepare(tmp_path, model=classifier())
    with pytest.raises(EngineError) as caught:
        run(tmp_path, {}, input="nope")
    assert caught.value.code == "unknown_input"
