"""What a model is calibrated with, held against numpy, against a run of accuracy, and against a benchmark."""

from pathlib import Path
from typing import Any

import cv2
import pytest

from tests.unit.engine.networks import Recorder, np, op, ov
from tests.unit.engine.reports import annotated, classifier_reading, identity, prepare, reading
from workbench.engine import calibration, configuration, feeding, inputs, intake, loading
from workbench.engine.calibration import Samples, open_samples
from workbench.engine.protocol import EngineError


def noise(number: int, width: int = 24, height: int = 20) -> np.ndarray:
    return np.random.default_rng(number).integers(0, 256, (height, width, 3)).astype(np.uint8)


def opened(work: Path, model: ov.Model, count: int = 5, size: tuple[int, int] = (24, 20), **given: Any) -> Samples:
    """Samples for `model` of a new dataset of `count` pictures of noise."""
    prepare(work, model=model)
    if not (work / "inputs" / "calibration").exists():
        annotated(work / "inputs" / "calibration", [(noise(number, *size), {}) for number in range(count)])
    return open_samples(ov.Core(), work, given)


def batch_of(size: int, *, shape: tuple[int, ...] = (16, 16)) -> ov.Model:
    picture = op.parameter([size, 3, *shape], np.float32, name="picture")
    return ov.Model([op.relu(picture)], [picture], "m")


class TestValues:
    def test_mean_and_scale_are_outside(self, tmp_path: Path) -> None:
        """By hand: what the original model wants, at the model's size."""
        wanted = {"color": "BGR", "mean": [10, 20, 30], "scale": [2, 4, 8]}
        found = list(opened(tmp_path, identity(), reading=classifier_reading(preprocessing=wanted)))
        assert [sorted(values) for values in found] == [[0]] * 5
        for number, values in enumerate(found):
            small = cv2.resize(noise(number)[:, :, ::-1], (16, 16), interpolation=cv2.INTER_LINEAR)
            expected = (small.astype(np.float32) - [10, 20, 30]) / [2, 4, 8]
            np.testing.assert_allclose(values[0], expected.transpose(2, 0, 1)[None], rtol=1e-6)

    @pytest.mark.parametrize(
        "given",
        [
            {"resize": "letterbox", "mean": [100], "scale": [50], "pad_value": 7},
            {"resize": "crop", "crop_fraction": 0.8, "interpolation": "cubic", "scale": [3, 2, 1]},
            {"color": "GRAY", "mean": [1, 2, 3]},
            {"color": "BGR", "resize": "fit"},
        ],
    )
    @pytest.mark.parametrize("kind", ["f32", "f16", "u8"])
    def test_as_a_run_of_accuracy_feeds_it(self, tmp_path: Path, given: dict[str, Any], kind: str) -> None:
        """The folded model's output of a picture is the original's of the calibration values."""
        if kind == "u8":
            given = {name: value for name, value in given.items() if name not in ("mean", "scale")}
        picture = op.parameter([1, 3, 16, 16], np.dtype({"f32": "f4", "f16": "f2", "u8": "u1"}[kind]), name="picture")
        model = ov.Model([op.convert(picture, "f32")], [picture], "m")
        wanted = classifier_reading(preprocessing=given)
        found = opened(tmp_path, model, reading=wanted)
        core = ov.Core()
        served = feeding.open_model(core, tmp_path / "inputs" / "model.xml", {"precision": "f32"}, wanted)
        compiled = core.compile_model(core.read_model(tmp_path / "inputs" / "model.xml"), "CPU", {})
        take = intake.Intake(served, wanted)
        for number, values in enumerate(found):
            seen = take(np.ascontiguousarray(noise(number)[:, :, ::-1]), {"id": number})
            told = next(iter(served.compiled(seen.feeds).values()))
            np.testing.assert_allclose(next(iter(compiled(values).values())), told, rtol=2e-3, atol=1e-4)

    def test_as_a_benchmark_without_a_reading(self, tmp_path: Path) -> None:
        picture = op.parameter([1, 16, 16, 3], np.float32, name="picture")
        size = op.parameter([1, 3], np.float32, name="im_info")
        model = ov.Model([op.relu(picture), op.relu(size)], [picture, size], "m")
        given = {"color": "BGR", "resize": "letterbox", "mean": [5, 6, 7]}
        found = list(opened(tmp_path, model, preprocessing=given))
        core = ov.Core()
        more = {"dataset": str(tmp_path / "inputs" / "calibration"), "preprocessing": given}
        wanted = configuration.read({"model": "inputs/model.xml", "device": "CPU", **more}, tmp_path)
        loaded = loading.load(core, tmp_path / "inputs" / "model.xml", "CPU", {}, None, {})
        made = inputs.prepare(loaded, wanted, 5, Recorder())
        for values, row in zip(found, made.sets, strict=False):
            assert sorted(values) == [0, 1]
            assert all((values[index] == row[index].data).all() for index in (0, 1))

    def test_a_model_without_pictures_is_told_of(self, tmp_path: Path) -> None:
        tokens = op.parameter([1, 7], np.int64, name="tokens")
        found = opened(tmp_path, ov.Model([op.convert(tokens, "f32")], [tokens], "m"))
        rows = [values[0] for values in found]
        assert {row.shape for row in rows} == {(1, 7)}
        assert len({row.tobytes() for row in rows}) > 1
        assert any("made-up values" in note for note in found.notes())

    def test_two_inputs_for_pictures(self, tmp_path: Path) -> None:
        """Super-resolution: the second one is the enlarged picture."""
        small = op.parameter([1, 3, 12, 12], np.float32, name="small")
        large = op.parameter([1, 3, 24, 24], np.float32, name="large")
        for port in (small, large):
            port.output(0).set_names({port.get_friendly_name()})
        model = ov.Model([op.relu(small), op.relu(large)], [small, large], "m")
        decoding = {"family": "super_resolution", "scale": 2, "second_input": "large"}
        found = list(opened(tmp_path, model, size=(12, 12), reading=reading("super_resolution", decoding)))
        assert [values[1].shape for values in found] == [(1, 3, 24, 24)] * 5
        expected = cv2.resize(noise(0, 12, 12), (24, 24), interpolation=cv2.INTER_CUBIC).transpose(2, 0, 1)[None]
        assert np.abs(found[0][1] - expected).mean() < 2


