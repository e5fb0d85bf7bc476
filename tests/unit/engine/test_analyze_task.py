"""The guessed task, on the smallest models that show each rule."""

from typing import Any

import numpy as np
import openvino as ov
import pytest
from openvino import opset13 as ops

from workbench.engine.analyze.graph import Graph
from workbench.engine.analyze.task import guess_task

F = np.float32


def p(*shape: Any, kind: Any = F) -> Any:
    return ops.parameter(ov.PartialShape(list(shape)), kind)


def const(values: Any, kind: Any = F) -> Any:
    return ops.constant(np.asarray(values, kind))


def conv(x: Any, channels: int, stride: int = 1, size: int = 3) -> Any:
    depth = x.get_output_partial_shape(0)[1].get_length()
    pad = [size // 2] * 2
    return ops.convolution(x, const(np.ones((channels, depth, size, size))), [stride] * 2, pad, pad, [1, 1])


def pooled(x: Any) -> Any:
    return ops.reduce_mean(x, const([2, 3], np.int64), False)


def guess(outputs: list[Any], inputs: list[Any]) -> str:
    task, reason = guess_task(Graph(ov.Model([ops.result(output) for output in outputs], inputs, "m")))
    assert reason
    return task


class TestVectors:
    def test_softmax_over_classes(self) -> None:
        x = p(1, 3, 32, 32)
        assert guess([ops.softmax(pooled(conv(x, 10)), 1)], [x]) == "classification"

    def test_scores_without_softmax(self) -> None:
        x = p(1, 3, 32, 32)
        y = ops.reduce_mean(conv(x, 1000), const([2, 3], np.int64), True)  # [1, 1000, 1, 1]
        assert guess([y], [x]) == "classification"

    def test_open_batch_in_nhwc(self) -> None:
        x = p(-1, 32, 32, 3)
        y = ops.softmax(pooled(conv(ops.transpose(x, const([0, 3, 1, 2], np.int64)), 10)), 1)
        assert guess([y], [x]) == "classification"

    @pytest.mark.parametrize(("values", "task"), [(10, "facial_landmark_detection"), (256, "face_recognition")])
    def test_prelu_networks(self, values: int, task: str) -> None:
        x = p(1, 3, 48, 48)
        y = ops.prelu(conv(x, 8), const(np.full(8, 0.25)))
        y = ops.reduce_mean(conv(y, values), const([2, 3], np.int64), True)
        assert guess([y], [x]) == task

    def test_a_normalised_embedding(self) -> None:
        x = p(1, 3, 112, 112)
        assert (
            guess([ops.normalize_l2(pooled(conv(x, 512)), const([1], np.int64), 1e-9, "add")], [x])
            == "face_recognition"
        )


class TestDetection:
    def test_by_its_operation(self) -> None:
        boxes, scores = p(1, 100, 4), p(1, 3, 100)
        assert (
            guess([ops.non_max_suppression(boxes, scores, const(10, np.int64)).output(0)], [boxes, scores])
            == "object_detection"
        )

    def test_rows_of_seven(self) -> None:
        x = p(1, 3, 32, 32)
        y = ops.reshape(
            ops.matmul(pooled(conv(x, 4)), const(np.ones((4, 70))), False, False), const([1, 1, 10, 7], np.int64), False
        )
        assert guess([y], [x]) == "object_detection"

    @pytest.mark.parametrize(("shape", "rows"), [((1, 85, -1), 84), ((1, -1, 85), 84)])
    def test_one_row_for_each_cell_of_the_grids(self, shape: tuple[int, ...], rows: int) -> None:
        """64x64 with strides 8, 16 and 32 has 64 + 16 + 4 = 84 cells."""
        x = p(1, 3, 64, 64)
        parts = [
            ops.reshape(conv(x, 85, stride, stride + 1), const([1, 85, -1], np.int64), False) for stride in (8, 16, 32)
        ]
        y = ops.concat(parts, 2)
        if shape[2] == 85:
            y = ops.transpose(y, const([0, 2, 1], np.int64))
        assert rows in y.get_output_shape(0)
        assert guess([y], [x]) == "object_detection"

    def test_one_output_for_each_grid(self) -> None:
        x = p(1, 3, 64, 64)
        assert guess([conv(x, 255, stride, stride + 1) for stride in (8, 16, 32)], [x]) == "object_detection"

    def test_boxes_with_masks(self) -> None:
        x, boxes = p(1, 3, 32, 32), p(7, 4)
        regions = ops.roi_align(conv(x, 5), boxes, const(np.zeros(7), np.int32), 14, 14, 2, 1.0, "avg")
        assert guess([regions, ops.multiply(boxes, const(2.0))], [x, boxes]) == "instance_segmentation"


class TestImages:
    def test_a_class_for_each_pixel(self) -> None:
        x = p(1, 3, 32, 32)
        best = ops.topk(conv(x, 21), const(1, np.int64), 1, "max", "value", "i32").output(1)
        assert guess([best], [x]) == "semantic_segmentation"

    def test_scores_for_each_pixel(self) -> None:
        x = p(1, 3, 32, 32)
        assert guess([conv(x, 21)], [x]) == "semantic_segmentation"

    def test_one_probability_for_each_pixel(self) -> None:
        x = p(1, 3, 32, 32)
        assert guess([ops.sigmoid(conv(x, 1))], [x]) == "semantic_segmentation"

    def test_a_larger_image(self) -> None:
        x = p(1, 1, 32, 32)
        assert guess([ops.depth_to_space(conv(x, 4), "blocks_first", 2)], [x]) == "super_resolution"

    def test_a_larger_image_of_open_size(self) -> None:
        x = p(-1, 1, -1, -1)
        assert guess([ops.depth_to_space(conv(x, 4), "blocks_first", 2)], [x]) == "super_resolution"

    def test_a_normalised_image_of_the_same_size(self) -> None:
        x = p(1, 3, 32, 32)
        y = conv(ops.mvn(conv(x, 8), const([2, 3], np.int64), True, 1e-5, "inside_sqrt"), 3)
        assert guess([y], [x]) == "style_transfer"

    def test_an_image_and_a_mask(self) -> None:
        x, mask = p(1, 3, 32, 32), p(1, 1, 32, 32)
        assert guess([conv(ops.concat([x, mask], 1), 3)], [x, mask]) == "inpainting"


class TestOthers:
    def test_classes_of_a_text(self) -> None:
        tokens = p(1, -1, kind=np.int64)
        x = ops.gather(const(np.ones((100, 8))), tokens, const(0, np.int64))
        y = ops.matmul(ops.reduce_mean(x, const([1], np.int64), False), const(np.ones((8, 2))), False, False)
        assert guess([y], [tokens]) == "text_classification"

    def test_what_no_rule_fits(self) -> None:
        x = p(2, 3)
        assert guess([ops.relu(x)], [x]) == "generic"
