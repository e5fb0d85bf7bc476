"""Which module serves which task."""

from __future__ import annotations

import importlib
from typing import Protocol, cast

from workbench.engine.protocol import EngineError
from workbench.engine.tasks.task import ClassMap, Decode, Facts, Judge, Ports, Reading

_MODULES = {
    "classification": "classification",
    "object_detection": "detection",
    "instance_segmentation": "instance",
    "semantic_segmentation": "semantic",
    "inpainting": "images_out",
    "super_resolution": "images_out",
    "style_transfer": "images_out",
    "facial_landmark_detection": "landmarks",
    "face_recognition": "faces",
}
TASKS = tuple(_MODULES)


class TaskModule(Protocol):
    """What every module named here offers."""

    FAMILIES: tuple[str, ...]

    def decoder(self, reading: Reading, ports: Ports, classes: ClassMap) -> Decode: ...

    def judge(self, reading: Reading, facts: Facts) -> Judge: ...


def module(reading: Reading) -> TaskModule:
    """The module of the reading's task, imported now. Raises EngineError `reading_invalid`."""
    task, family = str(reading["task"]), str(reading["decoding"]["family"])
    if task not in _MODULES:
        raise EngineError(
            "reading_invalid",
            f"task: the accuracy of '{task}' cannot be judged.",
            f"Choose one of {', '.join(TASKS)}, or compare tensors with a parent model.",
        )
    found = cast(TaskModule, importlib.import_module(f"workbench.engine.tasks.{_MODULES[task]}"))
    if family not in found.FAMILIES:
        raise EngineError(
            "reading_invalid",
            f"decoding.family: '{family}' does not belong to the task {task}.",
            f"Choose one of {', '.join(found.FAMILIES)}.",
        )
    return found
