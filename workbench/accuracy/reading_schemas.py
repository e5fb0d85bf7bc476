"""How a model is read: from a picture to its inputs, from its outputs to an answer, and what the answer is judged by.

The engine takes this as plain JSON with every field present, so the defaults stand here and nowhere else.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from workbench.models.schemas import Preprocessing, Task

Name = Annotated[str, Field(max_length=500)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Activation = Literal["none", "softmax", "sigmoid"]
LabelSet = Literal["dataset", "imagenet_1000", "coco_80", "coco_91", "voc_20"]


class _Strict(BaseModel):
    """An unknown field is a mistake of whoever wrote it."""

    model_config = ConfigDict(extra="forbid")


class Classes(_Strict):
    """Which label each class of the model is."""

    label_set: LabelSet | list[Annotated[str, Field(max_length=200)]] = Field(
        default="dataset", description="the model's own classes without its background; 'dataset': those of the dataset"
    )
    match_by: Literal["index", "name", "id"] = Field(
        default="index",
        description="how they meet the labels of the dataset; 'id': the numbers of its source, as COCO's",
    )
    background: bool = Field(default=False, description="the model's class 0 is none of the labels")


class Classification(_Strict):
    family: Literal["classification"] = "classification"
    output: Name | None = None
    activation: Activation = Field(default="none", description="what makes its scores probabilities")


class _Detection(_Strict):
    score_threshold: Share = Field(default=0.001, description="boxes below are left out of the report")
    max_detections: int = Field(default=100, ge=1, le=10_000)
    nms_iou: Share | None = Field(default=None, description="overlap above which the weaker box goes; null: no NMS")
    nms_across_classes: bool = False


class Ssd(_Detection):
    """Rows of 7: image, label, score, left, top, right, bottom as shares of the input (DetectionOutput)."""

    family: Literal["ssd"] = "ssd"
    output: Name | None = None


class PriorLayer(_Strict):
    """The anchors of one feature map; sizes and step in pixels of the input."""

    height: int = Field(ge=1, le=4096)
    width: int = Field(ge=1, le=4096)
    sizes: list[tuple[float, float]] = Field(min_length=1, max_length=100, description="width, height of each anchor")
    step: float | None = Field(default=None, gt=0, description="default: input size / feature map")
    offset: float = 0.5


class BoxesAndScores(_Detection):
    """One output with boxes [N, n, 4], one with scores [N, n, classes]; face detectors and raw SSD heads."""

    family: Literal["boxes_and_scores"] = "boxes_and_scores"
    boxes_output: Name | None = None
    scores_output: Name | None = None
    priors_output: Name | None = Field(
        default=None, description="[1, 2, n·4] or [n, 4]; corners as shares of the input"
    )
    priors: list[PriorLayer] | None = Field(
        default=None, max_length=20, description="where the model does not give them"
    )
    boxes: Literal["corners", "center", "prior_offsets"] = "corners"
    normalized: bool = Field(default=True, description="boxes are shares of the input, not its pixels")
    variances: tuple[float, float, float, float] = (0.1, 0.1, 0.2, 0.2)
    activation: Activation = "none"
    nms_iou: Share | None = 0.45


class TfDetection(_Detection):
    """TensorFlow detection API: boxes [N, n, 4] as top, left, bottom, right shares, classes, scores, count."""

    family: Literal["tf_detection"] = "tf_detection"
    boxes_output: Name | None = None
    classes_output: Name | None = None
    scores_output: Name | None = None
    count_output: Name | None = None
    first_class: int = Field(default=1, ge=0, le=1, description="the number of the first label")


class FasterRcnn(_Detection):
    """Boxes as left, top, right, bottom in pixels of the input (a fifth column is the score), labels, scores."""

    family: Literal["faster_rcnn"] = "faster_rcnn"
    boxes_output: Name | None = None
    labels_output: Name | None = None
    scores_output: Name | None = None
    first_class: int = Field(default=1, ge=0, le=1)


class YoloAnchors(_Detection):
    """YOLO v2, v3, v4 and their tiny ones: a grid for each scale, [N, anchors·(5 + classes), H, W] or NHWC."""

    family: Literal["yolo_anchors"] = "yolo_anchors"
    version: Literal["v2", "v3", "v4"] = "v3"
    outputs: list[Name] | None = Field(default=None, max_length=10, description="default: all, finest grid first")
    anchors: list[tuple[float, float]] | None = Field(
        default=None, max_length=100, description="width, height; of v2 in cells, else in pixels; default: as published"
    )
    activated: bool = Field(default=False, description="RegionYolo in the model has applied sigmoid and softmax")
    scale_xy: list[float] | None = Field(default=None, max_length=10, description="of v4, for each grid")
    nms_iou: Share | None = 0.45


class YoloRows(_Detection):
    """A row for each cell. v5: x, y, w, h, objectness, classes [N, n, 5 + c]. v8 to v11: x, y, w, h, classes
    [N, 4 + c, n]. X: as v5, with grid and stride still to apply."""

    family: Literal["yolo_rows"] = "yolo_rows"
    version: Literal["v5", "v8", "x"] = "v8"
    output: Name | None = None
    strides: list[int] = Field(default=[8, 16, 32], min_length=1, max_length=8, description="of X")
    nms_iou: Share | None = 0.65


class Detr(_Detection):
    """Logits [N, n, classes + 1] whose last class is 'none', boxes as centre and size, shares of the input."""

    family: Literal["detr"] = "detr"
    logits_output: Name | None = None
    boxes_output: Name | None = None
    activation: Literal["softmax", "sigmoid"] = Field(default="softmax", description="sigmoid: no class 'none'")


class CenterNet(_Detection):
    """Heat map [N, classes, H, W], size [N, 2, H, W], offset [N, 2, H, W]; sizes in cells."""

    family: Literal["centernet"] = "centernet"
    heatmap_output: Name | None = None
    size_output: Name | None = None
    offset_output: Name | None = None
    activation: Literal["none", "sigmoid"] = "sigmoid"
    sizes_in: Literal["cells", "pixels"] = "cells"


class MaskRcnn(_Detection):
    """Boxes, labels, scores as of Faster R-CNN (or rows of 7), and masks [n, classes or 1, h, w] of each box."""

    family: Literal["mask_rcnn"] = "mask_rcnn"
    boxes_output: Name | None = None
    labels_output: Name | None = None
    scores_output: Name | None = None
    masks_output: Name | None = None
    mask_activation: Literal["none", "sigmoid"] = "none"
    mask_threshold: Share = 0.5
    first_class: int = Field(default=1, ge=0, le=1)


class YoloSeg(_Detection):
    """YOLO with masks: rows x, y, w, h, classes, coefficients [N, 4 + c + m, n] (v5: with objectness,
    [N, n, 5 + c + m]) and prototypes [N, m, H, W]."""

    family: Literal["yolo_seg"] = "yolo_seg"
    version: Literal["v5", "v8"] = "v8"
    output: Name | None = None
    prototypes_output: Name | None = None
    mask_threshold: Share = 0.5
    nms_iou: Share | None = 0.65


class PerPixel(_Strict):
    """Scores for each pixel, or the number of its class."""

    family: Literal["per_pixel"] = "per_pixel"
    output: Name | None = None
    argmax_in_model: bool = False


class ImageOut(_Strict):
    """An output that is a picture."""

    output: Name | None = None
    range: Literal["0..1", "0..255", "-1..1"] = Field(default="0..255", description="of its values")
    color: Literal["RGB", "BGR", "GRAY"] | None = Field(default=None, description="default: as its input")


class SuperResolution(ImageOut):
    family: Literal["super_resolution"] = "super_resolution"
    scale: int = Field(default=2, ge=1, le=16)
    second_input: Name | None = Field(default=None, description="takes the picture enlarged by bicubic interpolation")
    luminance_only: bool = Field(default=False, description="works on Y of YCbCr; colours are enlarged bicubically")


class StyleTransfer(ImageOut):
    family: Literal["style_transfer"] = "style_transfer"


class Hole(_Strict):
    """What is cut out of a picture for inpainting; pixels of the input."""

    kind: Literal["rectangle", "free_form"] = "rectangle"
    width: int = Field(default=64, ge=1, le=4096)
    height: int = Field(default=64, ge=1, le=4096)
    parts: int = Field(default=4, ge=1, le=100)
    brush: int = Field(default=10, ge=1, le=500)
    length: int = Field(default=60, ge=1, le=4096)
    vertices: int = Field(default=4, ge=3, le=100)
    inverse: bool = Field(default=False, description="mask is 0 in the hole and 1 elsewhere")
    seed: int = Field(default=0, ge=0, le=2**31 - 1)


class Inpainting(ImageOut):
    family: Literal["inpainting"] = "inpainting"
    hole: Hole = Hole()
    mask_input: Name | None = Field(
        default=None, description="default: the input with one channel; null with 4 channels"
    )
    fill: float = Field(default=0.0, ge=-1000, le=1000, description="value of the picture's pixels in the hole")
    paste: bool = Field(default=True, description="the result keeps the picture outside of the hole")


class Points(_Strict):
    """A regressor of landmarks."""

    family: Literal["points"] = "points"
    output: Name | None = None
    order: Literal["xy", "x_then_y"] = "xy"
    normalized: bool = Field(default=True, description="shares of the input, not its pixels")
    crop: Literal["none", "box"] = Field(default="box", description="the model sees the face's box, not the picture")


class Embedding(_Strict):
    """A vector that tells faces apart."""

    family: Literal["embedding"] = "embedding"
    output: Name | None = None
    distance: Literal["cosine", "euclidean"] = "cosine"
    crop: tuple[int, int, int, int] | None = Field(default=None, description="left, top, right, bottom in pixels")
    align: bool = Field(default=False, description="turn by the dataset's landmarks onto five reference points")


class Nothing(_Strict):
    """Outputs that nobody decodes; only distances of tensors can be told."""

    family: Literal["none"] = "none"


Decoding = Annotated[
    Classification | Ssd | BoxesAndScores | TfDetection | FasterRcnn | YoloAnchors | YoloRows | Detr | CenterNet
    | MaskRcnn | YoloSeg | PerPixel | SuperResolution | StyleTransfer | Inpainting | Points | Embedding | Nothing,
    Field(discriminator="family"),
]  # fmt: skip


class Metrics(_Strict):
    """What the answers are judged by; what does not belong to the task is not looked at."""

    top_k: list[Annotated[int, Field(ge=1, le=100)]] = Field(default=[1, 5], min_length=1, max_length=5)
    map_iou: Share = Field(default=0.5, description="overlap for Pascal VOC mAP")
    map_kind: Literal["integral", "11_point"] = "integral"
    coco: bool = Field(default=True, description="the family of AP and AR of COCO")
    report_score: Share = Field(default=0.5, description="boxes above count as predicted in the table of samples")
    include_background: bool = Field(default=True, description="in mean IoU")
    border: int | None = Field(
        default=None, ge=0, le=64, description="pixels left out of PSNR and SSIM; null: the scale"
    )
    luminance: bool = Field(default=False, description="PSNR and SSIM of Y of YCbCr (ITU-R BT.601)")
    norm_by: Literal["eyes", "box"] = Field(default="eyes", description="the length that landmark errors are shares of")
    folds: int = Field(default=10, ge=2, le=100, description="of the cross-validated threshold of face pairs")
    far: list[Annotated[float, Field(gt=0, lt=1)]] = Field(default=[0.001, 0.01, 0.1], max_length=10)


class Reading(_Strict):
    """The task, the way in, the way out, the labels and the judgement."""

    task: Task
    preprocessing: Preprocessing = Preprocessing()
    image_input: Name | None = Field(default=None, description="default: the input with most channels")
    decoding: Decoding = Nothing()
    classes: Classes = Classes()
    metrics: Metrics = Metrics()


class Guess(BaseModel):
    """A field of a reading that was worked out, and from what."""

    field: str
    reason: str


class ReadingProblem(BaseModel):
    """A mistake in a reading; line and column count from 1, null where the text was not YAML."""

    line: int | None = None
    column: int | None = None
    field: str | None = None
    message: str


class ProjectReading(BaseModel):
    """`complete`: an accuracy report can be made with it."""

    reading: Reading
    source: Literal["guessed", "user"]
    guesses: list[Guess]
    complete: bool
    missing: list[str] = Field(description="what must still be said, as sentences")
    yaml: str


class ReadingWanted(BaseModel):
    """Either the reading itself or its YAML."""

    reading: Reading | None = None
    yaml: str | None = Field(default=None, max_length=200_000)
    format: Literal["workbench", "accuracy_checker"] = Field(default="workbench", description="of the YAML")


class ReadingChecked(BaseModel):
    """What a YAML text says, and its mistakes; `unsupported` names what was left out of a foreign one."""

    reading: Reading | None
    problems: list[ReadingProblem]
    unsupported: list[ReadingProblem] = Field(default_factory=list)


def for_engine(reading: Reading) -> dict[str, Any]:
    """The reading as the engine takes it: plain JSON, every field present."""
    return reading.model_dump(mode="json")
