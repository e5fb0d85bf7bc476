"""A model made ready to take pictures, and infer requests that run side by side.

Normalisation and layout are folded into the compiled model, so that Python only decodes and resizes; where the input's
type does not allow it (whole numbers with mean or scale), they are done outside.
"""

from __future__ import annotations

import queue
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.engine import compiling, configuration, devices, errors, folding, images, inputs, loading, precision
from workbench.engine.configuration import Preprocessing
from workbench.engine.inputs import Picture
from workbench.engine.loading import Loaded, port_name
from workbench.engine.protocol import EngineError
from workbench.engine.tasks.task import Outputs, Port, Ports, Reading

if TYPE_CHECKING:
    import numpy as np
    import openvino as ov
    from numpy.typing import NDArray

Feeds = dict[int, "ov.Tensor"]
# A request that runs, with what it was fed.
Begun = tuple[Any, Feeds]
# Infer requests for each that the device wants at once: while one is judged another waits in the device's queue.
QUEUED = 2


@dataclass
class Entrance:
    """The inputs of a model. `places`: those that take pictures, the main one first; `fixed`: values of the others;
    `outside`: normalisation is done outside."""

    model: ov.Model
    ports: Ports
    places: dict[int, Picture]
    outside: bool
    fixed: Feeds
    preprocessing: Preprocessing
    batch: int

    @property
    def main(self) -> int:
        return next(iter(self.places))

    def picture_tensor(self, index: int, image: NDArray[np.uint8]) -> ov.Tensor:
        """uint8 [H, W, C] in the model's order of colours, of the input's size. The tensor shares the picture's memory
        where it can: it must live until the request is done."""
        import numpy as np
        import openvino as ov

        if not self.outside:
            whole = image if "N" not in self.places[index].layout else self._repeated(image[None], 0)
            return ov.Tensor(np.ascontiguousarray(whole), shared_memory=True)
        return self.values_tensor(index, images.normalise(image, self.preprocessing))

    def values_tensor(self, index: int, values: NDArray[Any]) -> ov.Tensor:
        """[H, W, C] of values as the model wants them → a tensor of the input's layout and type."""
        layout = self.places[index].layout
        laid = images.to_layout(values, layout.replace("N", ""))
        if "N" in layout:
            place = layout.index("N")
            laid = self._repeated(laid[None], 0)
            laid = laid if place == 0 else laid.swapaxes(0, place)
        return inputs.as_tensor(laid, self.model.inputs[index], laid.shape)

    def tensor(self, index: int, values: NDArray[Any]) -> ov.Tensor:
        """Values of an input that takes no picture, brought to its shape and type. Raises ValueError if they do not
        fit."""
        shape = folding.shape_of(self.model.inputs[index])
        own = list(values.shape)[::-1]
        # What the model leaves open is as the values have it, counted from the last axis.
        sizes = [size if size >= 0 else own[len(shape) - 1 - axis] for axis, size in enumerate(shape)]
        if self.batch > 1 and sizes[0] == self.batch:
            values = self._repeated(values[None], 0)
        return inputs.as_tensor(values.reshape(sizes), self.model.inputs[index], tuple(sizes))

    def _repeated(self, one: NDArray[Any], axis: int) -> NDArray[Any]:
        """A model whose batch is fixed above 1 sees the same picture in each place of it."""
        import numpy as np

        return one if self.batch == 1 else np.repeat(one, self.batch, axis=axis)


@dataclass
class Served(Entrance):
    """A compiled model."""

    compiled: ov.CompiledModel
    device: str
    requests: int
    effective_precision: str
    streams: int | None
    notes: list[str] = field(default_factory=list)
    types: tuple[str, ...] = ()

    def facts(self) -> dict[str, Any]:
        return {"requests": self.requests, "streams": self.streams, "batch": self.batch}


def entrance(loaded: Loaded, reading: Reading) -> Entrance:
    """The inputs of a model that stays as it is: everything is done outside.

    Raises EngineError `reading_invalid`, `unknown_input`, `input_not_supported`.
    """
    model, given = loaded.model, preprocessing_of(reading)
    places = _places(model, loaded.layouts, reading)
    fixed = _fixed(model, loaded.layouts, places)
    return Entrance(model, ports_of(model, loaded.batch), places, True, fixed, given, loaded.batch)


def open_model(
    core: ov.Core,
    xml: Path | ov.Model,
    parameters: Mapping[str, Any],
    reading: Reading,
    *,
    hint: str = "throughput",
    change: Callable[[ov.Model], None] | None = None,
) -> Served:
    """Read (or take a copy of a model), reshape to batch 1, fold the preprocessing, compile.

    `parameters`: device, precision, layouts, shapes. `change` may alter the model first.
    Raises EngineError `reading_invalid`, `unknown_input`, `input_not_supported`, and those of `loading.load`,
    `compiling.compile_model`.
    """
    wanted = configuration.read(
        {
            "device": parameters.get("device") or "CPU",
            "precision": parameters.get("precision"),
            "layouts": parameters.get("layouts"),
            "shapes": parameters.get("shapes"),
            "hint": hint,
        },
        Path(),
    )
    given = preprocessing_of(reading)
    devices.check(core, wanted.device)
    properties = configuration.properties(core, wanted)
    properties.apply(core)
    grey = given.color == "GRAY" or reading["decoding"].get("luminance_only")
    loaded = _loaded(core, xml, wanted, 1 if grey else 3)
    model = loaded.model
    if change is not None:
        change(model)
    places = _places(model, loaded.layouts, reading)
    types = tuple(str(port.get_element_type().get_type_name()) for port in model.inputs)
    ports = ports_of(model, loaded.batch)
    # The model of these ports is what tensors are made for; folding changes another copy.
    original = model.clone()
    outside = not all(folding.folds(types[index], given) for index in places)
    if reading["decoding"]["family"] == "inpainting" and any(place.size("C") == 4 for place in places.values()):
        # The fourth channel is the mask, which is not normalised as the picture is.
        outside = True
    if not outside:
        model = folding.fold(model, places, given)
    compiled = compiling.compile_model(core, model, wanted.device, properties.own)
    label, _ = precision.of_compiled(compiled.model, compiled.settings)
    optimal = compiled.number("OPTIMAL_NUMBER_OF_INFER_REQUESTS") or 1
    return Served(
        compiled=compiled.model,
        model=original,
        ports=ports,
        places=places,
        outside=outside,
        fixed=_fixed(original, loaded.layouts, places),
        preprocessing=given,
        device=wanted.device,
        requests=optimal * QUEUED,
        batch=loaded.batch,
        effective_precision=label,
        streams=compiled.number("NUM_STREAMS"),
        notes=list(loaded.notes),
        types=types,
    )


