"""What is guessed of models as their makers export them: shapes and names as published, not as our code likes them."""

from typing import Any

import pytest

from workbench.accuracy.guessing import guess
from workbench.accuracy.judging import judge
from workbench.accuracy.known import End, Known

Shape = tuple[int, ...]


def known(
    task: str, image: Shape, *outputs: tuple[str, Shape] | tuple[str, Shape, dict[str, Any]], **more: Any
) -> Known:
    layout = "NCHW" if image[1] in (1, 3, 4) else "NHWC"
    ends = []
    for name, shape, *rest in outputs:
        facts = rest[0] if rest else {}
        ends.append(End(name, (name,), shape, facts.pop("type", "f32"), **facts))
    kind = more.pop("input_type", "f32")
    first = End("image", ("image",), image, kind, layout, normalised=more.pop("normalised", None))
    rest_inputs = more.pop("more_inputs", ())
    return Known(task, "guessed", (first, *rest_inputs), tuple(ends), **more)


def flat(one: Known) -> dict[str, Any]:
    """The guessed reading by dotted fields."""
    reading, reasons = guess(one)
    assert all(reason.reason for reason in reasons)
    found: dict[str, Any] = {"task": reading.task}
    for part in ("preprocessing", "decoding", "classes", "metrics"):
        found |= {f"{part}.{name}": value for name, value in getattr(reading, part).model_dump().items()}
    return found


