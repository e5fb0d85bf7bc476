"""What the tests of detectors share: readings, ports, and the way of a box of a picture into a model's input."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbench.accuracy.reading_schemas import Reading, for_engine
from workbench.engine.tasks.task import Answer, ClassMap, Geometry, Port, Ports

Floats = NDArray[np.float64]


def reading(task: str = "object_detection", background: bool = False, metrics: Any = None, **decoding: Any) -> Any:
    """As the engine gets it: every field present."""
    content = {
        "task": task,
        "decoding": decoding or {"family": "none"},
        "classes": {"background": background},
        "metrics": metrics or {},
    }
    return for_engine(Reading.model_validate(content))


def ports(outputs: Mapping[str, Sequence[int]], types: Mapping[str, str] | None = None) -> Ports:
    made = [Port(name, (name,), tuple(shape), (types or {}).get(name, "f32")) for name, shape in outputs.items()]
    return Ports((Port("image", ("image",), (1, 3, -1, -1), "f32"),), tuple(made))


def class_map(count: int) -> ClassMap:
    return ClassMap(tuple(range(count)), tuple(f"class {number}" for number in range(count)))


def letterbox(width: int, height: int, side: int, *, centred: bool = True) -> Geometry:
    """A picture shrunk to fit a square input, padded on both sides or at the right and below."""
    scale = min(side / width, side / height)
    left = (side - width * scale) / 2 if centred else 0.0
    top = (side - height * scale) / 2 if centred else 0.0
    return Geometry(width, height, side, side, scale, scale, left, top)


def stretched(width: int, height: int, input_width: int, input_height: int) -> Geometry:
    return Geometry(width, height, input_width, input_height, input_width / width, input_height / height)


def in_input(boxes: Floats, geometry: Geometry) -> Floats:
    """Boxes [n, 4] left, top, right, bottom of the picture → of the input; written out, unlike the code under test."""
    moved = np.array(boxes, dtype=np.float64)
    for column, (scale, offset) in enumerate(
        [(geometry.scale_x, geometry.offset_x), (geometry.scale_y, geometry.offset_y)] * 2
    ):
        moved[:, column] = moved[:, column] * scale + offset
    return moved


def centred(boxes: Floats) -> Floats:
    """Left, top, right, bottom → centre x, centre y, width, height."""
    left, top, right, bottom = boxes.T
    return np.stack([(left + right) / 2, (top + bottom) / 2, right - left, bottom - top], axis=1)


def logit(share: Any) -> Any:
    with np.errstate(divide="ignore"):
        return np.log(share) - np.log1p(-np.asarray(share))


def expect(
    answer: Answer, boxes: Any, classes: Sequence[int], scores: Sequence[float], tolerance: float = 0.02
) -> None:
    """The answer has these boxes and no others, strongest first."""
    assert answer.boxes is not None
    assert answer.box_scores is not None
    assert answer.labels is not None
    assert answer.classes is not None
    order = np.argsort(-np.asarray(scores), kind="stable")
    assert answer.classes.tolist() == [classes[at] for at in order]
    np.testing.assert_allclose(answer.box_scores, np.asarray(scores)[order], atol=1e-4)
    np.testing.assert_allclose(answer.boxes, np.asarray(boxes)[order], atol=tolerance)
