"""Rules about the model: each fires, stays silent at its threshold, and knows when it does not apply."""

from typing import Any

import pytest

from tests.unit.benchmarks.advisor.material import facts
from tests.unit.comparisons.measured import layer, model, network
from workbench.benchmarks.advisor.facts import Facts, Fine, NotApplicable
from workbench.benchmarks.advisor.model_rules import dynamic_shapes, preprocessing
from workbench.benchmarks.layer_schemas import Finding, Layer


def open_layers(part: float) -> list[Layer]:
    return network(
        layer("nms", 1000 * part, ("nms", "NonMaxSuppression"), outputs=[{"shape": ["?", 3], "precision": "i32"}]),
        layer("conv", 1000 * (1 - part), ("conv", "Convolution"), outputs=[{"shape": [1, 3], "precision": "f32"}]),
    )


class TestDynamicShapes:
    @pytest.mark.parametrize(("part", "fires"), [(0.049, False), (0.05, True)])
    def test_threshold(self, part: float, fires: bool) -> None:
        found = dynamic_shapes(facts(open_layers(part)))
        assert isinstance(found, Finding if fires else Fine)
        if isinstance(found, Finding):
            assert (found.severity, found.layers) == ("medium", [0])

    def test_shapes_that_the_run_fixed(self) -> None:
        found = dynamic_shapes(facts(known=model(analysis={"dynamic": True}), reshape_ms=12.0))
        assert isinstance(found, Finding)
        assert found.severity == "info"
        assert [(item.label, item.value) for item in found.evidence] == [
            ("Shape of x", "1×3×8×8"),
            ("Reshape at start", 12.0),
        ]

    def test_not_applicable(self) -> None:
        assert isinstance(dynamic_shapes(facts()), NotApplicable)
        assert isinstance(dynamic_shapes(facts(known=model(analysis=None))), NotApplicable)


PICTURE = {"name": "x", "shape": [1, 3, 224, 224], "type": "f32", "layout": "NCHW"}
STEPS = {"mean": [123.0, 116.0, 103.0], "scale": [58.0, 57.0, 57.0]}


def takes(port: dict[str, Any] | None, steps: dict[str, Any] | None) -> Facts:
    return facts(known=model(inputs=[port] if port else [], preprocessing=steps))


class TestPreprocessing:
    def test_fires(self) -> None:
        found = preprocessing(takes(PICTURE, STEPS))
        assert isinstance(found, Finding)
        assert found.action.kind == "preprocessing"
        assert [item.value for item in found.evidence] == ["123, 116, 103", "58, 57, 57", "f32", "1×3×224×224"]

    @pytest.mark.parametrize(
        "port", [PICTURE | {"shape": ["?", "?", "?", 3], "layout": "NHWC"}, PICTURE | {"layout": None}]
    )
    def test_pictures_of_other_layouts(self, port: dict[str, Any]) -> None:
        assert isinstance(preprocessing(takes(port, STEPS)), Finding)

    @pytest.mark.parametrize("steps", [None, {}, {"mean": [0.0, 0.0, 0.0], "scale": [1.0]}])
    def test_steps_that_do_nothing(self, steps: dict[str, Any] | None) -> None:
        assert isinstance(preprocessing(takes(PICTURE, steps)), Fine)

    @pytest.mark.parametrize(
        "port", [None, {"name": "ids", "shape": [1, 128], "type": "i64"}, PICTURE | {"shape": [1, 64, 7, 7]}]
    )
    def test_not_applicable(self, port: dict[str, Any] | None) -> None:
        assert isinstance(preprocessing(takes(port, STEPS)), NotApplicable)
