"""What a benchmark or layers operation is asked to do, checked once at the door."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.engine import devices
from workbench.engine.protocol import EngineError

if TYPE_CHECKING:
    import openvino as ov

APIS = ("async", "sync")
HINTS = ("latency", "throughput", "cumulative_throughput", "none")
PRECISIONS = ("f32", "bf16", "f16")
RESIZES = ("stretch", "letterbox", "crop", "fit")
COLORS = ("RGB", "BGR", "GRAY")
INTERPOLATIONS = ("nearest", "linear", "cubic", "area")
DEFAULT_DURATION_S = 10.0


@dataclass(frozen=True)
class Preprocessing:
    """How a picture becomes a model's input: resize, colour, then (value - mean) / scale for each channel.

    `crop_fraction`: of `crop`, the side of what is cut out / the shorter side (0.875: 224 of 256). `pad_value` fills
    what `letterbox` and `fit` leave free.
    """

    color: str = "RGB"
    resize: str = "stretch"
    mean: tuple[float, ...] | None = None
    scale: tuple[float, ...] | None = None
    crop_fraction: float = 1.0
    pad_value: int = 114
    interpolation: str = "linear"


@dataclass(frozen=True)
class Configuration:
    """One configuration of one model on one device. What is None is left to the device or the model.

    `api` "sync" runs one infer request after another. `arrivals_per_s` makes the loop open: infer requests arrive at
    random (Poisson) at this mean rate, and latency counts from the arrival; None keeps all requests busy.
    """

    model: Path
    dataset: Path | None
    device: str
    hint: str
    streams: int | None
    requests: int | None
    batch: int | None
    threads: int | None
    precision: str | None
    duration_s: float | None
    iterations: int | None
    preprocessing: Preprocessing
    layouts: Mapping[str, str]
    shapes: Mapping[str, list[int]]
    seed: int
    api: str = "async"
    arrivals_per_s: float | None = None


def read(parameters: Mapping[str, Any], work: Path) -> Configuration:
    """Check `parameters` (paths relative to `work`). Raises `invalid_configuration`, naming the parameter."""
    hint = parameters.get("hint") or "none"
    streams = _count(parameters, "streams")
    if hint not in HINTS:
        raise invalid("hint", hint, f"Choose one of {', '.join(HINTS)}.")
    if hint != "none" and streams is not None:
        raise invalid("streams", streams, "A hint chooses the streams itself: leave one of the two out.")
    precision = parameters.get("precision")
    if precision is not None and precision not in PRECISIONS:
        raise invalid("precision", precision, f"Choose one of {', '.join(PRECISIONS)}, or leave it to the device.")
    duration, iterations = _positive(parameters, "duration_s", "seconds"), _count(parameters, "iterations")
    device = parameters.get("device")
    if not isinstance(device, str) or not device:
        raise invalid("device", device, "Name a device, such as CPU.")
    dataset = parameters.get("dataset")
    api, arrivals = _loop(parameters)
    return Configuration(
        model=work / str(parameters.get("model") or "inputs/model.xml"),
        dataset=work / str(dataset) if dataset else None,
        device=device,
        hint=hint,
        streams=streams,
        requests=_count(parameters, "requests"),
        batch=_count(parameters, "batch"),
        threads=_count(parameters, "threads"),
        precision=precision,
        duration_s=duration,
        iterations=iterations,
        preprocessing=preprocessing(parameters.get("preprocessing") or {}),
        layouts={str(name): str(layout) for name, layout in (parameters.get("layouts") or {}).items()},
        shapes=shapes(parameters.get("shapes") or {}),
        seed=int(parameters.get("seed") or 0),
        api=api,
        arrivals_per_s=arrivals,
    )


@dataclass(frozen=True)
class Properties:
    """What to compile with: `own` goes to `compile_model`, `behind` to the devices behind a virtual one."""

    own: dict[str, Any]
    behind: dict[str, dict[str, Any]]

    def apply(self, core: ov.Core) -> None:
        """Set what belongs to other devices than the one that is compiled for."""
        for device, values in self.behind.items():
            core.set_property(device, values)


def properties(core: ov.Core, wanted: Configuration, profiling: bool = False) -> Properties:
    """The properties for `wanted`. What a virtual device does not know itself goes to the devices behind it. Raises
    `invalid_configuration` where none of them takes a setting that was asked for."""
    chosen: dict[str, Any] = {}
    if wanted.hint != "none":
        chosen["PERFORMANCE_HINT"] = wanted.hint.upper()
    if wanted.streams is not None:
        chosen["NUM_STREAMS"] = wanted.streams
    if wanted.threads is not None:
        chosen["INFERENCE_NUM_THREADS"] = wanted.threads
    if wanted.precision is not None:
        chosen["INFERENCE_PRECISION_HINT"] = wanted.precision
    if wanted.requests is not None:
        chosen["PERFORMANCE_HINT_NUM_REQUESTS"] = wanted.requests
    if profiling:
        chosen["PERF_COUNT"] = True
    kind = wanted.device.partition(":")[0]
    supported = {name: _supported(core, name) for name in {kind, *devices.physical(core, wanted.device)}}
    own: dict[str, Any] = {}
    behind: dict[str, dict[str, Any]] = {}
    for name, value in chosen.items():
        takers = [kind] if name in supported[kind] else [other for other in supported if name in supported[other]]
        if not takers and name not in _OPTIONAL:
            raise invalid(_ASKED_AS[name], value, f"{wanted.device} has no such setting; leave it out.")
        for device in takers:
            (own if device == kind else behind.setdefault(device, {}))[name] = value
    return Properties(own, behind)


# Hints about hints, and counters that the separate instrumented run can do without.
_OPTIONAL = ("PERFORMANCE_HINT_NUM_REQUESTS", "PERF_COUNT")
_ASKED_AS = {
    "PERFORMANCE_HINT": "hint",
    "NUM_STREAMS": "streams",
    "INFERENCE_NUM_THREADS": "threads",
    "INFERENCE_PRECISION_HINT": "precision",
}


def _supported(core: ov.Core, device: str) -> set[str]:
    try:
        return {str(name) for name in core.get_property(device, "SUPPORTED_PROPERTIES")}
    except Exception:
        return set()


def invalid(name: str, value: object, action: str) -> EngineError:
    detail = {"parameter": name, "value": str(value)[:200]}
    return EngineError("invalid_configuration", f"{name} cannot be {value!r:.100}.", action, detail)


def _count(parameters: Mapping[str, Any], name: str) -> int | None:
    value = parameters.get(name)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise invalid(name, value, "Give a whole number from 1.")
    return value


def _loop(parameters: Mapping[str, Any]) -> tuple[str, float | None]:
    """(api, arrivals_per_s), which exclude each other where the calls block."""
    api = parameters.get("api") or "async"
    if api not in APIS:
        raise invalid("api", api, f"Choose one of {', '.join(APIS)}.")
    arrivals = _positive(parameters, "arrivals_per_s", "requests a second")
    requests = parameters.get("requests")
    if api == "sync" and arrivals is not None:
        raise invalid("arrivals_per_s", arrivals, "Requests that arrive by themselves need the async api.")
    if api == "sync" and requests not in (None, 1):
        raise invalid("requests", requests, "The sync api has one request at a time; leave it out.")
    return api, arrivals


def _positive(parameters: Mapping[str, Any], name: str, unit: str) -> float | None:
    value = parameters.get(name)
    if value is None:
        return None
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value) or value <= 0:
        raise invalid(name, value, f"Give a number of {unit} above 0.")
    return float(value)


def preprocessing(given: Mapping[str, Any]) -> Preprocessing:
    """Check what is asked of pictures; what is absent or None has its default. Raises `invalid_configuration`."""
    color, resize = given.get("color") or "RGB", given.get("resize") or "stretch"
    interpolation = given.get("interpolation") or "linear"
    if color not in COLORS:
        raise invalid("color", color, f"Choose one of {', '.join(COLORS)}.")
    if resize not in RESIZES:
        raise invalid("resize", resize, f"Choose one of {', '.join(RESIZES)}.")
    if interpolation not in INTERPOLATIONS:
        raise invalid("interpolation", interpolation, f"Choose one of {', '.join(INTERPOLATIONS)}.")
    mean, scale = _channels(given, "mean"), _channels(given, "scale")
    if scale and 0.0 in scale:
        raise invalid("scale", list(scale), "A scale divides the values: it cannot be 0.")
    fraction, pad = given.get("crop_fraction"), given.get("pad_value")
    fraction, pad = 1.0 if fraction is None else fraction, 114 if pad is None else pad
    if not isinstance(fraction, int | float) or isinstance(fraction, bool) or not 0.1 < fraction <= 1:
        raise invalid("crop_fraction", fraction, "Give a share above 0.1, up to 1.")
    if not isinstance(pad, int) or isinstance(pad, bool) or not 0 <= pad <= 255:
        raise invalid("pad_value", pad, "Give a whole number from 0 to 255.")
    return Preprocessing(color, resize, mean, scale, float(fraction), pad, interpolation)


def _channels(given: Mapping[str, Any], name: str) -> tuple[float, ...] | None:
    values = given.get(name)
    if not values:
        return None
    if not isinstance(values, list) or not all(isinstance(value, int | float) for value in values):
        raise invalid(name, values, "Give one number, or one for each channel.")
    return tuple(float(value) for value in values)


def shapes(given: Mapping[str, Any]) -> dict[str, list[int]]:
    """Shapes by the name of the input. Raises `invalid_configuration`."""
    found: dict[str, list[int]] = {}
    for name, shape in given.items():
        if not isinstance(shape, list) or not all(isinstance(size, int) and size > 0 for size in shape):
            raise invalid("shapes", shape, f"Give the shape of input '{name}' as whole numbers from 1.")
        found[str(name)] = list(shape)
    return found
