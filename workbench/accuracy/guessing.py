"""Works out how a model is read from what is known of it; every field that is guessed says from what."""

import re
from collections.abc import Mapping

from workbench.accuracy import guessing_detection, guessing_inputs
from workbench.accuracy.draft import Draft
from workbench.accuracy.known import Known, channels, side
from workbench.accuracy.reading_schemas import Guess, Reading

BACKGROUNDS = {1001: ("imagenet_1000", 1000), 21: ("voc_20", 20), 81: ("coco_80", 80)}
SETS = {1000: "imagenet_1000", 80: "coco_80", 20: "voc_20"}


def guess(known: Known) -> tuple[Reading, list[Guess]]:
    """The likeliest reading, and the reason of each field that is not simply a default."""
    draft = Draft({"task": known.task})
    reason = known.task_reason or "the model's file"
    draft.reasons.append(Guess(field="task", reason="chosen at the import" if known.task_source == "user" else reason))
    by_task = {
        "classification": _classification,
        "object_detection": guessing_detection.detection,
        "instance_segmentation": guessing_detection.instances,
        "semantic_segmentation": _per_pixel,
        "super_resolution": _super_resolution,
        "style_transfer": _style,
        "inpainting": _inpainting,
        "facial_landmark_detection": _points,
        "face_recognition": _embedding,
    }
    count: int | None = None
    if known.task in by_task:
        count = by_task[known.task](known, draft)
    guessing_inputs.preprocessing(known, draft)
    if count is not None:
        _classes(known, draft, count)
    return Reading.model_validate(draft.values), draft.reasons


def _classification(known: Known, draft: Draft) -> int | None:
    draft.put("decoding.family", "classification", "one row of scores")
    output = next((port for port in known.outputs if _row(port.shape)), None)
    if output is None:
        return None
    if len(known.outputs) > 1:
        draft.put("decoding.output", output.name, "the only output that is a row of scores")
    count = max(output.shape or (0,))
    softmax = output.operation in ("Softmax", "SoftMax") or (
        output.operation is None and "softmax" in known.task_reason.lower()
    )
    if softmax:
        draft.put("decoding.activation", "none", "the model ends with a softmax")
    elif output.operation == "Sigmoid":
        draft.put("decoding.activation", "none", "the model ends with a sigmoid")
    elif count == 1:
        draft.put("decoding.activation", "sigmoid", "one score: that of the second of two classes")
    elif output.is_integer or (known.source_format.lower().startswith("tensorflow lite") and output.operation is None):
        draft.put("decoding.activation", "none", "its scores are told as whole numbers")
    else:
        draft.put("decoding.activation", "softmax", "nothing at the end of the model makes probabilities of its scores")
    _top_k(draft, count)
    return 2 if count == 1 else count if count > 1 else None


def _row(shape: tuple[int, ...] | None) -> bool:
    return shape is not None and len(shape) > 0 and sum(size not in (1, -1) for size in shape) <= 1


def _top_k(draft: Draft, count: int) -> None:
    if 1 < count <= 5:
        draft.put("metrics.top_k", [1], f"of {count} classes, five are all")


def _per_pixel(known: Known, draft: Draft) -> int | None:
    draft.put("decoding.family", "per_pixel", "an output as large as the picture")
    output = known.outputs[0] if known.outputs else None
    if output is None or output.shape is None:
        return None
    numbers = output.is_integer or output.operation in ("TopK", "ArgMax")
    shape = [size for size in output.shape if size != 1]
    if numbers or len(shape) == 2:
        draft.put("decoding.argmax_in_model", True, "its output has one number for each pixel")
        return (len(known.labels) if known.labels else 0) + (1 if known.masks_background else 0) or None
    image = side(known.image) if known.image is not None else (-1, -1)
    first, last = output.size(1), output.size(-1)
    # Channels stand where the shape is no side of the picture; the smaller number where both could be.
    channel_first = last in image or (last not in image and first < last)
    count = first if channel_first and first > 0 else last
    draft.reasons.append(Guess(field="decoding.output", reason=f"its output has {count} scores for each pixel"))
    return count if count > 0 else None


