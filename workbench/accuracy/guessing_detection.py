"""Which family of detectors a model is of, by its operations and by the shapes and names of its outputs."""

from collections.abc import Callable

from workbench.accuracy.draft import Draft
from workbench.accuracy.known import End, Known, channels, side

STRIDES = ((8, 16, 32), (16, 32), (8, 16, 32, 64), (32,))
# Queries of DETR and its kin; anchors of other heads are many more.
MOST_QUERIES = 1500
MASK_COEFFICIENTS = 32

Rule = Callable[[Known, Draft], int | None]
# What a rule gives: how many classes, background included; `UNKNOWN` where nothing tells, None where it does not fit.
UNKNOWN = 0


def detection(known: Known, draft: Draft) -> int | None:
    """Fills the decoding; returns the number of classes where it is known."""
    rules: tuple[Rule, ...] = (_ssd, _tf, _regions, _centernet, _grids, _faster_rcnn, _rows, _boxes_and_scores)
    for rule in rules:
        count = rule(known, draft)
        if count is not None:
            return count or _labels(known)
    return None


def instances(known: Known, draft: Draft) -> int | None:
    prototypes = [port for port in known.outputs if port.rank == 4 and port.size(1) == MASK_COEFFICIENTS]
    rows = [port for port in known.outputs if port.rank == 3]
    if len(prototypes) == 1 and len(rows) == 1:
        first, last = rows[0].size(1), rows[0].size(2)
        version = "v8" if first < last else "v5"
        draft.put("decoding.family", "yolo_seg", "rows of boxes, and 32 prototypes of masks")
        draft.put("decoding.version", version, "the boxes are " + ("columns" if version == "v8" else "rows"))
        _suppression(known, draft)
        return min(first, last) - (4 if version == "v8" else 5) - MASK_COEFFICIENTS
    draft.put("decoding.family", "mask_rcnn", "boxes, and a mask for each")
    if known.source_format.lower().startswith(("onnx", "pytorch")):
        draft.put("decoding.mask_activation", "none", "torchvision's masks are probabilities")
    masks = [port for port in known.outputs if port.rank == 4]
    count = masks[0].size(1) if masks else -1
    return count if count > 1 else _labels(known)


def _labels(known: Known) -> int | None:
    """Where the outputs do not tell how many classes there are, the dataset's labels are taken for them."""
    return len(known.labels) if known.labels else None


def _ssd(known: Known, draft: Draft) -> int | None:
    output = next((port for port in known.outputs if port.size(-1) == 7 and port.rank in (2, 3, 4)), None)
    if output is None or (output.rank == 4 and output.size(1) != 1):
        return None
    if "DetectionOutput" in known.operations:
        why = "it has the operation DetectionOutput"
    else:
        why = "its output has rows of 7: image, label, score and box"
    draft.put("decoding.family", "ssd", why)
    if len(known.outputs) > 1:
        draft.put("decoding.output", output.name, "the output with rows of 7")
    draft.put("classes.background", True, "DetectionOutput counts its labels from 1")
    if output.classes is not None:
        return output.classes
    return (len(known.labels) + 1) if known.labels else UNKNOWN


def _tf(known: Known, draft: Draft) -> int | None:
    wanted = {"boxes": "detection_boxes", "classes": "detection_classes", "scores": "detection_scores"}
    found = {part: [port for port in known.outputs if port.called(name)] for part, name in wanted.items()}
    if not all(found.values()):
        return None
    draft.put("decoding.family", "tf_detection", "outputs called detection_boxes, detection_classes, detection_scores")
    for part, ports in found.items():
        draft.put(f"decoding.{part}_output", ports[0].name, "by its name")
    count = next((port for port in known.outputs if port.called("num_detections")), None)
    if count is not None:
        draft.put("decoding.count_output", count.name, "by its name")
    return UNKNOWN


def _regions(known: Known, draft: Draft) -> int | None:
    if "RegionYolo" not in known.operations:
        return None
    several = len(known.outputs) > 1
    draft.put("decoding.family", "yolo_anchors", "it has the operation RegionYolo")
    draft.put("decoding.version", "v3" if several else "v2", f"it has {len(known.outputs)} grids")
    draft.put("decoding.activated", True, "RegionYolo applies sigmoid and softmax")
    anchors = 3 if several else 5
    width = known.outputs[0].size(1)
    count = width // anchors - 5 if known.outputs[0].rank == 4 and width > 0 and width % anchors == 0 else UNKNOWN
    return max(count, UNKNOWN)


