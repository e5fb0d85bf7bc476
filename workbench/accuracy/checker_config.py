"""Accuracy Checker configurations: written from a reading of a model, and read as one.

The format is that of Accuracy Checker 0.9.5 (Open Model Zoo, `tools/accuracy_checker`): `models` → `launchers` with an
`adapter`, and `datasets` with `preprocessing`, `postprocessing` and `metrics`. What a reading cannot say is named with
line and column, never dropped in silence.
"""

import math
from dataclasses import dataclass
from typing import Any

import yaml
from pydantic import ValidationError

from workbench.accuracy.checker_adapters import Unsupported, adapter_of, decoding_of
from workbench.accuracy.checker_nodes import Entry, at, entries, mapping, plain, text_of
from workbench.accuracy.reading_schemas import Reading, ReadingProblem
from workbench.accuracy.yaml_errors import NOT_YAML

MODEL, DATASET = "$MODEL_PATH", "$DATASET_PATH"
_INTERPOLATION = {"nearest": "NEAREST", "linear": "LINEAR", "cubic": "CUBIC", "area": "AREA"}
STEPS = ("preprocessing", "postprocessing", "metrics")
_PADS = {"letterbox": "center", "fit": "right_bottom"}
# What AC's converters of the workbench's own files are called, for each task.
_CONVERSIONS = {
    "classification": {
        "converter": "imagenet",
        "annotation_file": f"{DATASET}/annotation.txt",
        "labels_file": f"{DATASET}/labels.txt",
    },
    "object_detection": {"converter": "mscoco_detection", "annotation_file": f"{DATASET}/instances.json"},
    "semantic_segmentation": {
        "converter": "common_semantic_segmentation",
        "images_dir": f"{DATASET}/images",
        "masks_dir": f"{DATASET}/masks",
        "image_postfix": "",
        "mask_postfix": ".png",
        "mask_loader": "opencv_gray",
        "dataset_meta_file": f"{DATASET}/dataset_meta.json",
    },
}
_TASKS = {
    "classification": "classification",
    "segmentation": "semantic_segmentation",
}


@dataclass(frozen=True)
class CheckerFacts:
    """What a configuration needs to know beside the reading. Sizes in pixels; `classes` without background."""

    name: str
    device: str
    input_name: str
    input_width: int
    input_height: int
    layout: str
    classes: int
    precision: str | None
    coco: bool = True


class NotForChecker(Exception):
    """This reading cannot be said in a configuration of Accuracy Checker; the message names the part."""


def write(facts: CheckerFacts, reading: Reading) -> str:
    """A configuration for the workbench's export of the dataset. Raises NotForChecker."""
    if reading.task not in _CONVERSIONS:
        served = ", ".join(name.replace("_", " ") for name in _CONVERSIONS)
        raise NotForChecker(f"Accuracy Checker is driven for {served}, not for {reading.task.replace('_', ' ')}")
    try:
        adapter, postprocessing = adapter_of(reading, facts.classes, facts.input_width, facts.input_height)
    except Unsupported as error:
        raise NotForChecker(str(error)) from error
    launcher: dict[str, Any] = {
        "framework": "openvino",
        "model": f"{MODEL}/model.xml",
        "weights": f"{MODEL}/model.bin",
        "device": facts.device,
        "adapter": adapter,
    }
    if facts.layout == "NHWC":
        launcher["inputs"] = [{"name": facts.input_name, "type": "INPUT", "layout": "NHWC"}]
    if facts.precision is not None:
        launcher["device_config"] = {"INFERENCE_PRECISION_HINT": facts.precision}
    conversion: dict[str, Any] = dict(_CONVERSIONS[reading.task])
    if reading.classes.background and reading.task != "semantic_segmentation":
        conversion["has_background"] = True
    masks = {"segmentation_masks_source": f"{DATASET}/masks"} if reading.task == "semantic_segmentation" else {}
    dataset = {
        "name": "workbench",
        "data_source": f"{DATASET}/images",
        **masks,
        "annotation_conversion": conversion,
        "preprocessing": _preprocessing(reading, facts),
        # An empty list is a mistake to Accuracy Checker.
        **({"postprocessing": postprocessing} if postprocessing else {}),
        "metrics": _metrics(reading, facts),
    }
    document = {"models": [{"name": facts.name, "launchers": [launcher], "datasets": [dataset]}]}
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True)


