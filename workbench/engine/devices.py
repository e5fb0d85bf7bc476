"""The accelerators of this machine as its OpenVINO names them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from workbench.engine.errors import device_not_available, sentence

if TYPE_CHECKING:
    import openvino as ov

# Devices over devices: they run a model on what is named after the colon, or on what they choose themselves.
VIRTUAL = ("AUTO", "MULTI", "HETERO", "BATCH")
_EXPECTED = ("GPU", "NPU")
_PRECISIONS = {
    "FP32": "f32", "BF16": "bf16", "FP16": "f16", "INT8": "i8", "INT16": "i16", "INT4": "i4", "BIN": "u1",
}  # fmt: skip
_TYPES = {
    "float32": "f32", "float16": "f16", "bfloat16": "bf16", "float64": "f64", "int8_t": "i8", "uint8_t": "u8",
    "dynamic": "dynamic",
}  # fmt: skip


def listing(core: ov.Core) -> list[dict[str, Any]]:
    """Every usable device: name, full_name, type, architecture, capabilities, precisions, default_precision,
    streams_range, requests_range, optimal_requests (None where the device does not tell)."""
    return [_describe(core, name) for name in core.available_devices]


def unavailable(core: ov.Core) -> list[dict[str, str]]:
    """Kinds of devices that OpenVINO could drive and that are not usable here, each with the reason."""
    present = {name.split(".")[0] for name in core.available_devices}
    return [{"name": name, "reason": _why_not(core, name)} for name in _EXPECTED if name not in present]


def check(core: ov.Core, device: str) -> None:
    """Raise `device_not_available` unless `device` (CPU, GPU.1, AUTO, HETERO:GPU,CPU …) can be used here."""
    for name in _named(device):
        if name in VIRTUAL or _present(core, name):
            continue
        why = _why_not(core, name.split(".")[0]) if name.split(".")[0] in _EXPECTED else "there is no such device"
        raise device_not_available(name, why)


def physical(core: ov.Core, device: str) -> list[str]:
    """The devices that may execute a model on `device`: itself, or those behind a virtual one."""
    named = [name for name in _named(device) if name not in VIRTUAL]
    return named or list(core.available_devices)


def type_name(value: object) -> str:
    """The short name of an OpenVINO type: "bf16" for `<Type: 'bfloat16'>`."""
    get = getattr(value, "get_type_name", None)
    if callable(get):
        return str(get())
    found = re.search(r"'(\w+)'", str(value))
    text = found[1] if found else str(value)
    return _TYPES.get(text, text)


def _named(device: str) -> list[str]:
    """The device itself, or a virtual device and those named after it (without priorities in brackets)."""
    kind, colon, rest = device.partition(":")
    if not colon:
        return [device]
    return [kind, *(re.sub(r"\(.*?\)", "", name).lstrip("-").strip() for name in rest.split(",") if name.strip())]


def _present(core: ov.Core, name: str) -> bool:
    available = core.available_devices
    if name in available or any(other.startswith(f"{name}.") for other in available):
        return True
    kind, _, number = name.partition(".")
    # With a single GPU both "GPU" and "GPU.0" name it, while the CPU takes no number.
    return number == "0" and kind in available and kind != "CPU"


def _describe(core: ov.Core, name: str) -> dict[str, Any]:
    capabilities = [str(item) for item in _get(core, name, "OPTIMIZATION_CAPABILITIES") or []]
    default = _get(core, name, "INFERENCE_PRECISION_HINT")
    kind = _get(core, name, "DEVICE_TYPE")
    streams, requests = _get(core, name, "RANGE_FOR_STREAMS"), _get(core, name, "RANGE_FOR_ASYNC_INFER_REQUESTS")
    return {
        "name": name,
        "full_name": str(_get(core, name, "FULL_DEVICE_NAME") or name).strip(),
        "type": getattr(kind, "name", str(kind)).lower() if kind is not None else None,
        "architecture": _get(core, name, "DEVICE_ARCHITECTURE"),
        "capabilities": capabilities,
        "precisions": [_PRECISIONS[item] for item in capabilities if item in _PRECISIONS],
        "default_precision": type_name(default) if default is not None else None,
        "streams_range": list(streams) if streams else None,
        "requests_range": list(requests) if requests else None,
        "optimal_requests": _get(core, name, "OPTIMAL_NUMBER_OF_INFER_REQUESTS"),
    }


def _get(core: ov.Core, device: str, name: str) -> Any:
    """A property, or None: devices know different ones, and some raise for what they list."""
    try:
        return core.get_property(device, name)
    except Exception:
        return None


def _why_not(core: ov.Core, kind: str) -> str:
    try:
        core.get_property(kind, "AVAILABLE_DEVICES")
    except Exception as error:
        text = str(error)
        if missing := re.search(r"(lib[\w.+-]+): cannot open shared object file", text):
            return f"the library {missing[1]} of its driver is missing"
        return sentence(error)
    return "OpenVINO finds no such device, or its driver is missing"