def _grids(known: Known, draft: Draft) -> int | None:
    """Heads of YOLO v2 to v4 without their operation: a grid for each scale."""
    outputs = [port for port in known.outputs if port.rank == 4]
    if not outputs or len(outputs) != len(known.outputs):
        return None
    image = side(known.image) if known.image is not None else (-1, -1)
    found = [_grid(port, image) for port in outputs]
    depths = {depth for depth in found if depth is not None}
    if None in found or len(depths) != 1:
        return None
    depth = depths.pop()
    anchors = 5 if len(outputs) == 1 else 3
    if depth % anchors or depth // anchors <= 5:
        return None
    version = "v2" if len(outputs) == 1 else "v4" if "v4" in known.name.lower() else "v3"
    draft.put("decoding.family", "yolo_anchors", f"{len(outputs)} grids of {anchors} × (5 + classes) values")
    draft.put(
        "decoding.version", version, f"it has {len(outputs)} grids" + (", and its name" if version == "v4" else "")
    )
    return depth // anchors - 5


def _grid(port: End, image: tuple[int, int]) -> int | None:
    """Values of each cell, where an output is a grid over the picture."""
    for stride in (8, 16, 32, 64):
        cells = (image[0] // stride, image[1] // stride)
        if (port.size(2), port.size(3)) == cells:
            return port.size(1)
        if (port.size(1), port.size(2)) == cells:
            return port.size(3)
    return None


def _centernet(known: Known, draft: Draft) -> int | None:
    outputs = [port for port in known.outputs if port.rank == 4]
    if len(outputs) != 3 or len({(port.size(2), port.size(3)) for port in outputs}) != 1:
        return None
    pairs = [port for port in outputs if port.size(1) == 2]
    heat = [port for port in outputs if port.size(1) != 2]
    if len(pairs) != 2 or len(heat) != 1:
        return None
    draft.put("decoding.family", "centernet", "a heat map with sizes and offsets of the same grid")
    draft.put("decoding.heatmap_output", heat[0].name, "the output with a channel for each class")
    sizes = [port for port in pairs if port.called("wh", "size", "width")]
    first = sizes[0] if len(sizes) == 1 else pairs[0]
    why = "by its name" if len(sizes) == 1 else "the first of two alike"
    draft.put("decoding.size_output", first.name, why)
    draft.put("decoding.offset_output", next(port for port in pairs if port is not first).name, why)
    if heat[0].operation == "Sigmoid":
        draft.put("decoding.activation", "none", "the heat map ends with a sigmoid")
    return heat[0].size(1)


def _faster_rcnn(known: Known, draft: Draft) -> int | None:
    """Boxes, labels, scores after NMS in the model; or boxes with their score in a fifth column, and labels."""
    if len(known.outputs) not in (2, 3):
        return None
    boxes = [port for port in known.outputs if port.size(-1) in (4, 5) and port.rank in (2, 3)]
    rest = [port for port in known.outputs if port not in boxes]
    if len(boxes) != 1 or not rest or any(port.rank not in (1, 2) for port in rest):
        return None
    labels = [port for port in rest if port.is_integer or port.called("label", "class")]
    if len(labels) != 1 or (boxes[0].size(-1) == 4 and len(rest) != 2):
        return None
    draft.put("decoding.family", "faster_rcnn", "boxes, labels and scores of what was found")
    draft.put("decoding.boxes_output", boxes[0].name, f"its rows have {boxes[0].size(-1)} values")
    draft.put("decoding.labels_output", labels[0].name, "it has whole numbers")
    scores = [port for port in rest if port not in labels]
    if scores:
        draft.put("decoding.scores_output", scores[0].name, "the rest")
    else:
        draft.put("decoding.first_class", 0, "boxes with their score, as OpenVINO Training Extensions makes them")
    return UNKNOWN


def _rows(known: Known, draft: Draft) -> int | None:
    outputs = [port for port in known.outputs if port.rank == 3]
    if len(outputs) != 1 or known.image is None:
        return None
    first, last = outputs[0].size(1), outputs[0].size(2)
    if first <= 0 or last <= 0:
        return None
    rows, columns = max(first, last), min(first, last)
    height, width = side(known.image)
    cells = {sum((height // stride) * (width // stride) for stride in strides) for strides in STRIDES}
    told = _model_type(known)
    if first < last and columns > 4 and (rows in cells or "yolo" in told):
        version, why = "v8", f"{rows} columns, one for each cell, of {columns} values"
    elif rows in cells and columns > 5:
        version, why = "x", f"{rows} rows, one for each cell, of {columns} values: grid and stride are still to apply"
    elif rows in {3 * count for count in cells} and columns > 5:
        version, why = "v5", f"{rows} rows, three for each cell, of {columns} values"
    else:
        return None
    draft.put("decoding.family", "yolo_rows", "an output with a row for each cell of its grids")
    draft.put("decoding.version", version, why)
    if len(known.outputs) > 1:
        draft.put("decoding.output", outputs[0].name, "the output with rows")
    _suppression(known, draft)
    return columns - (4 if version == "v8" else 5)


def _boxes_and_scores(known: Known, draft: Draft) -> int | None:
    """Two outputs for the same places: DETR's queries, or the anchors of a face detector or a raw SSD."""
    boxes = [port for port in known.outputs if port.rank in (2, 3) and port.size(-1) == 4]
    scores = [port for port in known.outputs if port.rank in (2, 3) and port.size(-1) not in (4, 7)]
    scores = [port for port in scores if boxes and port.size(-2) == boxes[0].size(-2)]
    if len(boxes) != 1 or len(scores) != 1:
        return None
    count, places = scores[0].size(-1), boxes[0].size(-2)
    if scores[0].called("logit") or (0 < places <= MOST_QUERIES and count > 2 and boxes[0].called("pred", "detr")):
        draft.put("decoding.family", "detr", "boxes and class scores of a few queries")
        draft.put("decoding.logits_output", scores[0].name, "the output with class scores")
        draft.put("decoding.boxes_output", boxes[0].name, "its rows have 4 values")
        if count in (80, 20) or count == _labels(known):
            draft.put("decoding.activation", "sigmoid", f"{count} classes leave no room for 'none'")
            return count
        return count - 1 if count > 1 else UNKNOWN
    draft.put("decoding.family", "boxes_and_scores", f"boxes and scores of {places if places > 0 else 'many'} places")
    draft.put("decoding.boxes_output", boxes[0].name, "its rows have 4 values")
    draft.put("decoding.scores_output", scores[0].name, "the output with scores for the same places")
    priors = [port for port in known.outputs if port.rank == 3 and port.size(1) == 2 and port.size(2) == 4 * places]
    if priors:
        draft.put("decoding.priors_output", priors[0].name, "it has the anchors of all places")
        draft.put("decoding.boxes", "prior_offsets", "the model gives anchors beside the boxes")
    if scores[0].operation in ("Softmax", "SoftMax", "Sigmoid"):
        draft.put("decoding.activation", "none", f"the scores end with {scores[0].operation}")
    elif scores[0].operation is not None and count > 1 and priors:
        draft.put("decoding.activation", "softmax", "nothing makes probabilities of its scores")
    if count == 2:
        draft.put("classes.background", True, "two scores a place: nothing, or the one class")
    return count


def _suppression(known: Known, draft: Draft) -> None:
    """What Ultralytics wrote into the model."""
    for name, path in (("iou_threshold", "decoding.nms_iou"),):
        try:
            value = float(known.model_info.get(name, ""))
        except ValueError:
            continue
        if 0 < value <= 1:
            draft.put(path, value, f"'{name}' is written in the model")


def _model_type(known: Known) -> str:
    return known.model_info.get("model_type", "").lower()


def is_plain_rgb(known: Known) -> bool:
    """Whether the picture's values are expected as they are: a model with whole numbers at its input."""
    return known.image is not None and known.image.is_integer and channels(known.image) in (1, 3, 4)