def _preprocessing(reading: Reading, facts: CheckerFacts) -> list[dict[str, Any]]:
    how = reading.preprocessing
    steps: list[dict[str, Any]] = []
    size = {"dst_width": facts.input_width, "dst_height": facts.input_height}
    interpolation = {"interpolation": _INTERPOLATION[how.interpolation]}
    if how.resize == "stretch":
        steps.append({"type": "resize", **size, **interpolation})
    elif how.resize == "crop":
        if facts.input_width != facts.input_height:
            raise NotForChecker("a crop that is not square")
        shorter = round(facts.input_width / how.crop_fraction)
        steps.append({"type": "resize", "size": shorter, "aspect_ratio_scale": "greater", **interpolation})
        steps.append({"type": "crop", **size})
    else:
        steps.append({"type": "resize", **size, "aspect_ratio_scale": "fit_to_window", **interpolation})
        steps.append({"type": "padding", **size, "pad_type": _PADS[how.resize], "pad_value": str(how.pad_value)})
    # Accuracy Checker reads pictures with OpenCV, as BGR.
    if how.color in (None, "RGB"):
        steps.append({"type": "bgr_to_rgb"})
    elif how.color == "GRAY":
        steps.append({"type": "bgr_to_gray"})
    normalization: dict[str, Any] = {"type": "normalization"}
    if how.mean:
        normalization["mean"] = tuple_text(how.mean)
    if how.scale:
        normalization["std"] = tuple_text(how.scale)
    if len(normalization) > 1:
        steps.append(normalization)
    return steps


def tuple_text(values: list[float]) -> str:
    """As AC wants several numbers: "1.5, 2.5, 3.5"."""
    return ", ".join(f"{value:.10g}" for value in values)


def _metrics(reading: Reading, facts: CheckerFacts) -> list[dict[str, Any]]:
    wanted = reading.metrics
    if reading.task == "classification":
        return [{"name": f"accuracy@top{k}", "type": "accuracy", "top_k": k} for k in wanted.top_k]
    if reading.task == "object_detection":
        integral = "max" if wanted.map_kind == "integral" else "11point"
        found: list[dict[str, Any]] = [
            {
                "name": "map",
                "type": "map",
                "integral": integral,
                "overlap_threshold": wanted.map_iou,
                "ignore_difficult": True,
                "include_boundaries": False,
                "presenter": "print_scalar",
            }
        ]
        if wanted.coco:
            found.append({"name": "coco_ap", "type": "coco_orig_precision", "include_boundaries": False})
        return found
    return [
        {"name": "mean_iou", "type": "mean_iou", "use_argmax": False, "presenter": "print_scalar"},
        {"name": "pixel_accuracy", "type": "segmentation_accuracy", "use_argmax": False},
    ]


