"""What a configuration of Accuracy Checker has to know of a project beside its reading."""

from workbench.accuracy.checker_config import CheckerFacts, NotForChecker
from workbench.accuracy.judging import class_count
from workbench.accuracy.known import Known, side
from workbench.accuracy.reading_schemas import Reading


def facts_of(name: str, device: str, precision: str | None, known: Known, reading: Reading) -> CheckerFacts:
    """Raises NotForChecker where the model's input has no fixed size."""
    port = next((one for one in known.inputs if reading.image_input in (one.name, *one.names)), None) or known.image
    if port is None:
        raise NotForChecker("a model without an input for pictures")
    height, width = side(port)
    if height < 1 or width < 1:
        raise NotForChecker("an input whose size is open")
    count = class_count(reading, known)
    listed = len(reading.classes.label_set) if isinstance(reading.classes.label_set, list) else None
    own = count - (1 if reading.classes.background else 0) if count is not None else None
    return CheckerFacts(
        name=name,
        device=device,
        input_name=port.name,
        input_width=width,
        input_height=height,
        layout=port.layout or "NCHW",
        classes=own or listed or len(known.labels or []),
        precision=precision,
        coco=reading.metrics.coco,
    )
