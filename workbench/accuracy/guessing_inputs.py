"""The way from a picture to a model's input, guessed."""

from workbench.accuracy.draft import Draft
from workbench.accuracy.guessing_detection import is_plain_rgb
from workbench.accuracy.known import Known, channels, side
from workbench.accuracy.reading_schemas import Guess

# torchvision's; of pictures from 0 to 255.
IMAGENET_MEAN, IMAGENET_SCALE = [123.675, 116.28, 103.53], [58.395, 57.12, 57.375]
IMAGENET = (1000, 1001)
RESIZES = {
    "standard": "stretch",
    "fit_to_window": "fit",
    "fit_to_window_letterbox": "letterbox",
    "crop": "crop",
}


def preprocessing(known: Known, draft: Draft) -> None:
    """Fills `preprocessing`: the model's own where it was set, else as its file says, else as usual for its family."""
    if known.preprocessing is not None:
        draft.values["preprocessing"] = dict(known.preprocessing)
        draft.put("preprocessing", dict(known.preprocessing), "as set for the model")
        return
    if known.image is not None and len(known.inputs) > 1 and draft.get("image_input") is None:
        draft.put("image_input", known.image.name, "the input with most channels")
    _resize(known, draft)
    if _from_info(known, draft):
        return
    _color(known, draft)
    _values(known, draft)


def _resize(known: Known, draft: Draft) -> None:
    told = RESIZES.get(known.model_info.get("resize_type", ""))
    family, version = draft.get("decoding.family"), draft.get("decoding.version")
    if told is not None:
        draft.put("preprocessing.resize", told, "'resize_type' is written in the model")
    elif family == "yolo_rows" and version == "x":
        draft.put("preprocessing.resize", "fit", "YOLOX puts the picture at the top left")
    elif family in ("yolo_rows", "yolo_seg"):
        draft.put("preprocessing.resize", "letterbox", "usual for YOLO v5 and later")
    elif family == "classification" and _is_imagenet(known):
        draft.put("preprocessing.resize", "crop", "usual for classifiers of ImageNet")
        draft.put("preprocessing.crop_fraction", 0.875, "224 of 256 pixels, usual for classifiers of ImageNet")


def _is_imagenet(known: Known) -> bool:
    height = side(known.image)[0] if known.image is not None else -1
    return height >= 160 and any(size in IMAGENET for port in known.outputs for size in port.shape or ())


def _from_info(known: Known, draft: Draft) -> bool:
    """Colours and values from `model_info`; model_api counts from OpenCV's BGR, so a reversal means RGB."""
    info = known.model_info
    told = False
    if info.get("reverse_input_channels", "").strip().lower() in ("true", "yes", "1"):
        draft.put("preprocessing.color", "RGB", "'reverse_input_channels' is written in the model")
        told = True
    elif info.get("reverse_input_channels", "").strip().lower() in ("false", "no", "0"):
        draft.put("preprocessing.color", "BGR", "'reverse_input_channels' is written in the model")
        told = True
    embedded = info.get("embedded_processing", "").strip().lower() in ("true", "yes", "1")
    for name, path in (("mean_values", "mean"), ("scale_values", "scale")):
        values = _numbers(info.get(name, ""))
        if values and not embedded and not is_plain_rgb(known):
            draft.put(f"preprocessing.{path}", values, f"'{name}' is written in the model")
            told = True
    pad = _numbers(info.get("pad_value", ""))
    if pad and 0 <= pad[0] <= 255:
        draft.put("preprocessing.pad_value", int(pad[0]), "'pad_value' is written in the model")
    return told


def _numbers(text: str) -> list[float] | None:
    """`123.6 116.2 103.5`, one number for all channels too; None where there is none, or a scale of 0."""
    try:
        values = [float(part) for part in text.replace(",", " ").strip("[]() ").split()]
    except ValueError:
        return None
    return values if 1 <= len(values) <= 4 and all(value == value and abs(value) < 1e6 for value in values) else None


def _color(known: Known, draft: Draft) -> None:
    family, version = draft.get("decoding.family"), draft.get("decoding.version")
    if known.image is not None and channels(known.image) == 1:
        draft.put("preprocessing.color", "GRAY", "its input has one channel")
    elif draft.get("decoding.luminance_only"):
        draft.put("preprocessing.color", "GRAY", "its input takes the brightness")
    elif family == "yolo_rows" and version == "x":
        draft.put("preprocessing.color", "BGR", "usual for YOLOX")
    elif _from_intel(known):
        draft.put("preprocessing.color", "BGR", "usual for models of Open Model Zoo")
    else:
        draft.put("preprocessing.color", "RGB", "usual; nothing in the model tells")


def _from_intel(known: Known) -> bool:
    """An IR that nobody converted here: most of those are Intel's own, trained with OpenCV's order of colours."""
    return known.source_format.lower().startswith(("openvino", "ir"))


def _values(known: Known, draft: Draft) -> None:
    """Mean and scale, in the order of the colours."""
    family, version = draft.get("decoding.family"), draft.get("decoding.version")
    image = known.image
    if image is None:
        return
    if image.type == "i8":
        # Quantised by TensorFlow Lite with scale 1 and zero point -128; clipped at 127, bright pictures would be lost.
        draft.put("preprocessing.mean", [128.0], "its input takes whole numbers from -128 to 127")
    elif image.is_integer:
        draft.reasons.append(_none("its input takes whole numbers"))
    elif image.normalised:
        draft.reasons.append(_none("the model begins with its own mean and scale"))
    elif family in ("yolo_rows", "yolo_seg", "yolo_anchors") and version != "x":
        draft.put("preprocessing.scale", [255.0], "YOLO takes values from 0 to 1")
    elif family == "yolo_rows":
        draft.reasons.append(_none("YOLOX takes values from 0 to 255"))
    elif family in ("super_resolution", "inpainting", "style_transfer") and draft.get("decoding.range") == "0..1":
        draft.put("preprocessing.scale", [255.0], "as its output, values from 0 to 1")
    elif family in ("super_resolution", "inpainting", "style_transfer") and draft.get("decoding.range") == "-1..1":
        draft.put("preprocessing.mean", [127.5], "as its output, values from -1 to 1")
        draft.put("preprocessing.scale", [127.5], "as its output, values from -1 to 1")
    elif channels(image) == 3 and (_of_torch(known) and (family == "detr" or _is_imagenet(known) or _pixels(known))):
        draft.put("preprocessing.mean", IMAGENET_MEAN, "usual for models of PyTorch; nothing in the model tells")
        draft.put("preprocessing.scale", IMAGENET_SCALE, "usual for models of PyTorch; nothing in the model tells")
    elif family == "faster_rcnn" and _of_torch(known):
        draft.put("preprocessing.scale", [255.0], "torchvision's detectors take values from 0 to 1")
    elif _of_tensorflow(known) and _is_imagenet(known):
        draft.put("preprocessing.mean", [127.5], "usual for classifiers of TensorFlow; nothing in the model tells")
        draft.put("preprocessing.scale", [127.5], "usual for classifiers of TensorFlow; nothing in the model tells")


def _none(reason: str) -> Guess:
    return Guess(field="preprocessing.scale", reason=reason)


def _pixels(known: Known) -> bool:
    return known.task == "semantic_segmentation"


def _of_torch(known: Known) -> bool:
    return known.source_format.lower().startswith(("onnx", "pytorch"))


def _of_tensorflow(known: Known) -> bool:
    return known.source_format.lower().startswith(("tensorflow", "keras", "tf"))
