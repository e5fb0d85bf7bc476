"""The `package` operation: a model as it leaves the workbench, with what it says of a few samples."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.engine import configuration, feeding, folding, images, loading, samples
from workbench.engine.configuration import Configuration, Preprocessing
from workbench.engine.feeding import Entrance, Served
from workbench.engine.inputs import Picture
from workbench.engine.intake import Fed, Intake
from workbench.engine.loading import Loaded
from workbench.engine.protocol import Emitter, EngineError
from workbench.engine.tasks import class_map, registry
from workbench.engine.tasks.task import ClassMap, Geometry, Ports, Reading

if TYPE_CHECKING:
    import numpy as np
    import openvino as ov
    from numpy.typing import NDArray

_STAGES = ("read", "fold", "run samples")
EXPECTED, PICTURES, FIXED = "expected", "pictures", "fixed"


def run(parameters: Mapping[str, Any], work: Path, emit: Emitter) -> dict[str, Any]:
    """Make the model of a package.

    `parameters`: model, device, reading, hint, streams, requests, batch, threads, precision, layouts, shapes (of all
    inputs with open dimensions), fold, dataset, samples (their numbers), and `runs`: whether the device is there.
    Writes `out/model.xml` and `.bin`; `fixed/INPUT.bin`, values of inputs that take no picture; `pictures/NNN.ppm`, the
    samples as they are before they are resized; and where it runs `expected/NNN-OUTPUT.npy`, the model's own outputs
    for them, as the operation `accuracy` makes them.
    Raises EngineError `package_not_possible`, `dataset_unreadable`, and those of `feeding.open_model`.
    """
    emit.stage(_STAGES[0], 1, len(_STAGES))
    import openvino as ov

    reading: Reading = parameters["reading"]
    wanted = configuration.read(parameters, work)
    given = feeding.preprocessing_of(reading)
    dataset = samples.read(work / str(parameters.get("dataset") or "inputs/dataset"))
    core = ov.Core()
    channels = 1 if given.color == "GRAY" or reading["decoding"].get("luminance_only") else 3
    loaded = _loaded(core, wanted, channels)
    try:
        way_in = feeding.entrance(loaded, reading)
    except EngineError as error:
        if error.code != "reading_invalid":
            raise
        raise _not_possible(error.message.removesuffix(".")) from error
    places = way_in.places
    family = str(reading["decoding"]["family"])
    if family == "inpainting" and any(place.size("C") == 4 for place in places.values()):
        raise _not_possible("the mask is the fourth channel of its picture, which no sample program makes")
    types = {index: str(loaded.model.inputs[index].get_element_type().get_type_name()) for index in places}
    possible = all(folding.folds(kind, given) for kind in types.values())
    # Neither numpy nor C++ has a type for what bfloat16 inputs take.
    wants = bool(parameters.get("fold")) or "bf16" in types.values()
    notes = list(loaded.notes)
    if parameters.get("fold") and not possible:
        notes.append("Its input takes whole numbers, so that preprocessing stays outside of the model.")
    folded = wants and possible
    emit.stage(_STAGES[1], 2, len(_STAGES))
    ports = feeding.ports_of(loaded.model, loaded.batch)
    shapes = [folding.shape_of(port) for port in loaded.model.inputs]
    color = "RGB" if given.color != "GRAY" and all(place.size("C") == 3 for place in places.values()) else given.color
    model = folding.fold(loaded.model, places, given, color=color) if folded else loaded.model
    ov.save_model(model, work / "out" / "model.xml", compress_to_fp16=False)
    emit.stage(_STAGES[2], 3, len(_STAGES))
    classes, found_notes = _classes(reading, dataset)
    notes += found_notes
    taken = _Taken(core, wanted, parameters, reading, dataset, way_in, work)
    taken.run(emit)
    facts = [
        _input(number, port, model, places, taken.fixed, work / "out", loaded.batch)
        for number, port in enumerate(ports.inputs)
    ]
    read, undecoded = _outputs_read(reading, ports, classes, places)
    if undecoded is not None:
        notes.append(f"The sample programs tell the outputs' statistics alone: {undecoded}")
    for fact, shape in zip(facts, shapes, strict=True):
        fact["original_shape"] = list(shape)
    return {
        "folded": folded,
        "batch": loaded.batch,
        "inputs": facts,
        "outputs": [vars(port) for port in ports.outputs],
        "original_inputs": [vars(port) for port in ports.inputs],
        "preprocessing": _left(given, folded, color, family, places),
        "properties": taken.properties,
        "labels": list(classes.names),
        "places": read,
        "decodes": undecoded is None,
        "samples": taken.samples,
        "effective_precision": taken.effective_precision,
        "device": wanted.device,
        "openvino": str(ov.get_version()),
        "notes": notes,
    }


def _loaded(core: ov.Core, wanted: Configuration, channels: int) -> Loaded:
    """With the batch that was asked for; 1 where the outputs of a larger one do not tell samples apart."""

    def load(batch: int | None) -> Loaded:
        return loading.load(core, wanted.model, wanted.device, wanted.shapes, batch, wanted.layouts, channels=channels)

    try:
        loaded = load(wanted.batch or 1)
    except EngineError as error:
        if error.code != "batch_not_supported" or wanted.batch is not None:
            raise
        loaded = load(None)
    if loaded.batch > 1 and not all(_has_batch(port, loaded.batch) for port in loaded.model.outputs):
        loaded = load(1)
        loaded.notes.append("Its outputs do not keep the samples of a batch apart: a request takes one sample.")
    return loaded


def _has_batch(port: Any, batch: int) -> bool:
    shape = folding.shape_of(port)
    return len(shape) > 0 and shape[0] in (batch, -1)


def _classes(reading: Reading, dataset: samples.Dataset) -> tuple[ClassMap, list[str]]:
    """The model's own classes, each of which is its own label; none where nobody named them."""
    try:
        names = class_map.make(reading, dataset.labels, dataset.label_ids).map.names
        return ClassMap(tuple(range(len(names))), names), []
    except EngineError as error:
        return ClassMap((), ()), [f"The classes of the model have no names: {error.message}"]