def preprocessing_of(reading: Reading) -> Preprocessing:
    """Raises EngineError `reading_invalid`."""
    try:
        return configuration.preprocessing(reading["preprocessing"])
    except EngineError as error:
        raise EngineError("reading_invalid", f"preprocessing: {error.message}", error.action, error.detail) from error


def ports_of(model: ov.Model, batch: int = 1) -> Ports:
    """Outputs as decoders see them: of one sample, where the model's batch cannot be 1."""
    outputs = [_port(port) for port in model.outputs]
    if batch > 1:
        outputs = [
            replace(port, shape=(1, *port.shape[1:])) if port.shape and port.shape[0] == batch else port
            for port in outputs
        ]
    return Ports(tuple(_port(port) for port in model.inputs), tuple(outputs))


def _port(port: Any) -> Port:
    names = tuple(sorted(str(name) for name in port.get_names()))
    kind = str(port.get_element_type().get_type_name())
    return Port(port_name(port), names, folding.shape_of(port), kind)


def _loaded(core: ov.Core, xml: Path | ov.Model, wanted: configuration.Configuration, channels: int) -> loading.Loaded:
    """With batch 1 where the model can have it."""

    def load(batch: int | None) -> loading.Loaded:
        return loading.load(
            core, xml, wanted.device, wanted.shapes, batch, wanted.layouts, open_sizes=True, channels=channels
        )

    try:
        return load(1)
    except EngineError as error:
        if error.code != "batch_not_supported":
            raise
    return load(None)


def _places(model: ov.Model, layouts: list[str], reading: Reading) -> dict[int, Picture]:
    """The input for the picture, and of super-resolution the one for the enlarged picture."""
    decoding = reading["decoding"]
    second = decoding.get("second_input") if decoding["family"] == "super_resolution" else None
    name = reading.get("image_input")
    if second is None or name is not None:
        main, place = folding.picture_input(model, layouts, name)
        places = {main: place}
    else:
        places = {}
        for port in model.inputs:
            if not folding.is_called(port, second):
                main, place = folding.picture_input(model, layouts, port_name(port))
                places = {main: place}
                break
    if second is not None:
        index, place = folding.picture_input(model, layouts, second)
        places[index] = place
    return places


def _fixed(model: ov.Model, layouts: list[str], places: Mapping[int, Picture]) -> Feeds:
    """Values of the inputs that take no picture, as a benchmark makes them (the size of the picture, say)."""
    shapes = [folding.shape_of(port) for port in model.inputs]
    fixed = {}
    for index, port in enumerate(model.inputs):
        if index in places or min(shapes[index], default=0) < 0:
            continue
        fixed[index] = inputs.made_up(port, shapes[index], shapes, layouts, 1, seed=0)[0]
    return fixed


class Pool:
    """Infer requests of one model, each waited for by whoever started it: no result is handed from thread to thread."""

    def __init__(self, served: Served, count: int, *, by_place: bool = False) -> None:
        """`by_place`: outputs go by their numbers as text instead of their names."""
        from openvino._pyopenvino import InferRequest as Native

        self._served = served
        self._names = [str(place) if by_place else port.name for place, port in enumerate(served.ports.outputs)]
        self._idle: queue.SimpleQueue[Any] = queue.SimpleQueue()
        # As in `pipeline`: the Python wrapper would examine the data on every call.
        self._start = Native.start_async
        try:
            for _ in range(count):
                self._idle.put(served.compiled.create_infer_request())
        except RuntimeError as error:
            raise errors.of_inference(error, served.device) from error

    def start(self, feeds: Feeds) -> Begun:
        """Begins, with an idle request. What is returned must live until it is done: the tensors lie in its memory."""
        request = self._idle.get()
        try:
            self._start(request, feeds, None)
        except (RuntimeError, MemoryError) as error:
            raise errors.of_inference(error, self._served.device) from error
        return request, feeds

    def outputs(self, begun: Begun) -> Outputs:
        """Waits for them; they are only good until the request is given back."""
        try:
            begun[0].wait()
        except (RuntimeError, MemoryError) as error:
            raise errors.of_inference(error, self._served.device) from error
        return _outputs(begun[0], self._names, self._served.batch)

    def give_back(self, begun: Begun) -> None:
        self._idle.put(begun[0])


def _outputs(request: Any, names: Sequence[str], batch: int) -> Outputs:
    """By name; of one sample, where the model's batch cannot be 1."""
    outputs = {name: request.get_output_tensor(number).data for number, name in enumerate(names)}
    if batch > 1:
        outputs = {
            name: values[:1] if values.ndim and values.shape[0] == batch else values for name, values in outputs.items()
        }
    return outputs
