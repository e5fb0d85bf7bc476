"""Families of decoding and the adapters of Accuracy Checker 0.9.5 that do the same."""

from typing import Any

import yaml

from workbench.accuracy.checker_nodes import mapping, plain, text_of
from workbench.accuracy.reading_schemas import Reading

Adapter = dict[str, Any]


class Unsupported(Exception):
    """There is no adapter, or no family, for it."""


def adapter_of(reading: Reading, classes: int, width: int, height: int) -> tuple[Adapter, list[dict[str, Any]]]:
    """The adapter for a reading, and the postprocessing that brings its answers to the picture. Raises Unsupported."""
    decoding: Any = reading.decoding
    if decoding.family == "classification":
        return _named("classification", classification_output=decoding.output), []
    if decoding.family == "per_pixel":
        resize = {"type": "resize_segmentation_mask", "apply_to": "prediction"}
        # Its resize stretches the scores of each class to their own range, so classes must be chosen before it.
        return _named("segmentation", make_argmax=None if decoding.argmax_in_model else True), [resize]
    if reading.task != "object_detection":
        raise Unsupported(f"the family '{decoding.family}' with Accuracy Checker")
    adapter = _detector(decoding, classes)
    return adapter, _to_picture(reading, decoding, width, height)


def _named(kind: str, **names: Any) -> Adapter:
    return {"type": kind, **{name: value for name, value in names.items() if value is not None}}


def _detector(decoding: Any, classes: int) -> Adapter:
    match decoding.family:
        case "ssd":
            return _named("ssd")
        case "tf_detection":
            return _named(
                "tf_object_detection",
                boxes_out=decoding.boxes_output or "detection_boxes",
                classes_out=decoding.classes_output or "detection_classes",
                scores_out=decoding.scores_output or "detection_scores",
                num_detections_out=decoding.count_output or "num_detections",
            )
        case "faster_rcnn":
            return _named(
                "faster_rcnn_onnx",
                boxes_out=decoding.boxes_output or "boxes",
                labels_out=decoding.labels_output or "labels",
                scores_out=decoding.scores_output or "scores",
            )
        case "detr":
            return _named(
                "detr",
                scores_out=decoding.logits_output or "pred_logits",
                boxes_out=decoding.boxes_output or "pred_boxes",
            )
        case "centernet":
            return _named(
                "ctdet",
                center_heatmap_out=decoding.heatmap_output,
                width_height_out=decoding.size_output,
                regression_out=decoding.offset_output,
            )
        case "yolo_rows":
            kinds = {"x": "yolox", "v5": "yolor", "v8": "yolov8_detection"}
            threshold = {"conf_threshold" if decoding.version == "v8" else "threshold": decoding.score_threshold}
            extra = {} if decoding.version == "v8" else {"output_name": decoding.output}
            return _named(kinds[decoding.version], **threshold, **extra)
        case "yolo_anchors" if decoding.version in ("v2", "v3"):
            return _anchors(decoding, classes)
        case "boxes_and_scores" if decoding.boxes == "corners" and decoding.normalized and classes == 1:
            return _named(
                "ultra_lightweight_face_detection",
                scores_out=decoding.scores_output or "scores",
                boxes_out=decoding.boxes_output or "boxes",
                score_threshold=decoding.score_threshold,
            )
    raise Unsupported(f"the family '{decoding.family}' with these options")


def _anchors(decoding: Any, classes: int) -> Adapter:
    adapter: Adapter = {"type": f"yolo_{decoding.version}", "classes": classes, "coords": 4}
    if decoding.anchors:
        adapter["anchors"] = ", ".join(f"{value:g}" for pair in decoding.anchors for value in pair)
        adapter["num"] = len(decoding.anchors)
    if decoding.version == "v3":
        adapter["threshold"] = decoding.score_threshold
        adapter["raw_output"] = not decoding.activated
        if decoding.outputs:
            adapter["outputs"] = list(decoding.outputs)
    return adapter


