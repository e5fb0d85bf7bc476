"""What the exceptions of OpenVINO mean to a user: each becomes an EngineError with a stable code."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING
from xml.parsers import expat

from workbench.engine.protocol import EngineError

if TYPE_CHECKING:
    import openvino as ov

_MEMORY = re.compile(
    r"bad_alloc|bad allocation|length_error|out of (?:host |device )?memory|OUT_OF_\w*(?:MEMORY|RESOURCES)"
    r"|(?:cannot|can't|could not|failed to) allocate",
    re.IGNORECASE,
)
_NOISE = re.compile(
    r"(Exception from (?:src|/|[A-Z]:)|Check '.*' failed|Exception is thrown while|While validating|Details:|Summary:"
    r"|\[ ?(?:GPU|CPU|NPU|AUTO) ?\]\s*$)"
)
_UNKNOWN_TYPE = re.compile(r"Opset \S+ doesn't contain the operation with type: (\S+)")
_UNKNOWN_LAYER = re.compile(r"Cannot create (\S+) layer (.+?) id:\s?\d+ from unsupported opset: (\S+)")
_REFUSED = re.compile(r"Unsupported operation of type: (\S+) name: (.+)")
_NO_DEVICE = re.compile(r"is not registered in the OpenVINO|Cannot load library|as device id|No (?:\w+ )?device")
_CONFIGURATION = re.compile(
    r"(?:Wrong|Invalid|Unsupported|Not supported) (?:value|property|config)|not supported property", re.IGNORECASE
)
_MAX_NAMES = 5


def sentence(error: BaseException | str) -> str:
    """The part of a native message that speaks to a user: no source lines and no file paths, at most 300 characters."""
    kept = []
    for raw in str(error).splitlines():
        line = re.sub(r"(?:[A-Za-z]:)?(?:/[^\s/'\":]+){2,}/", "", raw).strip()
        if line and not _NOISE.match(line):
            kept.append(line)
    return " ".join(kept)[:300].rstrip(". :") or type(error).__name__


def out_of_memory() -> EngineError:
    return EngineError(
        "out_of_memory",
        "The model needed more memory than this machine may give it.",
        "Use fewer streams, a smaller batch or smaller shapes, or a machine with more memory.",
    )


def not_supported(kind: str, names: list[str], device: str, why: str) -> EngineError:
    """`operation_not_supported`: an operation of the model and why the device does not run it."""
    named = ", ".join(names[:_MAX_NAMES]) + (f" and {len(names) - _MAX_NAMES} more" if len(names) > _MAX_NAMES else "")
    return EngineError(
        "operation_not_supported",
        f"{device} cannot run operation {kind} ({named}): {why}." if named else f"{device} cannot run {kind}: {why}.",
        "Replace the operation in the model, or choose another device.",
        {"operation": kind, "names": names[:_MAX_NAMES], "count": len(names), "reason": why},
    )


def of_reading(error: Exception, xml: Path, device: str) -> EngineError:
    """Why `core.read_model` failed."""
    message = str(error)
    if is_out_of_memory(error):
        return out_of_memory()
    if found := _UNKNOWN_LAYER.search(message):
        return not_supported(found[1], [found[2]], device, f"OpenVINO does not know the operation set '{found[3]}'")
    if found := _UNKNOWN_TYPE.search(message):
        names = _layers_of_type(xml, found[1])
        return not_supported(found[1], names, device, "OpenVINO does not know this operation")
    return EngineError(
        "model_corrupt",
        f"OpenVINO cannot read the model: {sentence(error)}.",
        "Import the model again from its source files.",
    )


def of_compiling(error: Exception, core: ov.Core, model: ov.Model, device: str) -> EngineError:
    """Why `core.compile_model` failed."""
    message = str(error)
    if is_out_of_memory(error):
        return out_of_memory()
    if found := _REFUSED.search(message):
        return not_supported(found[1], [found[2].strip()], device, "the device has no implementation of it")
    if _NO_DEVICE.search(message):
        return device_not_available(device, sentence(error))
    if _CONFIGURATION.search(message):
        return EngineError(
            "invalid_configuration",
            f"{device} does not take this configuration: {sentence(error)}.",
            "Change the named setting, or leave it to the device.",
        )
    refused = refused_operations(core, model, device)
    if refused:
        kind = next(iter(refused))
        return not_supported(kind, refused[kind], device, f"the device says: {sentence(error)}")
    return EngineError(
        "compile_failed",
        f"{device} cannot compile the model: {sentence(error)}.",
        "Look at the job's log; another device, precision or version of the model may work.",
    )


def of_inference(error: Exception, device: str) -> EngineError:
    """Why an infer request failed."""
    if is_out_of_memory(error):
        return out_of_memory()
    return EngineError(
        "inference_failed",
        f"{device} failed while running the model: {sentence(error)}.",
        "Look at the job's log; the input may not suit the model, or other shapes or another precision may work.",
    )


def device_not_available(device: str, why: str) -> EngineError:
    return EngineError(
        "device_not_available",
        f"{device} is not available on this machine: {why}.",
        "Choose another device, or install its driver and look for devices again.",
        {"device": device},
    )


def is_out_of_memory(error: BaseException) -> bool:
    return isinstance(error, MemoryError) or _MEMORY.search(str(error)) is not None


def refused_operations(core: ov.Core, model: ov.Model, device: str) -> dict[str, list[str]]:
    """Operation type → names, for what the device says it does not run; empty where it cannot be asked."""
    try:
        taken = core.query_model(model, device)
    except Exception:
        return {}
    refused: dict[str, list[str]] = {}
    for node in model.get_ordered_ops():
        kind, name = node.get_type_name(), node.get_friendly_name()
        # A device leaves out inputs and constants whose only readers it refuses: they are not the reason.
        if kind not in ("Parameter", "Constant", "Result") and name not in taken:
            refused.setdefault(kind, []).append(name)
    return refused


def _layers_of_type(xml: Path, kind: str) -> list[str]:
    """Names of the layers of one type in an IR; without them where the file is not well-formed."""
    names: list[str] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag == "layer" and attributes.get("type") == kind:
            names.append(attributes.get("name", "?"))

    def refuse(*_: object) -> None:
        raise ValueError("an IR has no DTD")

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = refuse
    try:
        with xml.open("rb") as file:
            parser.ParseFile(file)
    except (expat.ExpatError, ValueError, OSError):
        return names
    return names
