"""Instance segmentation: boxes with labels, scores and masks."""

from __future__ import annotations

from collections.abc import Callable

from workbench.engine.tasks.detection_judge import DetectionJudge
from workbench.engine.tasks.detection_outputs import invalid
from workbench.engine.tasks.mask_rcnn import mask_rcnn
from workbench.engine.tasks.task import ClassJudge, ClassMap, Decode, Facts, Ports, Reading
from workbench.engine.tasks.yolo_seg import yolo_seg

_DECODERS: dict[str, Callable[[Reading, Ports, ClassMap], Decode]] = {"mask_rcnn": mask_rcnn, "yolo_seg": yolo_seg}
FAMILIES = tuple(_DECODERS)


def decoder(reading: Reading, ports: Ports, classes: ClassMap) -> Decode:
    """Raises EngineError `reading_invalid`, `output_not_found`, `decoding_mismatch`; so may the decoder itself."""
    family = reading["decoding"]["family"]
    if family not in _DECODERS:
        raise invalid("decoding.family", f"'{family}' does not give masks; choose one of {', '.join(FAMILIES)}")
    return _DECODERS[family](reading, ports, classes)


def judge(reading: Reading, facts: Facts) -> ClassJudge:
    return DetectionJudge(reading, facts, masks=True)
