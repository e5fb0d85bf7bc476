"""Which figures a report of a task has: what accuracy control and a ranking of operations can go by.

The names are those that the judges of the engine give (`workbench/engine/tasks`).
"""

from collections.abc import Mapping
from typing import Any

from workbench.errors import Conflict

_SIZES = ("_small", "_medium", "_large")
_COCO = ("ap", "ap50", "ap75", "ar1", "ar10", "ar100", *(f"{kind}{size}" for kind in ("ap", "ar") for size in _SIZES))
_RATES = ("precision", "recall", "f1")
_BOXES = ("map", *_RATES, *(f"coco_{name}" for name in _COCO))
_OF_TASK: Mapping[str, tuple[str, ...]] = {
    "classification": tuple(f"{name}_macro" for name in _RATES),
    "object_detection": _BOXES,
    "instance_segmentation": (*_BOXES, "box_ap", "box_ap50", "box_ap75"),
    "semantic_segmentation": ("mean_iou", "pixel_accuracy", "mean_accuracy"),
    "inpainting": ("psnr", "ssim"),
    "super_resolution": ("psnr", "ssim"),
    "style_transfer": ("psnr", "ssim"),
    "facial_landmark_detection": (
        "normed_error", "normed_error_median", "failure_rate@0.08", "failure_rate@0.1", "auc@0.1",
    ),
    "face_recognition": ("pairwise_accuracy", "best_accuracy", "auc", "eer"),
}  # fmt: skip


class MetricUnknown(Conflict):
    code = "metric_unknown"
    title = "There is no such metric"


def known(reading: Mapping[str, Any]) -> list[str]:
    """The names of a task's figures, with those that its settings give; without what tells no better from worse."""
    task, settings = str(reading["task"]), reading["metrics"]
    found = list(_OF_TASK.get(task, ()))
    if task == "classification":
        found = [f"accuracy@top{k}" for k in settings["top_k"]] + found
    if task == "face_recognition":
        found += [f"tar@far{far:g}" for far in settings["far"]]
    if task in ("object_detection", "instance_segmentation") and not settings["coco"]:
        found = [name for name in found if not name.startswith(("coco_", "box_"))]
    return found


def require_known(name: str, reading: Mapping[str, Any]) -> None:
    """Raises MetricUnknown, with those there are."""
    there = known(reading)
    if name not in there:
        raise MetricUnknown(
            f"Reports of {str(reading['task']).replace('_', ' ')} have no metric '{name[:60]}'.",
            action=f"Choose one of: {', '.join(there)}.",
        )
