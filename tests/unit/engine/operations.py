"""Operations of a table of their own, for the tests of the protocol: `python -m tests.unit.engine.operations`."""

import ctypes
import os
import resource
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workbench.engine.protocol import Emitter, EngineError, end, main


def good(parameters: Mapping[str, Any], work: Path, emit: Emitter) -> dict[str, Any]:
    emit.stage("work", 1, 1)
    emit.log("hello")
    print("a print")
    os.write(1, b"a native print\n")
    emit.progress(1, 2, "samples")
    (work / "out" / "file").write_text("artifact")
    return {
        "cwd": Path.cwd().name,
        "work": work.name,
        "core": resource.getrlimit(resource.RLIMIT_CORE)[0],
        "openvino": "openvino" in sys.modules,
        "given": dict(parameters),
    }


def numbers(parameters: Mapping[str, Any], work: Path, emit: Emitter) -> dict[str, Any]:
    import numpy as np

    return {"float": np.float32(0.5), "int": np.int64(7), "path": work / "x"}


def not_a_number(parameters: Mapping[str, Any], work: Path, emit: Emitter) -> dict[str, Any]:
    return {"value": float("nan")}


def an_object(parameters: Mapping[str, Any], work: Path, emit: Emitter) -> dict[str, Any]:
    return {"value": object()}


def refused(parameters: Mapping[str, Any], work: Path, emit: Emitter) -> dict[str, Any]:
    raise EngineError("model_corrupt", "The file is damaged.", "Export it again.", {"file": "a.onnx"})


def no_memory(parameters: Mapping[str, Any], work: Path, emit: Emitter) -> dict[str, Any]:
    raise MemoryError


def a_mistake(parameters: Mapping[str, Any], work: Path, emit: Emitter) -> dict[str, Any]:
    raise ZeroDivisionError("first line\nsecond line")


def sleep(parameters: Mapping[str, Any], work: Path, emit: Emitter) -> dict[str, Any]:
    emit.stage("sleep", 1, 1)
    time.sleep(60)
    return {}


def native_sleep(parameters: Mapping[str, Any], work: Path, emit: Emitter) -> dict[str, Any]:
    """Sleeps in a native call that keeps Python's lock, as a long native call may."""
    emit.stage("sleep", 1, 1)
    ctypes.PyDLL(None).sleep(60)
    return {}


def talk(parameters: Mapping[str, Any], work: Path, emit: Emitter) -> dict[str, Any]:
    for number in range(100_000):
        emit.log(f"line {number}")
        time.sleep(0.01)
    return {}


NAMES = (
    "good", "numbers", "not_a_number", "an_object", "refused", "no_memory", "a_mistake", "sleep", "native_sleep", "talk"
)  # fmt: skip
OPERATIONS = {name: f"tests.unit.engine.operations:{name}" for name in NAMES}

if __name__ == "__main__":
    end(main(OPERATIONS, sys.argv[1:]))
