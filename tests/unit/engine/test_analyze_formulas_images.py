"""Formulas of sampling, detection and signals against cases worked out by hand. A multiply-add is 2 operations."""

import numpy as np
import pytest
from openvino import opset13 as ops
from openvino import opset14, opset15

from tests.unit.engine.corpus_graphs import c, counted, p, scalar


class TestSampling:
    @pytest.mark.parametrize(
        ("mode", "size", "expected"),
        [
            ("nearest", (8, 8), 0),
            ("linear_onnx", (8, 8), 9 * 3 * 64),  # three interpolations of 3 for each of 192
            ("linear_onnx", (4, 8), 3 * 3 * 32),  # only the width changes: one interpolation
            ("cubic", (8, 8), 35 * 3 * 64),  # four rows of 7, and one column of 7
            ("linear_onnx", (4, 4), 0),
        ],
    )
    def test_interpolate(self, mode: str, size: tuple[int, int], expected: int) -> None:
        node = ops.interpolate(p(1, 3, 4, 4), c(*size), mode, "sizes", axes=c(2, 3))
        assert counted(node) == (expected, None)

    def test_smoothing_takes_one_axis_after_the_other(self) -> None:
        """8x8 to 4x4, scale 2: 4 taps. Width first: 8*4 values of 2*4, then 4*4 values of 2*4, 3 channels: 3 * 384."""
        node = opset15.interpolate(p(1, 3, 8, 8), c(4, 4), "bilinear_pillow", "sizes", axes=c(2, 3))
        assert counted(node) == (3 * (32 * 8 + 16 * 8), None)

    def test_grid_sample(self) -> None:
        """25 places: 2 coordinates scaled by 2 each; 3 * 25 values interpolated by 9."""
        node = ops.grid_sample(p(1, 3, 4, 4), p(1, 5, 5, 2), {"mode": "bilinear"})
        assert counted(node) == (2 * 50 + 9 * 75, None)

    def test_regions(self) -> None:
        """7 regions * 3 channels * 2*2 bins = 84; 2*2 samples of 9 and one to combine."""
        boxes, batch = p(7, 4), p(7, kind=np.int32)
        assert counted(ops.roi_align(p(1, 3, 10, 10), boxes, batch, 2, 2, 2, 1.0, "avg")) == (84 * 4 * 10, None)
        assert counted(ops.roi_pooling(p(1, 3, 10, 10), p(7, 5), [2, 2], 1.0, "bilinear")) == (84 * 9, None)
        operations, reason = counted(ops.roi_align(p(1, 3, 10, 10), boxes, batch, 2, 2, 0, 1.0, "avg"))
        assert operations == 84 * 10
        assert "on the regions" in (reason or "")
        assert "on the regions" in (counted(ops.roi_pooling(p(1, 3, 9, 9), p(7, 5), [2, 2], 1.0, "max"))[1] or "")

    def test_colours(self) -> None:
        """4x6 pixels of 18: three offsets, five multiplications, four additions, six for three clamps."""
        assert counted(ops.nv12_to_rgb(p(1, 6, 6, 1))) == (18 * 24, None)
        assert counted(ops.i420_to_bgr(p(1, 6, 6, 1))) == (18 * 24, None)


class TestDetection:
    def test_non_maximum_suppression_is_counted_to_the_threshold_and_listed(self) -> None:
        operations, reason = counted(ops.non_max_suppression(p(1, 100, 4), p(1, 3, 100), scalar(10)))
        assert operations == 300
        assert "depends on the data" in (reason or "")

    def test_detection_output(self) -> None:
        """5 priors: 26 to decode each, and 5 * 3 scores to compare."""
        attributes = {
            "background_label_id": 0, "top_k": 10, "keep_top_k": [10], "nms_threshold": 0.5, "share_location": True,
            "variance_encoded_in_target": False, "normalized": True, "code_type": "caffe.PriorBoxParameter.CENTER_SIZE",
        }  # fmt: skip
        operations, reason = counted(ops.detection_output(p(1, 20), p(1, 15), p(1, 2, 20), attributes))
        assert operations == 5 * 26 + 15
        assert "depends on the data" in (reason or "")

    def test_yolo_region(self) -> None:
        """13*13 cells of 3 anchors: x, y and objectness, and 80 classes, each by a sigmoid: 507 * 83 * 3."""
        node = ops.region_yolo(p(1, 255, 13, 13), 4, 80, 3, False, [0, 1, 2], 1, 3)
        assert counted(node) == (507 * 83 * 3, None)
        softmax = ops.region_yolo(p(1, 425, 13, 13), 4, 80, 5, True, [], 1, 3)
        assert counted(softmax) == (13 * 13 * 5 * (3 * 3 + 5 * 80), None)


class TestSignals:
    def test_fourier(self) -> None:
        """5 n log2 n: 8 points are 120; 16 points in two axes of 4 are 320. Real transforms are half."""
        assert counted(ops.dft(p(3, 8, 2), c(1))) == (3 * 120, None)
        assert counted(ops.idft(p(3, 4, 4, 2), c(1, 2))) == (3 * 320, None)
        assert counted(ops.rdft(p(3, 8), c(1))) == (3 * 60, None)
        assert counted(ops.irdft(p(3, 5, 2), c(1))) == (3 * 60, None)

    def test_short_time_fourier(self) -> None:
        """(32 - 8) / 4 + 1 = 7 frames of 8 points: a window of 8, and a real transform of 60."""
        node = opset15.stft(p(2, 32), p(8), scalar(8), scalar(4), True)
        assert counted(node) == (2 * 7 * (8 + 60), None)

    def test_inverse(self) -> None:
        assert counted(opset14.inverse(p(5, 3, 3), False)) == (5 * 2 * 27, None)  # 2 n^3 for each of 5
