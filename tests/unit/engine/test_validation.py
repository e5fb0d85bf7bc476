"""The figure of a model in memory is that of the operation that makes reports, exactly, however often it is asked."""

import tempfile
from pathlib import Path
from typing import Any

import pytest

from tests.unit.engine import ruined
from tests.unit.engine.networks import Recorder, np, op, ov
from tests.unit.engine.reports import annotated, classifier_reading, identity, prepare, reading, zero_of
from workbench.engine import accuracy, calibration, images, validation
from workbench.engine.protocol import EngineError
from workbench.engine.validation import Validation, values_compared

SHARED = {"model": "inputs/model.xml", "dataset": "inputs/dataset", "device": "CPU", "precision": "f32"}


def reported(work: Path, parameters: dict[str, Any], metric: str | None = None) -> float:
    folder = Path(tempfile.mkdtemp(dir=work))
    (folder / "out").mkdir()
    (folder / "inputs").symlink_to(work / "inputs")
    found = accuracy.run(parameters, folder, Recorder())
    return float(found["metrics"][metric or found["primary"]]["value"])


def read(work: Path) -> ov.Model:
    return ov.Core().read_model(work / "inputs" / "model.xml")


def noisy(folder: Path, members: Any, count: int = 17, **facts: Any) -> Path:
    """Pictures of several sizes without any order, so that figures have many digits."""
    chance = np.random.default_rng(8)
    samples = []
    for number in range(count):
        size = (20 + number, 30 - number % 5, 3)
        samples.append((chance.integers(0, 256, size).astype(np.uint8), members(chance, number)))
    return annotated(folder, samples, **facts)


def classified(work: Path) -> dict[str, Any]:
    prepare(work, model=ruined.model())
    noisy(
        work / "inputs/dataset",
        lambda chance, _: {"label": int(chance.integers(0, 3))},
        labels=["red", "green", "blue"],
    )
    return {"reading": classifier_reading(preprocessing={"color": "BGR", "mean": [9, 3, 1], "scale": [2, 3, 5]})}


def detected(work: Path) -> dict[str, Any]:
    """Boxes that depend on the picture: the rows of an SSD are a constant and its mean."""
    picture = op.parameter([1, 3, 16, 16], np.float32, name="picture")
    picture.output(0).set_names({"picture"})
    chance = np.random.default_rng(3)
    rows = np.zeros((1, 1, 12, 7), np.float32)
    rows[..., 1] = chance.integers(1, 3, 12)
    rows[..., 2] = chance.uniform(0.2, 0.9, 12)
    rows[..., 3:5] = chance.uniform(0, 0.4, (12, 2))
    rows[..., 5:7] = chance.uniform(0.6, 1, (12, 2))
    out = op.add(zero_of(picture, [1, 2, 3]), op.constant(rows))
    out.output(0).set_names({"detections"})
    prepare(work, model=ov.Model([op.result(out)], [picture], "ssd"))

    def boxes(chance: np.random.Generator, _: int) -> dict[str, Any]:
        edges = chance.uniform([0, 0, 12, 12], [8, 8, 28, 28], (3, 4)).tolist()
        return {"boxes": [{"label": int(chance.integers(0, 2)), "bbox": edge} for edge in edges]}

    noisy(work / "inputs/dataset", boxes, labels=["cat", "dog"])
    return {"reading": reading("object_detection", {"family": "ssd"}, classes={"background": True})}


def located(work: Path) -> dict[str, Any]:
    """Three points, moved by how bright the picture is; the error is a share of the face's box: less is better."""
    picture = op.parameter([1, 3, 16, 16], np.float32, name="picture")
    picture.output(0).set_names({"picture"})
    mean = op.reduce_mean(picture, op.constant(np.array([1, 2, 3])), False)
    share = op.multiply(op.reshape(mean, op.constant(np.array([1, 1])), False), op.constant(np.float32(1 / 300)))
    points = op.multiply(share, op.constant(np.array([[0.2, 0.9, 1.1, 1.5, 0.4, 0.7]], np.float32)))
    prepare(work, model=ov.Model([op.result(points)], [picture], "points"))

    def face(chance: np.random.Generator, _: int) -> dict[str, Any]:
        box = {"label": 0, "bbox": [2.0, 1.0, 12.0, 14.0]}
        return {"boxes": [box], "landmarks": chance.uniform(3, 12, (3, 2)).tolist()}

    noisy(work / "inputs/dataset", face)
    return {"reading": reading("facial_landmark_detection", {"family": "points"}, metrics={"norm_by": "box"})}


