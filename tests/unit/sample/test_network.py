"""The network of the sample: size, seeds, and what it computes."""

from typing import Any

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from workbench.sample import network
from workbench.sample.network import Head


@pytest.fixture(scope="module")
def head() -> Head:
    rng = np.random.default_rng(3)
    weights = rng.normal(0, 0.02, (2048, 10)).astype(np.float32)
    return Head(weights, rng.normal(0, 1, 10).astype(np.float32))


def by_name(model: onnx.ModelProto) -> dict[str, Any]:
    return {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}


def test_flop_are_those_of_the_shapes(head: Head) -> None:
    # 2 · output pixels · outer · inner · 9, layer by layer: 64², 32² and 16² pixels.
    expected = (
        2 * 9 * 64**2 * (16 * 3 + 16 * 16 + 16 * 16)
        + 2 * 9 * 32**2 * (64 * 16 + 64 * 64 + 64 * 64)
        + 2 * 9 * 16**2 * (128 * 64 + 128 * 128 + 128 * 128)
        + 2 * 2048 * 10
    )
    _, gflop = network.build(head)
    assert gflop * 1e9 == pytest.approx(expected)
    assert gflop * 1e9 >= 150e6


def test_has_nine_convolutions_with_he_variance(head: Head) -> None:
    model, _ = network.build(head)
    weights = [value for name, value in by_name(model).items() if value.ndim == 4 and value.shape[2:] == (3, 3)]
    assert len(weights) == 9
    for value in weights[1:]:
        assert value.var() == pytest.approx(2 / (value.shape[1] * 9), rel=0.1)


def test_is_seeded(head: Head) -> None:
    assert network.build(head)[0].SerializeToString() == network.build(head)[0].SerializeToString()


def test_features_and_classifier_share_their_convolutions(head: Head) -> None:
    whole, backbone = by_name(network.build(head)[0]), by_name(network.build(None)[0])
    assert set(whole) - set(backbone) == {"classifier_weight", "classifier_bias"}
    assert all(np.array_equal(whole[name], value) for name, value in backbone.items())


def test_output_is_softmax_of_the_head_on_the_features(head: Head) -> None:
    from onnx.reference import ReferenceEvaluator

    image = np.random.default_rng(4).uniform(0, 255, (1, 3, 128, 128)).astype(np.float32)
    whole, backbone = network.build(head)[0], network.build(None)[0]
    probabilities = np.asarray(ReferenceEvaluator(whole).run(None, {"image": image}))[0]
    features = np.asarray(ReferenceEvaluator(backbone).run(None, {"image": image}))[0]
    assert features.shape == (1, network.FEATURES)
    scores = features.astype(np.float64) @ head.weights + head.bias
    powers = np.exp(scores - scores.max())
    assert probabilities == pytest.approx(powers / powers.sum(), rel=1e-3, abs=1e-6)


def test_the_file_says_how_pictures_go_in(head: Head) -> None:
    model, _ = network.build(head)
    facts = {entry.key: entry.value for entry in model.metadata_props}
    assert "0 to 255" in facts["input"]
    assert facts["labels"].startswith("zero, one, two")
