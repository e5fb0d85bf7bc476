"""Which layers two models have in common, and how they are made outputs."""

import pytest

from tests.unit.engine.networks import classifier, np, op, ov
from workbench.engine.shown_layers import Layer, common_layers, passes_of, show


def test_layers_go_into_passes_by_their_size() -> None:
    layers = [Layer(str(number), "Relu", size) for number, size in enumerate([60, 30, 20, 200, 10])]
    assert [[layer.name for layer in part] for part in passes_of(layers, 100)] == [["0", "1"], ["2"], ["3"], ["4"]]


def half() -> ov.Model:
    """As the classifier's first layers, but another number of channels behind them, and weights that are converted."""
    picture = op.parameter([1, 3, 16, 16], np.float32, name="picture")
    weights = op.convert(op.constant(np.ones((8, 3, 3, 3), np.float16)), "f32", name="weights")
    conv = op.convolution(picture, weights, [1, 1], [1, 1], [1, 1], [1, 1], name="conv")
    return ov.Model([op.result(op.reduce_mean(conv, op.constant(np.array([1])), name="bias"))], [picture], "half")


def test_same_name_and_shape() -> None:
    """ "bias" has another shape there, "weights" depends on no input, the rest is not there."""
    assert [(layer.name, layer.type, layer.bytes) for layer in common_layers(classifier(), half())] == [
        ("conv", "Convolution", 2 * 4 * 8 * 16 * 16)
    ]
    own = [layer.name for layer in common_layers(classifier(), classifier())]
    assert own == ["conv", "bias", "relu", "mean", "fc", "probabilities"]


def test_shown_behind_the_outputs() -> None:
    model = classifier()
    show(model, ["relu", "conv"])
    values = ov.Core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})(
        [np.random.default_rng(0).normal(0, 1, (1, 3, 16, 16)).astype(np.float32)]
    )
    relu, conv = values[1], values[2]
    assert relu.shape == conv.shape == (1, 8, 16, 16)
    assert relu.min() == 0
    assert conv.min() < 0
    assert values[0].sum() == pytest.approx(1)