def _input(
    number: int,
    port: Any,
    model: ov.Model,
    places: Mapping[int, Picture],
    fixed: Mapping[int, Any],
    out: Path,
    batch: int,
) -> dict[str, Any]:
    """What a program must know of an input: role, type, shape and layout, and the file with its values."""
    actual = model.inputs[number]
    kind = str(actual.get_element_type().get_type_name())
    shape = list(folding.shape_of(actual))
    fact = {"index": number, "name": port.name, "type": kind, "shape": shape, "layout": None, "file": None}
    if number in places:
        order = list(places)
        layout = places[number].layout
        if (kind == "u8" and shape != list(port.shape)) or _is_nhwc(model, number):
            layout = "NHWC" if "N" in layout else "HWC"
        return {**fact, "role": "picture" if number == order[0] else "second picture", "layout": layout}
    values = fixed.get(number)
    if values is None:
        raise _not_possible(f"nothing is known of what its input '{port.name[:60]}' takes")
    folder = out / FIXED
    folder.mkdir(exist_ok=True)
    data = bytes(values)
    if batch > 1 and shape and shape[0] == batch and len(data) * batch == _bytes(actual, shape):
        data *= batch
    if len(data) != _bytes(actual, shape):
        raise _not_possible(f"the values of its input '{port.name[:60]}' do not have its shape")
    (folder / f"{number}.bin").write_bytes(data)
    return {**fact, "role": "fixed", "file": f"{FIXED}/{number}.bin"}


def _is_nhwc(model: ov.Model, number: int) -> bool:
    """Whether folding has given the input its layout."""
    return str(model.get_parameters()[number].get_layout().to_string()) in ("[N,H,W,C]", "[H,W,C]")


def _bytes(port: Any, shape: Sequence[int]) -> int:
    count = 1
    for size in shape:
        count *= size
    return (count * int(port.get_element_type().get_bitwidth()) + 7) // 8


def _left(given: Preprocessing, folded: bool, color: str, family: str, places: Mapping[int, Picture]) -> dict[str, Any]:
    """What is still to be done outside of the model."""
    grey = given.color == "GRAY" or next(iter(places.values())).size("C") == 1
    own = given if family != "inpainting" else Preprocessing(given.color, "stretch", given.mean, given.scale)
    return {
        "color": "GRAY" if grey else (color if folded else given.color),
        # As `intake` does it: grey is made before the picture is resized.
        "grey_first": grey and family not in ("super_resolution", "inpainting"),
        "resize": own.resize,
        "mean": None if folded or given.mean is None else list(given.mean),
        "scale": None if folded or given.scale is None else list(given.scale),
        "crop_fraction": own.crop_fraction,
        "pad_value": own.pad_value,
        "interpolation": own.interpolation,
    }


