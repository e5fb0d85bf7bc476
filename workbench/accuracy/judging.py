"""Whether a reading fits a model and its dataset: what is wrong in it, and what is still to be said."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from workbench.accuracy.known import End, Known
from workbench.accuracy.reading_schemas import Reading

_DETECTION = (
    "ssd", "boxes_and_scores", "tf_detection", "faster_rcnn", "yolo_anchors", "yolo_rows", "detr", "centernet",
)  # fmt: skip
FAMILIES: dict[str, tuple[str, ...]] = {
    "classification": ("classification",),
    "object_detection": (*_DETECTION, "mask_rcnn", "yolo_seg"),
    "instance_segmentation": ("mask_rcnn", "yolo_seg"),
    "semantic_segmentation": ("per_pixel",),
    "super_resolution": ("super_resolution",),
    "style_transfer": ("style_transfer",),
    "inpainting": ("inpainting",),
    "facial_landmark_detection": ("points",),
    "face_recognition": ("embedding",),
}
# Judged by labels; the others by pictures, points or pairs.
WITH_LABELS = ("classification", "object_detection", "instance_segmentation", "semantic_segmentation")
SETS = {"imagenet_1000": 1000, "coco_80": 80, "voc_20": 20}


@dataclass(frozen=True)
class Lack:
    """`wrong`: it contradicts the model; else it is something still to be said."""

    field: str
    message: str
    wrong: bool


def judge(reading: Reading, known: Known, guessed: bool) -> list[Lack]:
    """Everything against making a report with this reading."""
    return [*_task(reading), *_names(reading, known), *_labels(reading, known, guessed), *_inputs(known)]


def _task(reading: Reading) -> Iterator[Lack]:
    wanted = FAMILIES.get(reading.task)
    family = reading.decoding.family
    told = reading.task.replace("_", " ")
    if wanted is None:
        what = "A model for texts is" if reading.task == "text_classification" else "What a generic model answers is"
        yield Lack("task", f"{what} not judged: choose the task it is for.", wrong=False)
    elif family == "none":
        yield Lack("decoding.family", f"Say how the outputs are read, for {told}: {', '.join(wanted)}.", wrong=False)
    elif family not in wanted:
        yield Lack(
            "decoding.family", f"'{family}' is not for {told}; that is read as {' or '.join(wanted)}.", wrong=True
        )


def _names(reading: Reading, known: Known) -> Iterator[Lack]:
    """Inputs and outputs that are named must be there."""
    if reading.image_input is not None and _port(known.inputs, reading.image_input) is None:
        yield Lack("image_input", _absent("input", reading.image_input, known.inputs), wrong=True)
    for name, value in reading.decoding.model_dump().items():
        ports, what = (known.outputs, "output") if "output" in name else (known.inputs, "input")
        if not (name.endswith(("output", "outputs", "_input"))):
            continue
        for number, one in enumerate(value if isinstance(value, list) else [value]):
            if isinstance(one, str) and _port(ports, one) is None:
                place = f"decoding.{name}" + (f".{number}" if isinstance(value, list) else "")
                yield Lack(place, _absent(what, one, ports), wrong=True)


def _port(ports: tuple[End, ...], name: str) -> End | None:
    return next((port for port in ports if name == port.name or name in port.names), None)


def _absent(what: str, name: str, ports: tuple[End, ...]) -> str:
    there = ", ".join(port.name[:80] for port in ports[:10])
    return f"The model has no {what} '{name[:80]}'; it has {there or 'none'}."


def _inputs(known: Known) -> Iterator[Lack]:
    if known.inputs and known.image is None:
        yield Lack("image_input", "The model has no input that takes a picture.", wrong=False)


def _labels(reading: Reading, known: Known, guessed: bool) -> Iterator[Lack]:
    if reading.task not in WITH_LABELS or reading.decoding.family == "none":
        return
    count, chosen = class_count(reading, known), reading.classes
    own = count - (1 if chosen.background else 0) if count is not None else None
    if isinstance(chosen.label_set, list):
        if own is not None and len(chosen.label_set) != own:
            yield Lack(
                "classes.label_set",
                f"The list has {len(chosen.label_set)} labels, the model {own} classes"
                f"{' without its background' if chosen.background else ''}.",
                wrong=True,
            )
        return
    labels = len(known.labels) if known.labels else None
    if chosen.label_set == "dataset" and guessed and labels is not None and own is not None and own != labels:
        yield Lack(
            "classes.label_set",
            f"The model has {count} classes, the dataset {labels} labels: say which label each class is.",
            wrong=False,
        )
    size = SETS.get(chosen.label_set)
    if size is not None and own is not None and own != size:
        yield Lack(
            "classes.label_set", f"'{chosen.label_set}' has {size} labels, the model {own} classes.", wrong=not guessed
        )


def class_count(reading: Reading, known: Known) -> int | None:
    """How many classes come out of the model, background included; None where its outputs do not tell."""
    decoding: Any = reading.decoding
    name = getattr(decoding, "output", None)
    output = _port(known.outputs, name) if name is not None else known.outputs[0] if len(known.outputs) == 1 else None
    if output is None or output.shape is None:
        return None
    if decoding.family == "ssd":
        return output.classes
    if decoding.family == "classification":
        sizes = [size for size in output.shape if size != 1]
        return sizes[0] if len(sizes) == 1 and sizes[0] > 0 else 2 if not sizes else None
    if decoding.family == "yolo_rows" and output.rank == 3 and min(output.shape[1:]) > 0:
        rows = (output.size(1), output.size(2))
        return rows[0] - 4 if decoding.version == "v8" else rows[1] - 5
    return None