DETECTION = "object_detection"
COCO = [f"thing {n}" for n in range(80)]
CASES: list[tuple[str, Known, dict[str, Any]]] = [
    (
        "torchvision's ResNet-50",
        known("classification", (1, 3, 224, 224), ("logits", (1, 1000), {"operation": "Add"}),
              source_format="ONNX opset 17"),
        {
            "decoding.activation": "softmax", "classes.label_set": "imagenet_1000", "preprocessing.resize": "crop",
            "preprocessing.crop_fraction": 0.875, "preprocessing.mean": [123.675, 116.28, 103.53],
            "preprocessing.color": "RGB", "classes.background": False,
        },
    ),
    (
        "MobileNet v2 of TensorFlow Lite, quantised, with background",
        known(
            "classification", (1, 224, 224, 3), ("probs", (1, 1001), {"type": "u8", "operation": "Softmax"}),
            input_type="u8", source_format="TensorFlow Lite",
        ),
        {
            "decoding.activation": "none", "classes.background": True, "classes.label_set": "imagenet_1000",
            "preprocessing.scale": None, "preprocessing.mean": None, "preprocessing.resize": "crop",
        },
    ),
    (
        "an own classifier of as many classes as its dataset has, imported before ends were kept",
        known("classification", (1, 3, 128, 128), ("p", (1, 10)), task_reason="its output is a softmax over 10 classes",
              labels=[str(n) for n in range(10)]),
        {"decoding.activation": "none", "classes.label_set": "dataset", "classes.match_by": "index",
         "preprocessing.resize": "stretch"},
    ),
    (
        "a classifier that normalises by itself",
        known("classification", (1, 3, 224, 224), ("p", (1, 1000), {"operation": "Softmax"}), normalised=True,
              source_format="ONNX opset 17"),
        {"preprocessing.mean": None, "preprocessing.scale": None},
    ),
    (
        "two classes in one score",
        known("classification", (1, 3, 64, 64), ("p", (1, 1), {"operation": "Add"}), labels=["no", "yes"]),
        {"decoding.activation": "sigmoid", "metrics.top_k": [1, 5], "classes.label_set": "dataset"},
    ),
    (
        "YOLOX-nano",
        known(DETECTION, (1, 3, 416, 416), ("output", (1, 3549, 85)), source_format="ONNX opset 11", labels=COCO),
        {
            "decoding.family": "yolo_rows", "decoding.version": "x", "preprocessing.resize": "fit",
            "preprocessing.color": "BGR", "preprocessing.scale": None, "classes.label_set": "dataset",
        },
    ),
    (
        "YOLOv5s",
        known(DETECTION, (1, 3, 640, 640), ("output0", (1, 25200, 85)), source_format="ONNX opset 12"),
        {
            "decoding.family": "yolo_rows", "decoding.version": "v5", "preprocessing.resize": "letterbox",
            "preprocessing.scale": [255.0], "preprocessing.color": "RGB", "classes.label_set": "coco_80",
        },
    ),
    (
        "YOLOv8n as Ultralytics exports it to OpenVINO",
        known(
            DETECTION, (1, 3, 640, 640), ("output0", (1, 84, 8400)), source_format="OpenVINO IR v11",
            model_info={
                "model_type": "YOLO", "reverse_input_channels": "True", "pad_value": "114", "scale_values": "255.0",
                "iou_threshold": "0.7", "labels": "person traffic_light", "resize_type": "fit_to_window_letterbox",
            },
        ),
        {
            "decoding.version": "v8", "preprocessing.resize": "letterbox", "preprocessing.scale": [255.0],
            "preprocessing.color": "RGB", "decoding.nms_iou": 0.7, "classes.label_set": "coco_80",
        },
    ),
    (
        "YOLOv8n-seg",
        known("instance_segmentation", (1, 3, 640, 640), ("output0", (1, 116, 8400)), ("output1", (1, 32, 160, 160))),
        {"decoding.family": "yolo_seg", "decoding.version": "v8", "classes.label_set": "coco_80",
         "preprocessing.resize": "letterbox"},
    ),
    (
        "YOLO v4 by its grids and its name",
        known(DETECTION, (1, 3, 416, 416), ("a", (1, 255, 52, 52)), ("b", (1, 255, 26, 26)), ("c", (1, 255, 13, 13)),
              name="yolov4"),
        {"decoding.family": "yolo_anchors", "decoding.version": "v4", "decoding.activated": False,
         "classes.label_set": "coco_80"},
    ),
    (
        "YOLO v2 of VOC with RegionYolo",
        known(DETECTION, (1, 3, 416, 416), ("region", (1, 21125)), operations=frozenset({"RegionYolo"}),
              labels=[str(n) for n in range(20)]),
        {"decoding.family": "yolo_anchors", "decoding.version": "v2", "decoding.activated": True,
         "classes.label_set": "dataset"},
    ),
    (
        "Intel's face detector",
        known(DETECTION, (1, 3, 300, 300), ("detection_out", (1, 1, 200, 7)), source_format="OpenVINO IR v10",
              operations=frozenset({"DetectionOutput"}), labels=["face"]),
        {"decoding.family": "ssd", "classes.background": True, "preprocessing.color": "BGR",
         "preprocessing.resize": "stretch", "classes.label_set": "dataset"},
    ),
    (
        "SSD of COCO's 90 numbers as Model Optimizer wrote it",
        known(DETECTION, (1, 3, 300, 300), ("DetectionOutput", (1, 1, 100, 7), {"classes": 91}), labels=COCO,
              operations=frozenset({"DetectionOutput"}), dataset_format="coco"),
        {"decoding.family": "ssd", "classes.background": True, "classes.label_set": "coco_91",
         "classes.match_by": "id"},
    ),
    (
        "SSD of the TensorFlow detection API",
        known(
            DETECTION, (1, -1, -1, 3), ("detection_boxes", (1, 100, 4)), ("detection_classes", (1, 100)),
            ("detection_scores", (1, 100)), ("num_detections", (1,)), input_type="u8", source_format="TensorFlow 2",
        ),
        {"decoding.family": "tf_detection", "decoding.boxes_output": "detection_boxes",
         "decoding.count_output": "num_detections", "preprocessing.scale": None},
    ),
    (
        "torchvision's Faster R-CNN",
        known(DETECTION, (1, 3, 800, 800), ("boxes", (-1, 4)), ("labels", (-1,), {"type": "i64"}), ("scores", (-1,)),
              source_format="ONNX opset 17"),
        {"decoding.family": "faster_rcnn", "decoding.scores_output": "scores", "preprocessing.scale": [255.0]},
    ),
    (
        "a detector of OpenVINO Training Extensions",
        known(DETECTION, (1, 3, 736, 992), ("boxes", (1, -1, 5)), ("labels", (1, -1), {"type": "i64"}),
              model_info={"labels": "nut bolt", "resize_type": "fit_to_window", "mean_values": "0 0 0",
                          "scale_values": "255 255 255", "reverse_input_channels": "False"}, labels=["nut", "bolt"]),
        {"decoding.family": "faster_rcnn", "decoding.first_class": 0, "preprocessing.resize": "fit",
         "preprocessing.color": "BGR", "classes.label_set": ["nut", "bolt"], "classes.match_by": "index"},
    ),
    (
        "DETR",
        known(DETECTION, (1, 3, 800, 800), ("pred_logits", (1, 100, 92)), ("pred_boxes", (1, 100, 4)),
              source_format="ONNX opset 12", dataset_format="coco"),
        {"decoding.family": "detr", "decoding.activation": "softmax", "classes.label_set": "coco_91",
         "classes.match_by": "id", "preprocessing.mean": [123.675, 116.28, 103.53]},
    ),
    (
        "CenterNet",
        known(DETECTION, (1, 3, 512, 512), ("hm", (1, 80, 128, 128), {"operation": "Sigmoid"}),
              ("wh", (1, 2, 128, 128)), ("reg", (1, 2, 128, 128))),
        {"decoding.family": "centernet", "decoding.heatmap_output": "hm", "decoding.size_output": "wh",
         "decoding.offset_output": "reg", "decoding.activation": "none", "classes.label_set": "coco_80"},
    ),
    (
        "UltraFace",
        known(DETECTION, (1, 3, 240, 320), ("boxes", (1, 4420, 4)), ("scores", (1, 4420, 2), {"operation": "Softmax"}),
              labels=["face"]),
        {"decoding.family": "boxes_and_scores", "decoding.activation": "none", "classes.background": True,
         "classes.label_set": "dataset"},
    ),
    (
        "DeepLab v3 with argmax, of VOC",
        known("semantic_segmentation", (1, 513, 513, 3), ("o", (1, 513, 513), {"type": "i64", "operation": "TopK"}),
              labels=[str(n) for n in range(20)], masks_background=True),
        {"decoding.family": "per_pixel", "decoding.argmax_in_model": True, "classes.background": True,
         "classes.label_set": "dataset"},
    ),
    (
        "a segmenter with a channel for each class",
        known("semantic_segmentation", (1, 3, 512, 1024), ("o", (1, 19, 512, 1024)),
              labels=[str(n) for n in range(19)]),
        {"decoding.argmax_in_model": False, "classes.label_set": "dataset", "classes.background": False},
    ),
    (
        "ESPCN × 2 with open sizes",
        known("super_resolution", (-1, -1, -1, 1), ("o", (-1, -1, -1, 1)), name="ESPCN_x2"),
        {"decoding.scale": 2, "decoding.luminance_only": True, "preprocessing.color": "GRAY",
         "decoding.range": "0..1", "preprocessing.scale": [255.0]},
    ),
    (
        "super-resolution with two inputs",
        known("super_resolution", (1, 3, 360, 640), ("o", (1, 3, 1080, 1920)),
              more_inputs=(End("big", ("big",), (1, 3, 1080, 1920), "f32", "NCHW"),)),
        {"decoding.scale": 3, "decoding.second_input": "big"},
    ),
    (
        "ESPCN as its TensorFlow graph is, of pictures of any size",
        known("super_resolution", (-1, -1, -1, -1), ("NCHW_output:0", (-1, 1, -1, -1), {"operation": "Tanh"}),
              name="ESPCN_x3", source_format="TensorFlow frozen graph"),
        {"decoding.scale": 3, "decoding.luminance_only": True, "decoding.range": "0..1", "preprocessing.color": "GRAY",
         "preprocessing.mean": None, "preprocessing.scale": [255.0]},
    ),
    (
        "super-resolution of colours that ends with Tanh, as SRGAN",
        known("super_resolution", (1, 3, 96, 96), ("o", (1, 3, 384, 384), {"operation": "Tanh"})),
        {"decoding.scale": 4, "decoding.luminance_only": False, "decoding.range": "-1..1",
         "preprocessing.mean": [127.5], "preprocessing.scale": [127.5]},
    ),
    (
        "a classifier of TensorFlow Lite, quantised to signed numbers",
        known("classification", (-1, 32, 32, 3), ("p", (-1, 10), {"type": "i8", "operation": "Softmax"}),
              input_type="i8", source_format="TensorFlow Lite"),
        {"preprocessing.mean": [128.0], "preprocessing.scale": None, "decoding.activation": "none"},
    ),
    (
        "inpainting with a mask",
        known("inpainting", (1, 3, 256, 256), ("o", (1, 3, 256, 256), {"operation": "Tanh"}),
              more_inputs=(End("mask", ("mask",), (1, 1, 256, 256), "f32", "NCHW"),)),
        {"decoding.mask_input": "mask", "decoding.range": "-1..1", "preprocessing.mean": [127.5]},
    ),
    ("points", known("facial_landmark_detection", (1, 3, 48, 48), ("o", (1, 10, 1, 1))), {"decoding.family": "points"}),
    ("faces", known("face_recognition", (1, 3, 128, 128), ("o", (1, 256, 1, 1))), {"decoding.family": "embedding"}),
    ("what nobody knows", known("generic", (1, 3, 9, 9), ("o", (1, 3))), {"decoding.family": "none"}),
    (
        "what the user set for the model",
        known("classification", (1, 3, 224, 224), ("p", (1, 1000)), preprocessing={"color": "BGR", "mean": [1.0]}),
        {"preprocessing.color": "BGR", "preprocessing.mean": [1.0], "preprocessing.resize": "stretch"},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("one", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_guessed(one: Known, expected: dict[str, Any]) -> None:
    found = flat(one)
    assert {name: found.get(name) for name in expected} == expected


class TestLacks:
    def lacks(self, one: Known) -> list[str]:
        return [lack.message for lack in judge(guess(one)[0], one, guessed=True)]

    @pytest.mark.parametrize("case", [case for case in CASES if case[1].labels], ids=lambda case: case[0])
    def test_nothing_where_the_labels_fit(self, case: tuple[str, Known, dict[str, Any]]) -> None:
        assert self.lacks(case[1]) == []

    def test_generic(self) -> None:
        assert "choose the task" in self.lacks(known("generic", (1, 3, 9, 9), ("o", (1, 3))))[0]

    def test_classes_that_are_none_of_the_dataset(self) -> None:
        (said,) = self.lacks(known("classification", (1, 3, 9, 9), ("o", (1, 12)), labels=["a", "b"]))
        assert said == "The model has 12 classes, the dataset 2 labels: say which label each class is."

    @pytest.mark.parametrize(("classes", "labels"), [(2, ["face"]), (None, ["a", "b"])])
    def test_a_detector_that_fits_its_dataset(self, classes: int | None, labels: list[str]) -> None:
        assert self.lacks(self.detector(classes, labels)) == []

    def test_a_detector_of_faces_on_other_things(self) -> None:
        (said,) = self.lacks(self.detector(2, [f"thing {n}" for n in range(7)]))
        assert said == "The model has 2 classes, the dataset 7 labels: say which label each class is."

    def detector(self, classes: int | None, labels: list[str]) -> Known:
        output = ("detection_out", (1, 1, 200, 7), {"classes": classes})
        return known(DETECTION, (1, 3, 300, 300), output, labels=labels)

    def test_no_picture(self) -> None:
        one = Known("classification", "user", (End("x", ("x",), (1, 5), "f32"),), (End("o", ("o",), (1, 3), "f32"),))
        assert "The model has no input that takes a picture." in self.lacks(one)
