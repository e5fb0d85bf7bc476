"""Compiles a model for a device and tells what the device made of the settings."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.engine import errors
from workbench.engine.devices import type_name

if TYPE_CHECKING:
    import openvino as ov


@dataclass
class Compiled:
    """A compiled model; `settings` are its properties as OpenVINO gives them, of the first device behind a virtual
    one where only that knows them."""

    model: ov.CompiledModel
    compile_ms: float
    settings: dict[str, Any]

    def number(self, name: str) -> int | None:
        """A property that counts something."""
        try:
            return int(self.settings[name])
        except (KeyError, TypeError, ValueError):
            return None


def compile_model(core: ov.Core, model: ov.Model, device: str, properties: dict[str, Any]) -> Compiled:
    """Timed. Raises `operation_not_supported`, `invalid_configuration`, `out_of_memory`, `device_not_available`,
    `compile_failed`."""
    started = time.perf_counter()
    try:
        compiled = core.compile_model(model, device, properties)
    except Exception as error:
        raise errors.of_compiling(error, core, model, device) from error
    spent = (time.perf_counter() - started) * 1e3
    return Compiled(compiled, spent, settings(compiled))


def settings(compiled: ov.CompiledModel) -> dict[str, Any]:
    """All properties of a compiled model that can be read."""
    found: dict[str, Any] = {}
    for name in compiled.get_property("SUPPORTED_PROPERTIES"):
        if name == "SUPPORTED_PROPERTIES":
            continue
        try:
            found[str(name)] = compiled.get_property(name)
        except Exception:  # noqa: S112 - plugins list properties that they cannot give
            continue
    behind = found.pop("DEVICE_PROPERTIES", None)
    if isinstance(behind, dict) and behind:
        inner = next(iter(behind.values()))
        if isinstance(inner, dict):
            found = {name: value for name, value in inner.items() if name != "SUPPORTED_PROPERTIES"} | found
    return found


def as_text(value: Any) -> str:
    """A property for people and files: "bf16", "LATENCY", "CPU, GPU", "true"."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(as_text(item) for item in value)
    name = getattr(value, "name", None)
    if isinstance(name, str) and not isinstance(value, str):
        return name
    return type_name(value)
