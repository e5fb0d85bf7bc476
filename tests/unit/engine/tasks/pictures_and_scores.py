"""Readings, ports and geometries for tests of the tasks' modules."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from workbench.accuracy.reading_schemas import Reading, for_engine
from workbench.accuracy.schemas import Metric, ReportTables
from workbench.engine.tasks.task import NO_LABEL, ClassMap, Facts, Geometry, Port, Ports, Summary, Truth

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


def checked(summary: Summary, rows: Sequence[Mapping[str, Any]] = ()) -> Summary:
    """The summary, after a look whether all of it is what a report takes: plain JSON without infinities."""
    plain = json.loads(json.dumps([summary.metrics, summary.tables, summary.late_rows, list(rows)], allow_nan=False))
    ReportTables.model_validate(plain[1])
    for entry in plain[0].values():
        Metric.model_validate(entry)
    assert summary.primary in summary.metrics or (summary.primary is None and not summary.metrics)
    return summary


WHOLE = stretched(8, 8, 8, 8)
UNKNOWN = NO_LABEL
