"""What the ends of a graph tell: the last operation, bounds, a mean inside, and what the maker wrote."""

from typing import Any

import numpy as np
import openvino as ov
import pytest
from openvino import opset13 as ops

from workbench.engine.analyze.ends import ends_of, model_info
from workbench.engine.analyze.graph import Graph


def picture(*shape: int) -> Any:
    return ops.parameter(list(shape) or [1, 3, 8, 8], np.float32, name="image")


def ends(image: Any, *outputs: Any) -> dict[str, Any]:
    return ends_of(Graph(ov.Model(list(outputs), [image], "m")))


def constant(*values: float) -> Any:
    return ops.constant(np.array(values, np.float32).reshape(1, -1, 1, 1))


def convolved(source: Any) -> Any:
    kernel = ops.constant(np.ones((4, 3, 3, 3), np.float32))
    return ops.convolution(source, kernel, [1, 1], [1, 1], [1, 1], [1, 1])


class TestOutputs:
    def test_softmax_behind_a_change_of_form(self) -> None:
        image = picture()
        last = ops.convert(ops.reshape(ops.softmax(convolved(image), 1), ops.constant([1, -1]), False), "f16")
        assert ends(image, last)["outputs"] == [{"operation": "Softmax", "range": None}]

    def test_bounds_of_a_clamp(self) -> None:
        image = picture()
        assert ends(image, ops.clamp(convolved(image), 0.0, 255.0))["outputs"] == [
            {"operation": "Clamp", "range": [0.0, 255.0]}
        ]

    def test_several_in_their_order(self) -> None:
        image = picture()
        found = ends(image, ops.sigmoid(convolved(image)), convolved(image))["outputs"]
        assert [one["operation"] for one in found] == ["Sigmoid", "Convolution"]


class TestDetectionOutput:
    """Of 5 priors."""

    @pytest.mark.parametrize(("normalized", "prior"), [(True, 4), (False, 5)])
    @pytest.mark.parametrize("classes", [2, 21])
    def test_classes(self, classes: int, normalized: bool, prior: int) -> None:
        found = self.output(5 * classes, 5 * prior, normalized)
        assert found == {"operation": "DetectionOutput", "range": None, "classes": classes}

    def test_of_open_sizes(self) -> None:
        assert self.output(-1, -1, True) == {"operation": "DetectionOutput", "range": None}

    def output(self, scores: int, priors: int, normalized: bool) -> dict[str, Any]:
        attributes = {"keep_top_k": [4], "nms_threshold": 0.5, "normalized": normalized, "top_k": 4}
        inputs = [ops.parameter(shape, np.float32) for shape in ([1, 20], [1, scores], [1, 2, priors])]
        model = ov.Model([ops.detection_output(*inputs, attributes)], inputs, "m")
        (found,) = ends_of(Graph(model))["outputs"]
        return dict(found)


class TestInputs:
    def normalised(self, image: Any, last: Any) -> bool:
        return bool(ends(image, last)["inputs"][0]["normalised"])

    def test_a_mean_and_a_scale_inside(self) -> None:
        image = picture()
        inside = ops.divide(ops.subtract(image, constant(1, 2, 3)), constant(4, 5, 6))
        assert self.normalised(image, convolved(inside))

    def test_behind_a_transpose(self) -> None:
        image = picture(1, 8, 8, 3)
        turned = ops.transpose(image, ops.constant([0, 3, 1, 2]))
        assert self.normalised(image, convolved(ops.multiply(turned, constant(0.1))))

    def test_a_convolution_first(self) -> None:
        image = picture()
        assert not self.normalised(image, convolved(image))

    def test_a_sum_with_itself_is_no_mean(self) -> None:
        image = picture()
        assert not self.normalised(image, ops.add(image, image))


class TestModelInfo:
    def made(self) -> ov.Model:
        image = picture()
        return ov.Model([convolved(image)], [image], "m")

    def test_none(self) -> None:
        assert model_info(self.made()) == {}

    def test_as_model_api_writes_it(self) -> None:
        model = self.made()
        for name, value in {"model_type": "ssd", "labels": "a b_c", "pad_value": 114, "scale_values": [255.0]}.items():
            model.set_rt_info(value, ["model_info", name])
        found = model_info(model)
        assert (found["model_type"], found["labels"]) == ("ssd", "a b_c")
        assert "114" in found["pad_value"]

    def test_read_from_a_file(self, tmp_path: Any) -> None:
        model = self.made()
        model.set_rt_info("True", ["model_info", "reverse_input_channels"])
        model.set_rt_info("255.0", ["model_info", "scale_values"])
        ov.save_model(model, tmp_path / "m.xml")
        found = model_info(ov.Core().read_model(tmp_path / "m.xml"))
        assert found == {"reverse_input_channels": "True", "scale_values": "255.0"}

    def test_very_long_texts_are_left_out(self) -> None:
        model = self.made()
        model.set_rt_info("x" * 100_000, ["model_info", "labels"])
        assert model_info(model) == {}
