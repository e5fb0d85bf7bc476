"""Object detection: boxes with labels and scores."""

from __future__ import annotations

from collections.abc import Callable

from workbench.engine.tasks.centernet import centernet
from workbench.engine.tasks.detection_judge import DetectionJudge
from workbench.engine.tasks.detection_outputs import invalid
from workbench.engine.tasks.detr import detr
from workbench.engine.tasks.faster_rcnn import faster_rcnn
from workbench.engine.tasks.ssd import boxes_and_scores, ssd, tf_detection
from workbench.engine.tasks.task import ClassJudge, ClassMap, Decode, Facts, Ports, Reading
from workbench.engine.tasks.yolo import yolo_anchors
from workbench.engine.tasks.yolo_rows import yolo_rows

_DECODERS: dict[str, Callable[[Reading, Ports, ClassMap], Decode]] = {
    "ssd": ssd,
    "boxes_and_scores": boxes_and_scores,
    "tf_detection": tf_detection,
    "faster_rcnn": faster_rcnn,
    "yolo_anchors": yolo_anchors,
    "yolo_rows": yolo_rows,
    "detr": detr,
    "centernet": centernet,
}
FAMILIES = tuple(_DECODERS)


def decoder(reading: Reading, ports: Ports, classes: ClassMap) -> Decode:
    """Raises EngineError `reading_invalid`, `output_not_found`, `decoding_mismatch`; so may the decoder itself."""
    family = reading["decoding"]["family"]
    if family not in _DECODERS:
        raise invalid("decoding.family", f"'{family}' does not give boxes; choose one of {', '.join(FAMILIES)}")
    return _DECODERS[family](reading, ports, classes)


def judge(reading: Reading, facts: Facts) -> ClassJudge:
    return DetectionJudge(reading, facts)