def _to_picture(reading: Reading, decoding: Any, width: int, height: int) -> list[dict[str, Any]]:
    """Back from the input to the picture, then NMS. Adapters that tell pixels of the input need the padding undone."""
    steps: list[dict[str, Any]] = []
    padded = reading.preprocessing.resize == "fit"
    if reading.preprocessing.resize == "letterbox":
        # Its way back from a centred padding takes the picture's width for its height.
        raise Unsupported("a picture padded on all sides")
    if decoding.family in ("yolo_rows", "faster_rcnn"):
        size = {"dst_width": width, "dst_height": height}
        steps.append({"type": "faster_rcnn_postprocessing_resize", **size, "rescale": True})
    elif padded:
        raise Unsupported("a padded picture with this family")
    else:
        steps.append({"type": "resize_prediction_boxes"})
    if decoding.nms_iou is not None:
        steps.append({"type": "nms", "overlap": decoding.nms_iou})
    steps.append({"type": "clip_boxes", "apply_to": "prediction"})
    return steps


def decoding_of(adapter: yaml.Node) -> tuple[str, dict[str, Any]]:
    """Task and decoding that an adapter stands for. Raises Unsupported."""
    values = mapping(adapter)
    kind = text_of(adapter) if isinstance(adapter, yaml.ScalarNode) else text_of(values.get("type", adapter))
    given = {name: plain(node) for name, node in values.items()}

    def output(*names: str) -> Any:
        return next((given[name] for name in names if isinstance(given.get(name), str)), None)

    detection = "object_detection"
    match kind:
        case "classification":
            return "classification", {"family": "classification", "output": output("classification_output")}
        case "segmentation":
            return "semantic_segmentation", {"family": "per_pixel"}
        case "ssd":
            return detection, {"family": "ssd"}
        case "tf_object_detection":
            return detection, {
                "family": "tf_detection",
                "boxes_output": output("boxes_out"),
                "classes_output": output("classes_out"),
                "scores_output": output("scores_out"),
                "count_output": output("num_detections_out"),
            }
        case "faster_rcnn_onnx":
            return detection, {
                "family": "faster_rcnn",
                "boxes_output": output("boxes_out"),
                "labels_output": output("labels_out"),
                "scores_output": output("scores_out"),
            }
        case "detr":
            names = {"logits_output": output("scores_out"), "boxes_output": output("boxes_out")}
            return detection, {"family": "detr", **names}
        case "ctdet":
            return detection, {
                "family": "centernet",
                "heatmap_output": output("center_heatmap_out"),
                "size_output": output("width_height_out"),
                "offset_output": output("regression_out"),
            }
        case "yolox" | "yolor" | "yolov8_detection":
            version = {"yolox": "x", "yolor": "v5", "yolov8_detection": "v8"}[kind]
            threshold = given.get("threshold", given.get("conf_threshold"))
            found: dict[str, Any] = {"family": "yolo_rows", "version": version, "output": output("output_name")}
            if isinstance(threshold, int | float):
                found["score_threshold"] = float(threshold)
            return detection, found
        case "yolo_v2" | "yolo_v3" | "yolo_v3_onnx" | "yolo_v3_tf2":
            return detection, _read_anchors(kind, given)
        case "ultra_lightweight_face_detection":
            return detection, {
                "family": "boxes_and_scores",
                "boxes_output": output("boxes_out"),
                "scores_output": output("scores_out"),
            }
        case "super_resolution":
            return "super_resolution", {"family": "super_resolution", "range": "0..1"}
        case "style_transfer":
            return "style_transfer", {"family": "style_transfer"}
        case "inpainting":
            return "inpainting", {"family": "inpainting"}
        case "regression" | "facial_landmarks_detection":
            return "facial_landmark_detection", {"family": "points"}
        case "reid":
            return "face_recognition", {"family": "embedding"}
    raise Unsupported(f"the adapter '{kind}'")


def _read_anchors(kind: str, given: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"family": "yolo_anchors", "version": "v2" if kind == "yolo_v2" else "v3"}
    anchors = given.get("anchors")
    numbers = anchors.split(",") if isinstance(anchors, str) else anchors if isinstance(anchors, list) else []
    try:
        values = [float(number) for number in numbers]
    except (TypeError, ValueError):
        values = []
    if values and len(values) % 2 == 0:
        found["anchors"] = list(zip(values[::2], values[1::2], strict=True))
    if isinstance(given.get("outputs"), list):
        found["outputs"] = given["outputs"]
    if given.get("raw_output") is not True:
        found["activated"] = True
    return found