def read(text: str) -> tuple[Reading | None, list[ReadingProblem], list[ReadingProblem]]:
    """A reading out of an Accuracy Checker YAML: (reading, mistakes, what it says that a reading cannot)."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (None, None)
        return None, [ReadingProblem(line=line, column=column, message=f"This is no YAML: {error.problem}.")], []
    except NOT_YAML:
        return None, [ReadingProblem(message="This is no YAML.")], []
    problems: list[ReadingProblem] = []
    model = _only(mapping(root).get("models"), "models", root, problems)
    launcher = _only(mapping(model).get("launchers") if model else None, "launchers", model, problems)
    dataset = _only(mapping(model).get("datasets") if model else None, "datasets", model, problems)
    if model is None or launcher is None or dataset is None:
        return None, problems, []
    unsupported: list[ReadingProblem] = []
    launch, data = mapping(launcher), mapping(dataset)
    framework = launch.get("framework")
    if framework is not None and text_of(framework) not in ("openvino", "dlsdk"):
        problems.append(at(framework, "the launcher is not 'openvino'"))
    for name, node in launch.items():
        if name not in (
            "framework",
            "model",
            "weights",
            "device",
            "adapter",
            "inputs",
            "device_config",
            "batch",
            "tags",
        ):
            unsupported.append(at(node, f"launcher: '{name}'"))
    for name, node in data.items():
        if name not in ("name", "data_source", "segmentation_masks_source", "annotation_conversion", *STEPS):
            unsupported.append(at(node, f"dataset: '{name}'"))
    values: dict[str, Any] = {"classes": {}, "metrics": {}, "preprocessing": {"color": "BGR"}}
    conversion = mapping(data.get("annotation_conversion"))
    if "has_background" in conversion and plain(conversion["has_background"]) is True:
        values["classes"]["background"] = True
    if "use_full_label_map" in conversion and plain(conversion["use_full_label_map"]) is True:
        values["classes"] |= {"match_by": "id", "label_set": "coco_91"}
    _read_preprocessing(entries(data.get("preprocessing")), values["preprocessing"], unsupported)
    adapter = launch.get("adapter")
    if adapter is None:
        problems.append(at(launcher, "the launcher has no 'adapter'"))
        return None, problems, unsupported
    try:
        values["task"], values["decoding"] = decoding_of(adapter)
    except Unsupported as error:
        problems.append(at(adapter, str(error)))
        return None, problems, unsupported
    _read_postprocessing(entries(data.get("postprocessing")), values["decoding"], unsupported)
    _read_metrics(entries(data.get("metrics")), values, unsupported)
    try:
        return Reading.model_validate(values), problems, unsupported
    except ValidationError as error:
        for item in error.errors():
            field = ".".join(str(part) for part in item["loc"])
            problems.append(ReadingProblem(field=field, message=f"{field}: {item['msg']}"))
        return None, problems, unsupported


def _only(node: yaml.Node | None, name: str, parent: yaml.Node | None, problems: list[ReadingProblem]) -> Any:
    """The single entry of a list; AC may have several, a reading is of one."""
    if not isinstance(node, yaml.SequenceNode) or not node.value:
        problems.append(at(node or parent, f"there is no list '{name}' with an entry"))
        return None
    if len(node.value) > 1:
        problems.append(at(node.value[1], f"'{name}' has more than one entry; keep one"))
        return None
    return node.value[0]


def _read_preprocessing(steps: list[Entry], found: dict[str, Any], unsupported: list[ReadingProblem]) -> None:
    names = {name: key for key, name in _INTERPOLATION.items()}
    resized_to: int | None = None
    for step in steps:
        if step.type in ("resize", "auto_resize"):
            how = step.get("aspect_ratio_scale")
            if how == "fit_to_window":
                found["resize"] = "letterbox"
            elif how == "greater":
                found["resize"] = "crop"
                size = step.get("size") or step.get("dst_width")
                resized_to = size if isinstance(size, int) else None
            elif how is not None:
                unsupported.append(at(step.node, f"resize: aspect_ratio_scale '{how}'"))
            if step.get("use_pillow") is True:
                unsupported.append(at(step.node, "resize: Pillow's resize, which blurs before it shrinks"))
            interpolation = step.get("interpolation")
            if interpolation is not None and str(interpolation).upper() in names:
                found["interpolation"] = names[str(interpolation).upper()]
            elif interpolation is not None:
                unsupported.append(at(step.node, f"resize: interpolation '{interpolation}'"))
        elif step.type == "crop":
            found["resize"] = "crop"
            side, share = step.get("size") or step.get("dst_width"), step.get("central_fraction")
            if isinstance(share, int | float):
                found["crop_fraction"] = float(share)
            elif isinstance(side, int) and resized_to:
                found["crop_fraction"] = side / resized_to
        elif step.type == "padding":
            found["resize"] = "letterbox" if step.get("pad_type") == "center" else "fit"
            values = _numbers(step.get("pad_value"))
            if values:
                found["pad_value"] = int(values[0])
        elif step.type == "bgr_to_rgb":
            found["color"] = "RGB"
        elif step.type == "bgr_to_gray":
            found["color"] = "GRAY"
        elif step.type == "normalization":
            for theirs, ours in (("mean", "mean"), ("std", "scale")):
                numbers = _numbers(step.get(theirs))
                if numbers:
                    found[ours] = numbers
                elif step.get(theirs) is not None:
                    unsupported.append(at(step.node, f"normalization: {theirs} '{step.get(theirs)}'"))
        else:
            unsupported.append(at(step.node, f"preprocessing: '{step.type}'"))


def _numbers(value: Any) -> list[float] | None:
    """ "(1, 2, 3)", "1, 2, 3", a number or a list."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return [float(value)]
    parts = value.strip("()[] ").split(",") if isinstance(value, str) else value if isinstance(value, list) else []
    try:
        found = [float(part) for part in parts]
    except (TypeError, ValueError):
        return None
    return found if found and all(math.isfinite(number) for number in found) else None


def _read_postprocessing(steps: list[Entry], decoding: dict[str, Any], unsupported: list[ReadingProblem]) -> None:
    for step in steps:
        if step.type == "nms" and isinstance(step.get("overlap"), int | float) and "family" in decoding:
            decoding["nms_iou"] = float(step.get("overlap"))
        elif step.type == "filter" and isinstance(step.get("min_confidence"), int | float):
            decoding["score_threshold"] = float(step.get("min_confidence"))
        # The workbench brings boxes, points and masks back to the picture by itself.
        elif step.type not in (
            "resize_prediction_boxes", "resize_segmentation_mask", "encode_segmentation_mask", "clip_boxes",
            "faster_rcnn_postprocessing_resize", "resize_super_resolution", "resize_style_transfer", "resize",
        ):  # fmt: skip
            unsupported.append(at(step.node, f"postprocessing: '{step.type}'"))


def _read_metrics(steps: list[Entry], values: dict[str, Any], unsupported: list[ReadingProblem]) -> None:
    top: list[int] = []
    metrics = values["metrics"]
    for step in steps:
        if step.type == "accuracy":
            k = step.get("top_k")
            top.append(k if isinstance(k, int) else 1)
        elif step.type == "map":
            metrics["map_kind"] = "11_point" if step.get("integral") == "11point" else "integral"
            overlap = step.get("overlap_threshold")
            if isinstance(overlap, int | float):
                metrics["map_iou"] = float(overlap)
        elif step.type in ("coco_precision", "coco_orig_precision", "coco_recall", "coco_orig_recall"):
            metrics["coco"] = True
        elif step.type in ("mean_iou", "segmentation_accuracy"):
            if step.get("use_argmax") is False:
                values["decoding"]["argmax_in_model"] = True
        elif step.type not in ("psnr", "ssim", "normed_error", "pairwise_accuracy_subsets", "coco_orig_segm_precision"):
            unsupported.append(at(step.node, f"metric: '{step.type}'"))
    if top:
        metrics["top_k"] = top
