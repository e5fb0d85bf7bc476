"""Reads a model and gives its inputs the shapes and the batch that a run asks for."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.engine import errors
from workbench.engine.protocol import EngineError

if TYPE_CHECKING:
    import openvino as ov

CHANNELS = (1, 3, 4)


@dataclass
class Loaded:
    """A model with static inputs. `batch` is the number of samples in one request, `layouts` one string an input
    ("NCHW", "?…" where unknown)."""

    model: ov.Model
    batch: int
    layouts: list[str]
    read_ms: float
    reshape_ms: float | None
    notes: list[str]


def load(
    core: ov.Core,
    xml: Path | ov.Model,
    device: str,
    shapes: Mapping[str, list[int]],
    batch: int | None,
    layouts: Mapping[str, str],
    *,
    open_sizes: bool = False,
    channels: int = 3,
) -> Loaded:
    """Read the IR `xml`, or take a copy of a model, and reshape its inputs.

    `shapes` and `layouts` go by input name. With `open_sizes` height and width may stay open, and channels of pictures
    that are open become `channels`. Raises `operation_not_supported`, `model_corrupt`, `unknown_input`,
    `invalid_shape`, `batch_not_supported`, `model_dynamic_shape`, `out_of_memory`.
    """
    started = time.perf_counter()
    if isinstance(xml, Path):
        try:
            model = core.read_model(xml)
        except Exception as error:
            raise errors.of_reading(error, xml, device) from error
    else:
        model = xml.clone()
    read_ms = _ms_since(started)
    notes: list[str] = []
    known = layouts_of(model, layouts)
    reshape_ms = _reshape(model, _wanted_shapes(model, shapes), "invalid_shape")
    own = _batch(model, known)
    if batch is not None and batch != own:
        spent = _reshape(model, _batched(model, known, own, batch), "batch_not_supported", notes)
        reshape_ms = (reshape_ms or 0.0) + (spent or 0.0)
    if open_sizes:
        _reshape(model, _with_channels(model, known, channels), "invalid_shape")
    _refuse_dynamic(model, known if open_sizes else None)
    return Loaded(model, batch or own or 1, known, read_ms, reshape_ms, notes)


def layouts_of(model: ov.Model, layouts: Mapping[str, str]) -> list[str]:
    """One string an input, as in `Loaded`; `layouts` are those that the caller gives, by name."""
    pairs = zip(model.inputs, model.get_parameters(), strict=True)
    return [_layout(port, parameter, layouts) for port, parameter in pairs]


def port_name(port: Any) -> str:
    """The first of an input's or output's names, else that of its layer."""
    names = port.get_names()
    return str(min(names)) if names else str(port.get_node().get_friendly_name())


def shape_text(port: Any) -> str:
    """As in "[1,3,?,?]"."""
    shape = port.get_partial_shape()
    if shape.rank.is_dynamic:
        return "[...]"
    return "[" + ",".join(str(dim.get_length()) if dim.is_static else "?" for dim in shape) + "]"


def _ms_since(started: float) -> float:
    return (time.perf_counter() - started) * 1e3


def _find(model: ov.Model, name: str) -> Any:
    for port in model.inputs:
        if name in port.get_names() or name == port.get_node().get_friendly_name():
            return port
    known = ", ".join(port_name(port) for port in model.inputs)
    raise EngineError(
        "unknown_input", f"The model has no input '{name}'.", f"Its inputs are: {known}.", {"input": name}
    )


def _wanted_shapes(model: ov.Model, shapes: Mapping[str, list[int]]) -> dict[Any, list[int]]:
    wanted = {_find(model, name): shape for name, shape in shapes.items()}
    return {port: shape for port, shape in wanted.items() if shape_text(port) != _text(shape)}


def _text(shape: list[int]) -> str:
    return "[" + ",".join(str(size) for size in shape) + "]"


def _layout(port: Any, parameter: Any, layouts: Mapping[str, str]) -> str:
    """One letter a dimension: as given by the caller, as the model says, or as the shape suggests; "?" where
    unknown."""
    names = (*port.get_names(), port.get_node().get_friendly_name())
    given = next((layouts[name] for name in names if name in layouts), "")
    stated = str(parameter.get_layout().to_string())
    shape = port.get_partial_shape()
    rank = shape.rank.get_length() if shape.rank.is_static else 0
    for text in (given, stated):
        letters = text.strip("[]").replace(",", "").replace(" ", "").upper()
        if len(letters) == rank and "." not in letters:
            return letters
    sizes = [dim.get_length() if dim.is_static else -1 for dim in shape] if rank else []
    return _guess(sizes)


def _guess(sizes: list[int]) -> str:
    if len(sizes) == 4:
        return "NHWC" if sizes[3] in CHANNELS and sizes[1] not in CHANNELS else "NCHW"
    if len(sizes) == 3 and min(sizes[1:]) > 4 and sizes[0] in CHANNELS:
        return "CHW"
    if len(sizes) == 3 and min(sizes[:2]) > 4 and sizes[2] in CHANNELS:
        return "HWC"
    return "N" + "?" * (len(sizes) - 1) if len(sizes) > 1 else "?" * len(sizes)


def _batch(model: ov.Model, layouts: list[str]) -> int | None:
    """The batch of the inputs that have one; None where it is dynamic or they disagree."""
    sizes = set()
    for port, layout in zip(model.inputs, layouts, strict=True):
        if "N" in layout:
            dim = port.get_partial_shape()[layout.index("N")]
            sizes.add(dim.get_length() if dim.is_static else None)
    if not sizes:
        return 1
    return sizes.pop() if len(sizes) == 1 else None


def _batched(model: ov.Model, layouts: list[str], own: int | None, batch: int) -> dict[Any, list[int]]:
    """The shapes of the inputs with `batch` in place of their own."""
    shapes = {}
    for port, layout in zip(model.inputs, layouts, strict=True):
        if "N" not in layout:
            continue
        place = layout.index("N")
        sizes = [dim.get_length() if dim.is_static else -1 for dim in port.get_partial_shape()]
        if sizes[place] in (-1, own, 1):
            sizes[place] = batch
            shapes[port] = sizes
    if not shapes:
        raise EngineError(
            "batch_not_supported",
            f"No input of the model has a batch dimension, so it cannot run with batch {batch}.",
            "Use the model's own batch, or give the layout of its inputs.",
        )
    return shapes


def _with_channels(model: ov.Model, layouts: list[str], channels: int) -> dict[Any, list[int]]:
    """The shapes of inputs with height and width whose channels are open, with `channels` in their place."""
    shapes = {}
    for port, layout in zip(model.inputs, layouts, strict=True):
        if sorted(layout.replace("N", "", 1)) == ["C", "H", "W"]:
            sizes = [dim.get_length() if dim.is_static else -1 for dim in port.get_partial_shape()]
            if sizes[layout.index("C")] < 0:
                sizes[layout.index("C")] = channels
                shapes[port] = sizes
    return shapes


def _reshape(model: ov.Model, shapes: dict[Any, list[int]], code: str, notes: list[str] | None = None) -> float | None:
    """Reshape, timed in ms; None when there is nothing to do."""
    if not shapes:
        return None
    import openvino as ov

    before = [shape_text(port) for port in model.outputs]
    text = ", ".join(f"{port_name(port)} {_text(shape)}" for port, shape in shapes.items()).replace("-1", "?")
    started = time.perf_counter()
    try:
        model.reshape({port: ov.PartialShape(shape) for port, shape in shapes.items()})
    except Exception as error:
        if errors.is_out_of_memory(error):
            raise errors.out_of_memory() from error
        raise EngineError(
            code,
            f"The model cannot run with {text}: {errors.sentence(error)}.",
            "Use the model's own batch or shape, or export it with a dynamic one.",
        ) from error
    spent = _ms_since(started)
    if notes is not None and before == [shape_text(port) for port in model.outputs]:
        notes.append("The batch did not change the shape of any output: the model may not treat it as a batch.")
    return spent


def _refuse_dynamic(model: ov.Model, may_be_open: list[str] | None) -> None:
    """`may_be_open`: layouts of the inputs whose height and width may be."""
    loose = [
        port
        for number, port in enumerate(model.inputs)
        if _is_loose(port, may_be_open[number] if may_be_open is not None else "")
    ]
    if loose:
        text = ", ".join(f"{port_name(port)} {shape_text(port)}" for port in loose)
        raise EngineError(
            "model_dynamic_shape",
            f"The model leaves dimensions of its input open: {text}.",
            "Give a shape for each of these inputs.",
            {"inputs": [{"name": port_name(port), "shape": shape_text(port)} for port in loose]},
        )


def _is_loose(port: Any, layout: str) -> bool:
    shape = port.get_partial_shape()
    if shape.rank.is_dynamic:
        return True
    letters = layout.ljust(len(shape))
    return any(dim.is_dynamic and letter not in ("H", "W") for dim, letter in zip(shape, letters, strict=True))