def _super_resolution(known: Known, draft: Draft) -> int | None:
    draft.put("decoding.family", "super_resolution", "a larger picture comes out")
    pictures = sorted((port for port in known.inputs if port.rank == 4), key=lambda port: side(port))
    output = known.outputs[0] if known.outputs else None
    if not pictures or output is None:
        return None
    small = pictures[0]
    (height, _), result = side(small), max(output.shape or (0,))
    within = result if result > 0 else -1
    if height > 0 and within > 0 and within % max(side(small)) == 0:
        draft.put("decoding.scale", within // max(side(small)), "its output is so many times its input")
    elif named := re.search(r"x([2348])(?!\d)", known.name, re.IGNORECASE):
        draft.put("decoding.scale", int(named[1]), f"the model is called '{known.name}'")
    if len(pictures) == 2:
        draft.put("decoding.second_input", pictures[1].name, "the larger of its two inputs")
        draft.put("image_input", small.name, "the smaller of its two inputs")
    if channels(small) == 1:
        draft.put("decoding.luminance_only", True, "its input has one channel")
    elif channels(small) not in (3, 4) and channels(output) == 1:
        draft.put("decoding.luminance_only", True, "its output has one channel, and its input leaves them open")
    _range(known, draft)
    return None


def _style(known: Known, draft: Draft) -> int | None:
    draft.put("decoding.family", "style_transfer", "a picture comes out")
    _range(known, draft)
    return None


def _inpainting(known: Known, draft: Draft) -> int | None:
    draft.put("decoding.family", "inpainting", "a picture and a mask go in")
    mask = next((port for port in known.inputs if channels(port) == 1), None)
    if mask is not None and len(known.inputs) > 1:
        draft.put("decoding.mask_input", mask.name, "the input with one channel")
    _range(known, draft)
    return None


def _range(known: Known, draft: Draft) -> None:
    """Of the values of a picture that comes out."""
    output = known.outputs[0] if known.outputs else None
    if output is None:
        return
    if output.range is not None:
        bounds = {(0.0, 1.0): "0..1", (0.0, 255.0): "0..255", (-1.0, 1.0): "-1..1"}.get(output.range)
        if bounds is not None:
            draft.put("decoding.range", bounds, "the model cuts its values there")
            return
    if output.operation == "Tanh" and draft.get("decoding.luminance_only"):
        draft.put("decoding.range", "0..1", "as ESPCN, which ends with Tanh and is trained on brightness from 0 to 1")
    elif output.operation in ("Sigmoid", "Tanh"):
        bounds = "0..1" if output.operation == "Sigmoid" else "-1..1"
        draft.put("decoding.range", bounds, f"the model ends with {output.operation}")
    elif known.task == "super_resolution":
        draft.put("decoding.range", "0..1", "usual for super-resolution; nothing in the model tells")


def _points(known: Known, draft: Draft) -> int | None:
    draft.put("decoding.family", "points", "a row of coordinates")
    draft.put("decoding.normalized", True, "usual for landmark models; nothing in the model tells")
    return None


def _embedding(known: Known, draft: Draft) -> int | None:
    draft.put("decoding.family", "embedding", "one vector for a face")
    return None


def _classes(known: Known, draft: Draft, count: int) -> None:
    """Which labels the classes are: those of the dataset where their number says so, else a well-known set.

    `count`: classes of the model, its background among them.
    """
    labels = len(known.labels) if known.labels else 0
    told = _told(known.model_info)
    family = draft.get("decoding.family")
    # Detectors whose background never comes out as a box need no word about it.
    boxes = known.task in ("object_detection", "instance_segmentation")
    if told and abs(len(told) - count) <= 1:
        draft.put("classes.label_set", told, "the labels written in the model")
        matching = "index" if len(told) == labels and [*told] == [*(known.labels or [])] else "name"
        draft.put("classes.match_by", matching, "the model names its classes")
        if count == len(told) + 1:
            draft.put("classes.background", True, f"{count} classes and {len(told)} labels")
    elif labels and count == labels:
        draft.put("classes.label_set", "dataset", f"model and dataset have {labels} classes")
    elif count in BACKGROUNDS and (not labels or labels == BACKGROUNDS[count][1]):
        name, size = BACKGROUNDS[count]
        draft.put("classes.background", True, f"{count} classes: {size} and a background")
        if labels == size:
            draft.put("classes.label_set", "dataset", f"the dataset has {size} labels")
        else:
            draft.put("classes.label_set", name, f"{size} classes")
    elif count in (90, 91, 92) and boxes:
        draft.put("classes.label_set", "coco_91", f"{count} classes, numbered as COCO's")
        matching = "id" if known.dataset_format == "coco" else "name"
        draft.put("classes.match_by", matching, "the numbers of COCO have gaps")
    elif labels and count == labels + 1 and family != "yolo_rows":
        draft.put("classes.background", True, f"the model has {count} classes, the dataset {labels}")
        draft.put("classes.label_set", "dataset", "one class more than labels: the first is the background")
    elif count in SETS or count in BACKGROUNDS:
        if count in BACKGROUNDS and count not in SETS:
            draft.put("classes.background", True, f"{count} classes: one is the background")
        draft.put("classes.label_set", SETS.get(count) or BACKGROUNDS[count][0], f"the model has {count} classes")
        draft.put("classes.match_by", "name", "the dataset has other labels, or others too")


def _told(info: Mapping[str, str]) -> list[str] | None:
    """The labels in `model_info`: separated by blanks, underscores within names stand for blanks."""
    text = info.get("labels", "").strip()
    if not text:
        return None
    names = [name.replace("_", " ") for name in text.split()]
    return [name[:200] for name in names] if 1 <= len(names) <= 100_000 else None