class _Taken:
    """The samples: their pictures, and what the model says of them where its device is there."""

    def __init__(
        self,
        core: ov.Core,
        wanted: Configuration,
        parameters: Mapping[str, Any],
        reading: Reading,
        dataset: samples.Dataset,
        way_in: Entrance,
        work: Path,
    ) -> None:
        self._core, self._wanted, self._parameters = core, wanted, parameters
        self._reading, self._dataset, self._way_in, self._out = reading, dataset, way_in, work / "out"
        self._runs = bool(parameters.get("runs"))
        self.samples: list[dict[str, Any]] = []
        self.fixed: dict[int, Any] = {}
        self.properties: dict[str, Any] = {"own": {}, "behind": {}}
        self.effective_precision: str | None = None

    def run(self, emit: Emitter) -> None:
        served = self._opened() if self._runs else None
        way_in: Entrance = served or self._way_in
        numbers = [int(number) for number in self._parameters.get("samples") or ()]
        for name in (PICTURES, EXPECTED):
            (self._out / name).mkdir(exist_ok=True)
        intake = Intake(way_in, self._reading, self._dataset)
        first: int | None = None
        for place, record in enumerate(self._dataset.records(numbers)):
            image = images.decode(self._dataset.path(str(record["file"])))
            if image is None:
                continue
            number = len(self.samples)
            # One hole for all, as the program has one mask; a picture made larger by the dataset it does not have.
            first = int(record["id"]) if first is None else first
            own = {**record, "id": first, "upsampled": None} if self._one_mask else {**record, "upsampled": None}
            fed = intake(image, own)
            picture = self._picture(intake, fed, image, own)
            _write_ppm(picture, self._out / PICTURES / f"{number:03}.ppm")
            told = {"picture": f"{number:03}.ppm", "name": str(record.get("source") or record["file"])[:200]}
            self.samples.append(told | {"width": picture.shape[1], "height": picture.shape[0]})
            if served is not None:
                self._answer(served, fed, number)
            if not self.fixed:
                self.fixed = {
                    index: _values(tensor) for index, tensor in fed.feeds.items() if index not in way_in.places
                }
            emit.progress(place + 1, len(numbers), "samples")
        if not self.samples:
            raise EngineError(
                "dataset_unreadable", "None of the chosen samples can be read.", "Import the dataset again."
            )

    @property
    def _one_mask(self) -> bool:
        return bool(self._reading["decoding"]["family"] == "inpainting")

    def _opened(self) -> Served:
        found = configuration.properties(self._core, self._wanted)
        self.properties = {"own": found.own, "behind": found.behind}
        served = feeding.open_model(self._core, self._wanted.model, self._parameters, self._reading, hint="latency")
        self.effective_precision = served.effective_precision
        return served

    def _picture(
        self, intake: Intake, fed: Fed, image: NDArray[np.uint8], record: Mapping[str, Any]
    ) -> NDArray[np.uint8]:
        """RGB, as a program gets it: the face alone of a model of faces, with the hole of one that fills holes."""
        if fed.shown is not None and fed.hole is not None:
            cut = fed.shown.copy()
            cut[fed.hole] = int(min(255.0, max(0.0, float(self._reading["decoding"]["fill"]))))
            return cut
        return intake._part(intake._upright(image, record), record)[0][:, :, ::-1]

    def _answer(self, served: Served, fed: Fed, number: int) -> None:
        import numpy as np

        from workbench.engine import errors

        request = served.compiled.create_infer_request()
        try:
            request.infer(fed.feeds)
        except RuntimeError as error:
            raise errors.of_inference(error, served.device) from error
        for place in range(len(served.ports.outputs)):
            values = request.get_output_tensor(place).data
            if served.batch > 1 and values.ndim and values.shape[0] == served.batch:
                values = values[:1]
            np.save(self._out / EXPECTED / f"{number:03}-{place}.npy", values, allow_pickle=False)


def _values(tensor: ov.Tensor) -> bytes:
    import numpy as np

    return bytes(np.ascontiguousarray(tensor.data).tobytes())


def _write_ppm(picture: NDArray[np.uint8], path: Path) -> None:
    """RGB [H, W, 3] as a portable pixmap (P6), which needs no library to be read."""
    import numpy as np

    height, width = picture.shape[:2]
    path.write_bytes(b"P6\n%d %d\n255\n" % (width, height) + np.ascontiguousarray(picture).tobytes())


class _Recorder(dict[str, Any]):
    """Outputs that remember which of them was asked for first."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        super().__init__(values)
        self.asked: list[str] = []

    def __getitem__(self, name: str) -> Any:
        if name not in self.asked:
            self.asked.append(name)
        return super().__getitem__(name)


def _outputs_read(
    reading: Reading, ports: Ports, classes: ClassMap, places: Mapping[int, Picture]
) -> tuple[list[int], str | None]:
    """Numbers of the outputs that the decoder reads, in its order; or why nothing decodes them."""
    import numpy as np

    try:
        decode = registry.serving(reading).decoder(reading, ports, classes)
    except EngineError as error:
        return [], error.message
    made = {port.name: np.zeros([max(1, size) for size in port.shape], np.float32) for port in ports.outputs}
    seen = _Recorder(made)
    place = next(iter(places.values()))
    size = (place.size("W"), place.size("H"))
    # Zeros need not make sense; what was read until then counts.
    with contextlib.suppress(EngineError, ValueError, IndexError):
        decode(seen, Geometry(*size, *size, 1.0, 1.0))
    names = [port.name for port in ports.outputs]
    return [names.index(name) for name in seen.asked if name in names], None


def _not_possible(why: str) -> EngineError:
    return EngineError(
        "package_not_possible",
        f"The model cannot be packed with a sample program: {why}.",
        "Download the model itself, or package it for the model server.",
    )


__all__ = ["EXPECTED", "FIXED", "PICTURES", "run"]