class TestShapes:
    def test_a_fixed_batch_holds_different_samples(self, tmp_path: Path) -> None:
        found = opened(tmp_path, batch_of(3), reading=classifier_reading())
        single = list(opened(tmp_path, batch_of(1), reading=classifier_reading()))
        told: list[tuple[int, int]] = []
        found.on_given = lambda done, total: told.append((done, total))
        groups = list(found)
        assert (len(found), found.batch_size) == (2, 3)
        for group, numbers in zip(groups, [(0, 1, 2), (3, 4, 0)], strict=True):
            expected = np.concatenate([single[number][0] for number in numbers])
            assert (group[0] == expected).all()
        assert told == [(3, 5), (5, 5)]

    def test_fewer_samples_than_the_batch(self, tmp_path: Path) -> None:
        (group,) = opened(tmp_path, batch_of(5), count=2, reading=classifier_reading())
        assert (group[0][[0, 2, 4]] == group[0][0]).all()
        assert (group[0][[1, 3]] == group[0][1]).all()
        assert (group[0][0] != group[0][1]).any()

    def test_what_the_model_leaves_open(self, tmp_path: Path) -> None:
        """The batch is 1, and the size that of the picture, or as the project says."""
        model = batch_of(-1, shape=(-1, -1))
        assert next(iter(opened(tmp_path, model)))[0].shape == (1, 3, 20, 24)
        assert next(iter(opened(tmp_path, model, reading=classifier_reading())))[0].shape == (1, 3, 20, 24)
        found = opened(tmp_path, model, reading=classifier_reading(), shapes={"picture": [1, 3, 8, 10]})
        assert next(iter(found))[0].shape == (1, 3, 8, 10)

    def test_the_shape_that_a_model_has_stays(self, tmp_path: Path) -> None:
        found = opened(tmp_path, batch_of(1), reading=classifier_reading(), shapes={"picture": [1, 3, 8, 8]})
        assert next(iter(found))[0].shape == (1, 3, 16, 16)
        assert any("its own shape [1,3,16,16]" in note for note in found.notes())


class TestPasses:
    def test_a_seeded_part_in_the_order_of_the_dataset(self, tmp_path: Path) -> None:
        found = opened(tmp_path, batch_of(1), count=30, calibration={"count": 8, "seed": 5})
        everything = [values[0].tobytes() for values in open_samples(ov.Core(), tmp_path, {})]
        assert (found.count, len(found)) == (8, 8)
        assert found.numbers == sorted(found.numbers)
        assert [values[0].tobytes() for values in found] == [everything[number] for number in found.numbers]

    @pytest.mark.parametrize("kept", [0, 20_000, 10**9])
    def test_again_and_not_to_the_end(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: int) -> None:
        """What is kept is not decoded again; whether it is makes no difference to what comes out."""
        monkeypatch.setattr(calibration, "kept_bytes", lambda: kept)
        found = opened(tmp_path, batch_of(1), count=20)
        begun = iter(found)
        first = next(begun)[0]
        begun.close()  # type: ignore[attr-defined]
        whole = [values[0].tobytes() for values in found]
        assert whole[0] == first.tobytes()
        assert [values[0].tobytes() for values in found] == whole
        assert (found.given, found.passes) == (20, 3)
        for path in (tmp_path / "inputs" / "calibration" / "images").iterdir():
            path.unlink()
        if kept < 20 * first.nbytes:
            assert len(list(found) if kept else []) == kept // first.nbytes
        else:
            assert [values[0].tobytes() for values in found] == whole

    def test_what_is_kept_can_be_let_go(self, tmp_path: Path) -> None:
        found = opened(tmp_path, batch_of(1))
        before = [values[0].tobytes() for values in found]
        found.forget()
        assert [values[0].tobytes() for values in found] == before
        found.forget()
        for path in (tmp_path / "inputs" / "calibration" / "images").iterdir():
            path.unlink()
        with pytest.raises(EngineError):
            list(found)

    def test_unreadable_samples(self, tmp_path: Path) -> None:
        found = opened(tmp_path, batch_of(1))
        images = tmp_path / "inputs" / "calibration" / "images"
        (images / "000002.png").write_bytes(b"broken")
        assert len(list(found)) == 4
        assert found.readable == 4
        assert found.notes() == ["Samples that cannot be decoded and were left out of the calibration: 1."]
        for path in images.iterdir():
            path.write_bytes(b"broken")
        with pytest.raises(EngineError) as raised:
            list(open_samples(ov.Core(), tmp_path, {}))
        assert raised.value.code == "no_samples"

    def test_an_empty_dataset(self, tmp_path: Path) -> None:
        with pytest.raises(EngineError) as raised:
            opened(tmp_path, batch_of(1), count=0)
        assert raised.value.code == "no_samples"
