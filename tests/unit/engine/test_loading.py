"""Shapes, batches and layouts of models made by hand."""

from pathlib import Path
from typing import Any

import pytest

from tests.unit.engine.networks import classifier, np, op, ov, save
from workbench.engine.loading import Loaded, load
from workbench.engine.protocol import EngineError


def loaded(model: ov.Model, folder: Path, **given: Any) -> Loaded:
    wanted: dict[str, Any] = {"shapes": {}, "batch": None, "layouts": {}} | given
    return load(ov.Core(), save(model, folder), "CPU", **wanted)


def shape(found: Loaded, number: int = 0) -> list[int]:
    return [int(size) for size in found.model.inputs[number].get_shape()]


def refusal(model: ov.Model, folder: Path, **given: Any) -> EngineError:
    with pytest.raises(EngineError) as caught:
        loaded(model, folder, **given)
    return caught.value


class TestBatch:
    def test_the_models_own(self, tmp_path: Path) -> None:
        found = loaded(classifier((4, 3, 16, 16)), tmp_path)
        assert (found.batch, found.reshape_ms, found.layouts) == (4, None, ["NCHW"])
        assert found.read_ms > 0

    def test_another(self, tmp_path: Path) -> None:
        found = loaded(classifier(), tmp_path, batch=8)
        assert found.batch == 8
        assert shape(found) == [8, 3, 16, 16]
        assert list(found.model.outputs[0].get_shape()) == [8, 10]
        assert found.reshape_ms is not None
        assert found.notes == []

    def test_of_a_dynamic_one(self, tmp_path: Path) -> None:
        assert shape(loaded(classifier((-1, 3, 16, 16)), tmp_path, batch=2)) == [2, 3, 16, 16]

    def test_by_layout(self, tmp_path: Path) -> None:
        """A layout given, or kept in the model, says which dimension it is."""
        data = op.parameter([5, 1, 7], np.float32, name="x")
        model = ov.Model([op.relu(data)], [data], "m")
        assert shape(loaded(model, tmp_path, batch=3, layouts={"x": "TNC"})) == [5, 3, 7]
        data.set_layout(ov.Layout("[T,N,C]"))
        assert shape(loaded(model, tmp_path, batch=4)) == [5, 4, 7]

    def test_of_inputs_with_and_without(self, tmp_path: Path) -> None:
        picture = op.parameter([1, 3, 4, 4], np.float32, name="picture")
        factor = op.parameter([], np.float32, name="factor")
        model = ov.Model([op.multiply(picture, factor)], [picture, factor], "m")
        found = loaded(model, tmp_path, batch=2)
        assert (shape(found, 0), shape(found, 1)) == ([2, 3, 4, 4], [])

    def test_fixed_inside_the_model(self, tmp_path: Path) -> None:
        data = op.parameter([1, 3, 8, 8], np.float32, name="x")
        fixed = op.relu(op.reshape(data, op.constant(np.array([1, 3, 64])), False))
        error = refusal(ov.Model([fixed], [data], "m"), tmp_path, batch=2)
        assert error.code == "batch_not_supported"
        assert "[2,3,8,8]" in error.message

    def test_without_a_dimension_for_it(self, tmp_path: Path) -> None:
        data = op.parameter([7], np.float32, name="x")
        error = refusal(ov.Model([op.relu(data)], [data], "m"), tmp_path, batch=2)
        assert error.code == "batch_not_supported"

    def test_that_does_not_reach_the_output(self, tmp_path: Path) -> None:
        data = op.parameter([1, 6], np.float32, name="x")
        total = op.reduce_sum(data, op.constant(np.array([0, 1])), keep_dims=False)
        found = loaded(ov.Model([total], [data], "m"), tmp_path, batch=2)
        assert len(found.notes) == 1
        assert "batch" in found.notes[0]


class TestShapes:
    def test_for_dynamic_dimensions(self, tmp_path: Path) -> None:
        found = loaded(classifier((-1, 3, -1, -1)), tmp_path, shapes={"picture": [2, 3, 32, 24]})
        assert shape(found) == [2, 3, 32, 24]
        assert found.batch == 2

    def test_batch_and_shape(self, tmp_path: Path) -> None:
        found = loaded(classifier((-1, 3, -1, -1)), tmp_path, shapes={"picture": [1, 3, 32, 24]}, batch=4)
        assert shape(found) == [4, 3, 32, 24]

    def test_missing(self, tmp_path: Path) -> None:
        error = refusal(classifier((-1, 3, -1, -1)), tmp_path)
        assert error.code == "model_dynamic_shape"
        assert "picture [?,3,?,?]" in error.message
        assert error.detail == {"inputs": [{"name": "picture", "shape": "[?,3,?,?]"}]}

    def test_of_unknown_rank(self, tmp_path: Path) -> None:
        data = op.parameter(ov.PartialShape.dynamic(), np.float32, name="x")
        error = refusal(ov.Model([op.relu(data)], [data], "m"), tmp_path)
        assert error.code == "model_dynamic_shape"

    def test_of_an_input_that_is_not_there(self, tmp_path: Path) -> None:
        error = refusal(classifier(), tmp_path, shapes={"sound": [1, 3, 16, 16]})
        assert error.code == "unknown_input"
        assert "picture" in error.action

    def test_that_the_model_cannot_take(self, tmp_path: Path) -> None:
        error = refusal(classifier(), tmp_path, shapes={"picture": [1, 5, 16, 16]})
        assert error.code == "invalid_shape"
        assert "[1,5,16,16]" in error.message

    def test_the_present_ones_change_nothing(self, tmp_path: Path) -> None:
        assert loaded(classifier(), tmp_path, shapes={"picture": [1, 3, 16, 16]}).reshape_ms is None


@pytest.mark.parametrize(
    ("shape", "layout"),
    [
        ((1, 3, 8, 8), "NCHW"),
        ((1, 8, 8, 3), "NHWC"),
        ((3, 8, 8), "CHW"),
        ((8, 8, 3), "HWC"),
        ((1, 128), "N?"),
        ((2, 7, 9), "N??"),
        ((5,), "?"),
        ((), ""),
    ],
)
def test_layouts_that_shapes_suggest(shape: tuple[int, ...], layout: str, tmp_path: Path) -> None:
    data = op.parameter(list(shape), np.float32, name="x")
    assert loaded(ov.Model([op.relu(data)], [data], "m"), tmp_path).layouts == [layout]
