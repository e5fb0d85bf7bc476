"""Which module serves which task."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Protocol, cast

from workbench.engine.protocol import EngineError
from workbench.engine.tasks.task import ClassMap, Decode, Facts, Judge, Ports, Reading

_MODULES = {
    "classification": ("classification",),
    # Models that give masks may be judged by their boxes alone.
    "object_detection": ("detection", "instance"),
    "instance_segmentation": ("instance",),
    "semantic_segmentation": ("semantic",),
    "inpainting": ("images_out",),
    "super_resolution": ("images_out",),
    "style_transfer": ("images_out",),
    "facial_landmark_detection": ("landmarks",),
    "face_recognition": ("faces",),
}
TASKS = tuple(_MODULES)


class MakesDecoder(Protocol):
    def __call__(self, reading: Reading, ports: Ports, classes: ClassMap) -> Decode: ...


class MakesJudge(Protocol):
    def __call__(self, reading: Reading, facts: Facts) -> Judge: ...


class _Module(Protocol):
    """What every module named here offers."""

    FAMILIES: tuple[str, ...]
    decoder: MakesDecoder
    judge: MakesJudge


@dataclass(frozen=True)
class Serving:
    """How the answers of a task are decoded and judged."""

    decoder: MakesDecoder
    judge: MakesJudge


def serving(reading: Reading) -> Serving:
    """For the task and the family of the reading; imports what it needs now. Raises EngineError `reading_invalid`."""
    task, family = str(reading["task"]), str(reading["decoding"]["family"])
    if task not in _MODULES:
        raise EngineError(
            "reading_invalid",
            f"task: the accuracy of '{task}' cannot be judged.",
            f"Choose one of {', '.join(TASKS)}, or compare tensors with a parent model.",
        )
    modules = [cast(_Module, importlib.import_module(f"workbench.engine.tasks.{name}")) for name in _MODULES[task]]
    for module in modules:
        if family in module.FAMILIES:
            return Serving(module.decoder, modules[0].judge)
    known = [name for module in modules for name in module.FAMILIES]
    raise EngineError(
        "reading_invalid",
        f"decoding.family: '{family}' does not belong to the task {task}.",
        f"Choose one of {', '.join(known)}.",
    )
