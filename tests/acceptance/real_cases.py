"""Which real model is judged on which real data, how it must be read, and what its README says comes out.

`truth` is what the makers of a model say of it; what was guessed otherwise is set before the report is made.
"""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Case:
    """A report against annotations. `dataset`: an archive's stem, or one of those that `real_material` makes."""

    model: str
    dataset: str
    metrics: tuple[str, ...]
    expected: str
    truth: dict[str, Any] = field(default_factory=dict)
    imported: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Pair:
    """An INT8 or FP16 version, compared with the one that it was made from."""

    parent: str
    child: str
    dataset: str
    metrics: tuple[str, ...]
    truth: dict[str, Any] = field(default_factory=dict)


_SUPER_RESOLUTION = {
    "decoding.luminance_only": True,
    "decoding.range": "0..1",
    "preprocessing.mean": None,
    "preprocessing.scale": [255.0],
}
_YOLOX = {
    "decoding.family": "yolo_rows",
    "decoding.version": "x",
    "preprocessing.resize": "fit",
    "preprocessing.color": "BGR",
    "preprocessing.pad_value": 114,
    "preprocessing.mean": None,
    "preprocessing.scale": None,
}
_FACES = {"decoding.family": "ssd", "preprocessing.color": "BGR", "classes.label_set": ["face"]}
_DETECTED = "object_detection/face-detection-retail-0004-ir/{}/face-detection-retail-0004.xml"
_POINTS = "facial_landmarks/landmarks-regression-retail-0009-ir/{}/landmarks-regression-retail-0009.xml"
_VECTORS = "face_recognition/face-reidentification-retail-0095-ir/{}/face-reidentification-retail-0095.xml"

CASES = (
    Case(
        "object_detection/yolox_nano-onnx/yolox_nano.onnx",
        "coco_val2017_subset",
        ("coco_ap", "coco_ap50"),
        "0.2856 / 0.451, with a box for each class of a row; 0.2823 / 0.446 with the strongest class alone",
        _YOLOX,
        {"precision": "FP32"},
    ),
    Case(
        "semantic_segmentation/deeplabv3_mnv2_dm05_pascal_quant-tflite/deeplabv3_mnv2_dm05_pascal_quant.tflite",
        "voc_format_from_coco",
        ("mean_iou", "pixel_accuracy"),
        "0.4303 / 0.885",
        {"decoding.argmax_in_model": True, "preprocessing.color": "RGB", "classes.background": True},
    ),
    Case(
        "classification/tf2_mobilenet_v2_1.0_224_ptq-tflite/tf2_mobilenet_v2_1.0_224_ptq.tflite",
        "named_by_synset",
        ("accuracy@top1", "accuracy@top5"),
        "0.9075 / 0.995 of 400 other pictures",
        {"preprocessing.color": "RGB", "preprocessing.resize": "crop", "classes.background": True},
    ),
    *(
        Case(
            f"super_resolution/espcn-tfpb/ESPCN_x{scale}.pb",
            f"super_resolution_x{scale}",
            ("psnr", "ssim"),
            "above bicubic interpolation: {bicubic:.2f} dB of the same pictures",
            _SUPER_RESOLUTION | {"decoding.scale": scale},
        )
        for scale in (2, 3, 4)
    ),
)
PAIRS = (
    *(
        Pair(_DETECTED.format("FP32"), _DETECTED.format(kind), "coco_val2017_subset", ("coco_ap50",), _FACES)
        for kind in ("FP16", "FP16-INT8")
    ),
    *(Pair(_POINTS.format("FP32"), _POINTS.format(kind), "faces", ("normed_error",)) for kind in ("FP16", "FP16-INT8")),
    Pair(_VECTORS.format("FP16"), _VECTORS.format("FP16-INT8"), "faces", ()),
)
