"""Readings, ports and geometries for tests of the tasks' modules."""

from collections.abc import Mapping, Sequence
from typing import Any

from workbench.accuracy.reading_schemas import Reading, for_engine
from workbench.engine.tasks.task import NO_LABEL, ClassMap, Facts, Geometry, Port, Ports, Truth

TASKS = {
    "classification": "classification",
    "per_pixel": "semantic_segmentation",
    "super_resolution": "super_resolution",
    "style_transfer": "style_transfer",
    "inpainting": "inpainting",
    "points": "facial_landmark_detection",
    "embedding": "face_recognition",
}


def reading(
    family: str,
    *,
    metrics: Mapping[str, Any] | None = None,
    background: bool = False,
    preprocessing: Mapping[str, Any] | None = None,
    **decoding: Any,
) -> dict[str, Any]:
    """As the engine gets it, with every default of the schema."""
    whole = {
        "task": TASKS[family],
        "decoding": {"family": family, **decoding},
        "metrics": metrics or {},
        "classes": {"background": background},
        "preprocessing": preprocessing or {},
    }
    return for_engine(Reading.model_validate(whole))


def ports(**outputs: Sequence[int]) -> Ports:
    picture = Port("image", ("image",), (1, 3, 8, 8), "f32")
    return Ports((picture,), tuple(Port(name, (name,), tuple(shape), "f32") for name, shape in outputs.items()))


def class_map(labels: Sequence[int], names: Sequence[str] | None = None) -> ClassMap:
    return ClassMap(tuple(labels), tuple(names or [f"c{index}" for index in range(len(labels))]))


def stretched(width: int, height: int, input_width: int, input_height: int) -> Geometry:
    return Geometry(width, height, input_width, input_height, input_width / width, input_height / height)


def facts(*labels: str, **more: Any) -> Facts:
    return Facts(labels=list(labels), **more)


def truth(number: int, width: int = 8, height: int = 8, **more: Any) -> Truth:
    return Truth(number, f"{number}.png", width, height, **more)


WHOLE = stretched(8, 8, 8, 8)
UNKNOWN = NO_LABEL