@pytest.mark.parametrize("task", [classified, detected, located])
@pytest.mark.parametrize("part", [{}, {"subset": {"count": 6, "seed": 2}, "without": {"count": 5, "seed": 0}}])
def test_it_is_the_figure_of_a_report(tmp_path: Path, task: Any, part: dict[str, Any]) -> None:
    parameters = SHARED | task(tmp_path) | part
    own = Validation(ov.Core(), tmp_path, parameters, judged=True)
    model = read(tmp_path)
    expected = reported(tmp_path, parameters)
    # A figure that others could not come to by chance.
    assert 0 < expected < 1
    assert [own.measure(model).value for _ in range(3)] == [expected] * 3
    assert own.measure_saved(model).value == expected
    assert own.samples == (6 if part else 17)
    assert own.metric is not None
    assert own.metric.better == ("lower" if task is located else "higher")
    assert own.better(0.1, 0.2) == pytest.approx(0.1 if task is located else -0.1)
    assert own.better(float("nan"), 0.2) == 0.0
    assert not list(tmp_path.glob("saved-*"))


@pytest.mark.parametrize("precision", ["f32", "bf16"])
def test_a_named_metric_in_a_precision(tmp_path: Path, precision: str) -> None:
    parameters = SHARED | classified(tmp_path) | {"precision": precision}
    own = Validation(ov.Core(), tmp_path, parameters, judged=True, metric="accuracy@top1")
    assert own.measure(read(tmp_path)).value == reported(tmp_path, parameters, "accuracy@top1")
    assert own.metric is not None
    assert (own.metric.name, own.metric.better) == ("accuracy@top1", "higher")


def test_pictures_are_decoded_once_where_they_fit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    decoded: list[str] = []
    real = images.decode

    def counted(path: Path) -> Any:
        decoded.append(path.name)
        return real(path)

    monkeypatch.setattr(images, "decode", counted)
    parameters = SHARED | classified(tmp_path)
    own = Validation(ov.Core(), tmp_path, parameters, judged=True)
    figures = {own.measure(read(tmp_path)).value for _ in range(2)}
    assert len(decoded) == len(set(decoded)) == 17
    few = Validation(ov.Core(), tmp_path, parameters | {"subset": {"count": 5, "seed": 0}}, judged=True)
    few.share(own)
    few.measure(read(tmp_path))
    assert len(decoded) == 17
    decoded.clear()
    monkeypatch.setattr(calibration, "kept_bytes", lambda: 16 * 16 * 3 * 6)
    tight = Validation(ov.Core(), tmp_path, parameters, judged=True)
    figures |= {tight.measure(read(tmp_path)).value for _ in range(2)}
    assert 17 < len(decoded) < 34
    assert len(figures) == 1


def test_pictures_that_cannot_be_read(tmp_path: Path) -> None:
    parameters = SHARED | classified(tmp_path)
    pictures = sorted((tmp_path / "inputs/dataset/images").iterdir())
    pictures[3].write_bytes(b"no picture")
    own = Validation(ov.Core(), tmp_path, parameters, judged=True)
    assert own.measure(read(tmp_path)).value == reported(tmp_path, parameters)
    assert own.samples == 16
    for one in pictures:
        one.write_bytes(b"")
    with pytest.raises(EngineError) as caught:
        Validation(ov.Core(), tmp_path, parameters, judged=True).measure(read(tmp_path))
    assert caught.value.code == "no_samples"


def test_distance_by_hand(tmp_path: Path) -> None:
    """An output that is one and a half times as large has a squared error of a quarter of its squares."""
    prepare(tmp_path, model=identity())
    noisy(tmp_path / "inputs/dataset", lambda *_: {})
    model = read(tmp_path)
    own = Validation(ov.Core(), tmp_path, SHARED | {"reading": classifier_reading()}, judged=False)
    assert own.measure(model).distance is None
    assert own.remember(model) == own.measure(model) == validation.Measured(None, 0.0)
    picture = op.parameter([1, 3, 16, 16], np.float32, name="picture")
    larger = op.multiply(picture, op.constant(np.float32(1.5)))
    found = own.measure(ov.Model([op.result(larger)], [picture], "larger"))
    assert found.distance == pytest.approx(0.25, rel=1e-6)


def test_memory_of_what_is_compared() -> None:
    assert values_compared(100, 1) == validation.MOST_VALUES
    assert values_compared(50_000, 3) * 4 * 50_000 * 3 <= validation.REMEMBERED_BYTES
    assert values_compared(10**9, 4) == 1
