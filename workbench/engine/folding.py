"""Preprocessing that becomes part of a model: the model then takes pictures as they are decoded.

What every run of accuracy folds in memory (values and layout) the operation `fold_preprocessing` writes to a file, with
the order of colours, and the size where asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.engine import configuration, errors, images, inputs, loading
from workbench.engine.configuration import Preprocessing
from workbench.engine.inputs import Picture
from workbench.engine.loading import port_name
from workbench.engine.protocol import Emitter, EngineError

if TYPE_CHECKING:
    import openvino as ov

_STAGES = ("read", "fold", "write")


def fold(
    model: ov.Model,
    places: Mapping[int, Picture],
    preprocessing: Preprocessing,
    *,
    color: str | None = None,
    resize: bool = False,
) -> ov.Model:
    """The same model, whose inputs `places` take uint8 pictures NHWC (HWC where they had no batch).

    Inside: (value - mean) / scale, and the input's own layout and type. `color`: the order of colours that comes in
    ("RGB"); None: that of the model. `resize`: pictures of any size come in and are stretched, bilinear.
    """
    import openvino as ov
    from openvino.preprocess import ColorFormat, PrePostProcessor, ResizeAlgorithm

    steps = PrePostProcessor(model)
    for index, place in places.items():
        kind = model.inputs[index].get_element_type()
        channels = place.size("C")
        tensor, inner, last = (steps.input(index).tensor(), steps.input(index).preprocess(), steps.input(index).model())
        tensor.set_element_type(ov.Type.u8)
        tensor.set_layout(ov.Layout("NHWC" if "N" in place.layout else "HWC"))
        last.set_layout(ov.Layout(place.layout))
        changes = color not in (None, preprocessing.color) and channels in (1, 3)
        if changes:
            tensor.set_color_format(ColorFormat.RGB if color == "RGB" else ColorFormat.BGR)
        if resize:
            tensor.set_spatial_dynamic_shape()
        if kind != ov.Type.u8 or preprocessing.mean or preprocessing.scale or resize:
            inner.convert_element_type(ov.Type.f32)
        if resize:
            inner.resize(ResizeAlgorithm.RESIZE_LINEAR)
        if changes:
            wanted = {"RGB": ColorFormat.RGB, "BGR": ColorFormat.BGR, "GRAY": ColorFormat.GRAY}
            inner.convert_color(wanted["GRAY" if channels == 1 else preprocessing.color])
        if preprocessing.mean is not None:
            inner.mean([float(value) for value in images.for_channels(preprocessing.mean, channels)])
        if preprocessing.scale is not None:
            inner.scale([float(value) for value in images.for_channels(preprocessing.scale, channels)])
        inner.convert_element_type(kind)
    return steps.build()


def folds(kind: str, preprocessing: Preprocessing) -> bool:
    """Whether an input of type `kind` ("f32") can have it inside: values of whole numbers would be cut, not rounded."""
    return kind in ("f32", "f16", "bf16") or (kind == "u8" and not preprocessing.mean and not preprocessing.scale)


def run(parameters: Mapping[str, Any], work: Path, emit: Emitter) -> dict[str, Any]:
    """The operation `fold_preprocessing`: parameters model, preprocessing, and optionally input, resize, layouts.

    Writes `out/model.xml` and `.bin`, whose input takes uint8 pictures NHWC in RGB. Returns input, layout, resize and
    `preprocessing`, what is still to be done outside. Raises EngineError `preprocessing_not_foldable`, `unknown_input`,
    `invalid_configuration`, and the errors of `loading.load`.
    """
    emit.stage(_STAGES[0], 1, len(_STAGES))
    import openvino as ov

    given = configuration.preprocessing(parameters.get("preprocessing") or {})
    resize = bool(parameters.get("resize"))
    xml = work / str(parameters.get("model") or "inputs/model.xml")
    layouts = {str(name): str(layout) for name, layout in (parameters.get("layouts") or {}).items()}
    core = ov.Core()
    try:
        model = core.read_model(xml)
    except Exception as error:
        raise errors.of_reading(error, xml, "CPU") from error
    known = loading.layouts_of(model, layouts)
    index, place = picture_input(model, known, parameters.get("input"))
    _check(model, index, place, given, resize)
    emit.stage(_STAGES[1], 2, len(_STAGES))
    name = port_name(model.inputs[index])
    try:
        folded = fold(model, {index: place}, given, color="RGB", resize=resize)
    except RuntimeError as error:
        raise _not_foldable(errors.sentence(error)) from error
    emit.stage(_STAGES[2], 3, len(_STAGES))
    # Weights keep the precision that they have.
    ov.save_model(folded, work / "out" / "model.xml", compress_to_fp16=False)
    left = {
        "color": "RGB",
        "resize": "stretch" if resize else given.resize,
        "mean": None,
        "scale": None,
        "crop_fraction": given.crop_fraction,
        "pad_value": given.pad_value,
        "interpolation": "linear" if resize else given.interpolation,
    }
    return {"input": name, "layout": "NHWC" if "N" in place.layout else "HWC", "resize": resize, "preprocessing": left}


def picture_input(model: ov.Model, layouts: list[str], name: str | None) -> tuple[int, Picture]:
    """The place of the input that takes the picture: the one called `name`, else that with most channels, the first of
    equals. Raises EngineError `unknown_input`, `reading_invalid`."""
    shapes = [shape_of(port) for port in model.inputs]
    if name is not None:
        index = next((number for number, port in enumerate(model.inputs) if is_called(port, name)), None)
        if index is None:
            there = ", ".join(port_name(port) for port in model.inputs)
            raise EngineError("unknown_input", f"The model has no input '{name[:100]}'.", f"Its inputs are: {there}.")
        if sorted(layouts[index].replace("N", "", 1)) == ["C", "H", "W"]:
            return index, Picture(shapes[index], layouts[index])
        why = f"input '{name[:100]}' takes no picture: its layout is {layouts[index] or 'unknown'}"
    else:
        found = inputs.picture_inputs(shapes, layouts)
        if found:
            return next(iter(found.items()))
        why = "no input of the model takes a picture"
    raise EngineError(
        "reading_invalid", f"image_input: {why}.", "Name the input that takes the picture, and give its layout."
    )


def is_called(port: Any, name: str) -> bool:
    return name in port.get_names() or name == port.get_node().get_friendly_name()


def shape_of(port: Any) -> tuple[int, ...]:
    """-1 for what is open; () where even the rank is."""
    shape = port.get_partial_shape()
    if shape.rank.is_dynamic:
        return ()
    return tuple(dim.get_length() if dim.is_static else -1 for dim in shape)


def _check(model: ov.Model, index: int, place: Picture, given: Preprocessing, resize: bool) -> None:
    kind = str(model.inputs[index].get_element_type().get_type_name())
    channels = place.size("C")
    if kind == "u8" and not given.mean and not given.scale and given.color == "RGB" and not resize:
        raise _not_foldable("the model takes pictures as they are decoded already")
    if not folds(kind, given):
        raise _not_foldable(f"its input is of type {kind}, which cannot hold normalised values")
    if channels not in (1, 3):
        raise _not_foldable(f"its input has {channels} channels")
    if given.color == "GRAY" and channels == 3:
        raise _not_foldable("a grey picture in three channels is not made inside of a model")
    if resize and given.resize != "stretch":
        raise _not_foldable(f"pictures are resized by '{given.resize}', and only 'stretch' can be done inside")
    if resize and min(place.size("H"), place.size("W")) < 0:
        raise _not_foldable("height and width of its input are open, so there is no size to stretch to")


def _not_foldable(why: str) -> EngineError:
    return EngineError(
        "preprocessing_not_foldable",
        f"The preprocessing cannot become part of the model: {why}.",
        "Change the model's preprocessing, or leave it outside.",
    )
