"""What a model is for, guessed from its ends and its operations. The guess always says what it rests on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from workbench.engine.analyze.graph import Graph, Node
from workbench.engine.analyze.layout import layout_of

CLASSIFICATION = "classification"
DETECTION = "object_detection"
INSTANCE = "instance_segmentation"
SEMANTIC = "semantic_segmentation"
INPAINTING = "inpainting"
SUPER_RESOLUTION = "super_resolution"
STYLE = "style_transfer"
LANDMARKS = "facial_landmark_detection"
FACE = "face_recognition"
TEXT = "text_classification"
GENERIC = "generic"

Guess = tuple[str, str]
Dims = list[int | None]


@dataclass(slots=True)
class Ends:
    """The graph with what the rules look at."""

    graph: Graph
    inputs: list[Node]
    outputs: list[Node]
    types: set[str]

    @property
    def image(self) -> tuple[Dims, str] | None:
        """Shape and layout of the first input that is an image."""
        for node in self.inputs:
            layout = layout_of(self.graph, node)[0]
            if layout in ("NCHW", "NHWC"):
                return dims(node) or [], layout
        return None


def dims(node: Node) -> Dims | None:
    """Sizes of an input or output, None for an open one; None where the rank is open."""
    shape = node.handle.get_output_partial_shape(0)
    if shape.rank.is_dynamic:
        return None
    return [dim.get_length() if dim.is_static else None for dim in shape]


def guess_task(graph: Graph) -> Guess:
    """(task, reason). The rules go from the most to the least telling; `generic` where none fits."""
    ends = Ends(graph, graph.parameters(), graph.results(), {node.type for node in graph.layers()})
    rules: tuple[Callable[[Ends], Guess | None], ...] = (
        _instance,
        _detection,
        _text,
        _semantic,
        _restored_image,
        _vector,
    )
    for rule in rules:
        guess = rule(ends)
        if guess:
            return guess
    return GENERIC, "no rule fits its inputs, outputs and operations"


def _instance(ends: Ends) -> Guess | None:
    pooled = ends.types & {"ROIAlign", "ROIPooling", "ExperimentalDetectronROIFeatureExtractor", "PSROIPooling"}
    masks = [
        node for node in ends.outputs if len(dims(node) or []) >= 3 and (dims(node) or [0])[-1] not in (4, 5, 6, 7)
    ]
    boxes = [node for node in ends.outputs if (dims(node) or [0])[-1] in (4, 5, 7)]
    if pooled and masks and (boxes or ends.types & {"DetectionOutput", "ExperimentalDetectronDetectionOutput"}):
        return INSTANCE, f"it has boxes, masks and {min(pooled)}"
    return None


def _detection(ends: Ends) -> Guess | None:
    telling = sorted(
        ends.types
        & {
            "DetectionOutput", "RegionYolo", "ExperimentalDetectronDetectionOutput", "NonMaxSuppression",
            "MulticlassNms", "MatrixNms", "NMSRotated", "GenerateProposals", "Proposal",
        }
    )  # fmt: skip
    if telling:
        return DETECTION, f"it has the operation {telling[0]}"
    if ends.image is None:
        return None
    for node in ends.outputs:
        shape = dims(node) or []
        # [1, 1, n, 7] is the row of a detector in OpenVINO: image, label, confidence and four corners.
        if len(shape) == 4 and shape[:2] == [1, 1] and shape[3] == 7:
            return DETECTION, "its output has rows of 7: image, label, confidence and box"
    return _yolo(ends)


def _yolo(ends: Ends) -> Guess | None:
    """Heads without their operation: rows of 4 + 1 + classes (or 4 + classes) over all cells of two or more grids, or
    one output for each grid with as many channels as anchors * (5 + classes)."""
    image, layout = ends.image or ([], "")
    spatial = image[2:4] if layout == "NCHW" else image[1:3]
    if any(size is None for size in spatial):
        return None
    height, width = (int(size or 0) for size in spatial)
    cells = {
        anchors * sum((height // stride) * (width // stride) for stride in strides)
        for strides in ((8, 16, 32), (16, 32), (8, 16, 32, 64), (32,))
        for anchors in (1, 2, 3, 5)
    }
    grids = set()
    for node in ends.outputs:
        shape = dims(node) or []
        if len(shape) == 3 and len(ends.outputs) <= 3:
            for rows, columns in ((shape[1], shape[2]), (shape[2], shape[1])):
                if rows in cells and columns is not None and 5 <= columns <= 2000:
                    return (
                        DETECTION,
                        f"its output has {rows} rows, one for each cell of its grids, with {columns} values",
                    )
        if len(shape) in (4, 5) and None not in shape:
            inner = [size for size in shape[1:] if size in (height // 8, height // 16, height // 32)]
            if len(inner) >= 2:
                grids.add(tuple(inner[:2]))
    return (DETECTION, f"its {len(grids)} outputs are grids of different strides") if len(grids) >= 2 else None


def _text(ends: Ends) -> Guess | None:
    tokens = [node for node in ends.inputs if node.outputs[0].kind in ("i64", "i32") and len(dims(node) or []) == 2]
    if tokens and len(tokens) == len(ends.inputs) and "Gather" in ends.types:
        for node in ends.outputs:
            shape = dims(node) or []
            if len(shape) == 2 and shape[1] is not None and shape[1] < 1000:
                return TEXT, f"its inputs are token numbers and its output has {shape[1]} classes"
    return None


def _spatial(shape: Dims, layout: str) -> Dims:
    return shape[2:4] if layout == "NCHW" else shape[1:3]


def _semantic(ends: Ends) -> Guess | None:
    if ends.image is None or len(ends.outputs) != 1:
        return None
    shape = dims(ends.outputs[0]) or []
    spatial = _spatial(*ends.image)
    integers = ends.outputs[0].outputs[0].kind[:1] == "i" or "TopK" in ends.types
    if integers and len(shape) in (3, 4) and _contains(shape, spatial) and None not in spatial:
        return SEMANTIC, "its output gives the number of a class for each pixel"
    if len(shape) == 4 and None not in spatial and None not in shape:
        for place, channels in ((slice(2, 4), shape[1]), (slice(1, 3), shape[3])):
            if shape[place] == spatial and channels is not None and (channels not in (1, 3) or "Softmax" in ends.types):
                return SEMANTIC, f"its output gives {channels} scores for each pixel"
            if shape[place] == spatial and channels == 1 and "Sigmoid" == _last_type(ends):
                return SEMANTIC, "its output gives the probability of one class for each pixel"
    return None


def _contains(shape: Dims, spatial: Dims) -> bool:
    return any(shape[at : at + 2] == spatial for at in range(len(shape) - 1))


def _last_type(ends: Ends) -> str:
    node = ends.outputs[0].source(0)
    while node.type in ("Convert", "Transpose", "Reshape", "Squeeze", "Unsqueeze") and node.inputs:
        node = node.source(0)
    return node.type


def _restored_image(ends: Ends) -> Guess | None:
    """Images in, one image out."""
    if ends.image is None or len(ends.outputs) != 1 or len(ends.inputs) > 2:
        return None
    image, layout = ends.image
    shape = dims(ends.outputs[0]) or []
    if len(shape) != 4:
        return None
    spatial = _spatial(image, layout)
    result = shape[2:4] if shape[1] in (1, 3) else shape[1:3] if shape[3] in (1, 3) else None
    if result is None:
        return None
    if None in spatial or None in result:
        if ends.types & {"DepthToSpace", "ConvolutionBackpropData"}:
            return SUPER_RESOLUTION, "its output is an image that DepthToSpace or a transposed convolution enlarges"
        return (STYLE, "its output is an image, normalised by instance") if "MVN" in ends.types else None
    if result == spatial:
        if len(ends.inputs) == 2 or (image[1 if layout == "NCHW" else 3] == 4):
            return INPAINTING, "its inputs are an image and a mask, its output is an image of the same size"
        if ends.types & {"MVN", "GroupNormalization"}:
            return STYLE, "its output is an image of the size of its input, normalised by instance"
        return None
    ratios = [(out or 0) / max(1, size or 1) for out, size in zip(result, spatial, strict=True)]
    if ratios[0] == ratios[1] and ratios[0] > 1:
        return SUPER_RESOLUTION, f"its output is an image {ratios[0]:g} times the size of its input"
    return None


def _vector(ends: Ends) -> Guess | None:
    """An image in, one vector out."""
    if ends.image is None or len(ends.outputs) != 1:
        return None
    shape = dims(ends.outputs[0]) or []
    values = shape[1] if len(shape) > 1 else None
    flat = len(shape) == 2 or (len(shape) == 4 and shape[2:] == [1, 1])
    if not flat and len(shape) == 4 and shape[1:3] == [1, 1]:
        flat, values = True, shape[3]
    if not flat or values is None or values < 2:
        return None
    last = _last_type(ends)
    if last in ("Softmax", "LogSoftmax"):
        return CLASSIFICATION, f"its output is a softmax over {values} classes"
    if "NormalizeL2" in ends.types or last == "NormalizeL2":
        return FACE, f"its output is a normalised vector of {values} values"
    if "PRelu" in ends.types:
        if values in (10, 18, 70, 136, 196, 212):
            return LANDMARKS, f"it has PReLU layers and its output is {values // 2} points"
        if values in (128, 256, 512, 1024):
            return FACE, f"it has PReLU layers and its output is a vector of {values} values"
    return CLASSIFICATION, f"its input is an image and its output has {values} scores"
