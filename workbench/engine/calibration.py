"""Samples that a model is calibrated with: made as a run of accuracy makes them, for a model that stays as it is.

NNCF measures the ranges of the values inside of the original model, so what a run folds into the model (normalisation,
layout) is done outside here.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.engine import configuration, errors, feeding, flow, folding, images, inputs, loading, samples
from workbench.engine.feeding import Entrance, Feeds
from workbench.engine.inputs import Picture
from workbench.engine.intake import Intake
from workbench.engine.loading import Loaded, port_name
from workbench.engine.protocol import EngineError
from workbench.engine.tasks.task import Reading

if TYPE_CHECKING:
    import openvino as ov

    from workbench.engine.samples import Dataset

# The inputs of one inference by their number; arrays, and a tensor where numpy lacks the type (bf16).
Values = dict[int, Any]
Make = Callable[[Mapping[str, Any]], Feeds | None]

# What is kept of the inputs, because NNCF goes through them several times; never more than an eighth of the memory.
KEPT_BYTES = 512 * 1024**2
_SHARE = 8


class Samples:
    """Inputs for `nncf.Dataset`, in the order of the dataset, decoded ahead by threads; may be gone through again.

    One item is one inference: of a model whose batch is fixed above 1 as many different samples, and the last is filled
    up with the first ones. `given` counts the samples handed out in this pass, and `on_given(given, count)` is told.
    `notes`: sentences for people about what was amiss.
    """

    def __init__(
        self,
        dataset: Dataset,
        numbers: Sequence[int],
        make: Make,
        axes: Mapping[int, int],
        batch: int = 1,
        notes: Callable[[], list[str]] = list,
    ) -> None:
        """`axes`: of the inputs that have a batch, where it lies. `make` gives the inputs of one record, None where it
        cannot be read."""
        self._dataset, self.numbers, self._make = dataset, list(numbers), make
        self._axes, self.batch_size, self._notes = dict(axes), batch, notes
        self._kept: dict[int, Values] = {}
        self._room = kept_bytes()
        self.given = 0
        self.passes = 0
        self.unreadable: set[int] = set()
        self.on_given: Callable[[int, int], None] | None = None

    @property
    def count(self) -> int:
        """Samples, where all can be read."""
        return len(self.numbers)

    @property
    def readable(self) -> int:
        return self.count - len(self.unreadable)

    def __len__(self) -> int:
        """Inferences."""
        return -(-self.count // self.batch_size)

    def forget(self) -> None:
        """Lets go of what was kept; going through them again makes it anew."""
        self._kept.clear()
        self._room = kept_bytes()

    def notes(self) -> list[str]:
        missing = len(self.unreadable)
        unread = [f"Samples that cannot be decoded and were left out of the calibration: {missing}."] if missing else []
        return [*self._notes(), *unread]

    def __iter__(self) -> Iterator[Values]:
        """Raises EngineError `no_samples` where none can be read, and what making them raises."""
        self.given = 0
        self.passes += 1
        group: list[Values] = []
        first: list[Values] = []
        for values in self._each():
            group.append(values)
            if len(first) < self.batch_size - 1:
                first.append(values)
            if len(group) == self.batch_size:
                yield self._hand_out(group, len(group))
                group = []
        if group:
            own = len(group)
            filled = [*group, *first]
            group = [filled[place % len(filled)] for place in range(self.batch_size)]
            yield self._hand_out(group, own)
        elif self.given == 0:
            raise EngineError(
                "no_samples",
                f"None of the {self.count} samples for the calibration can be read.",
                "Choose another dataset or subset, or import the dataset again.",
            )

    def _hand_out(self, group: Sequence[Values], own: int) -> Values:
        self.given += own
        if self.on_given is not None:
            self.on_given(self.given, self.count)
        if len(group) == 1:
            return group[0]
        import numpy as np

        merged = dict(group[0])
        for index, axis in self._axes.items():
            # Each of the group has itself in all places of the batch.
            parts = [np.take(values[index], [place], axis=axis) for place, values in enumerate(group)]
            merged[index] = np.concatenate(parts, axis=axis)
        return merged

    def _each(self) -> Iterator[Values]:
        """The inputs of each sample that can be read, in order."""
        import cv2

        cv2.setNumThreads(1)
        ahead = 2 * flow.cores()
        under_way: deque[tuple[int, Future[Values | None] | None]] = deque()
        missing = [number for number in self.numbers if number not in self._kept and number not in self.unreadable]
        records = self._dataset.records(missing)
        pool = ThreadPoolExecutor(flow.cores(), thread_name_prefix="calibration")
        try:
            for number in self.numbers:
                if number in self.unreadable:
                    continue
                begun = None if number in self._kept else pool.submit(self._made, next(records))
                under_way.append((number, begun))
                if len(under_way) > ahead:
                    yield from self._arrived(*under_way.popleft())
            while under_way:
                yield from self._arrived(*under_way.popleft())
        finally:
            # NNCF may stop before the last.
            pool.shutdown(wait=True, cancel_futures=True)

    def _arrived(self, number: int, begun: Future[Values | None] | None) -> Iterator[Values]:
        if begun is None:
            yield self._kept[number]
            return
        values = begun.result()
        if values is None:
            self.unreadable.add(number)
            return
        size = sum(int(getattr(value, "nbytes", 0) or value.byte_size) for value in values.values())
        if size <= self._room:
            self._room -= size
            self._kept[number] = values
        yield values

    def _made(self, record: Mapping[str, Any]) -> Values | None:
        feeds = self._make(record)
        return None if feeds is None else {index: _array(tensor) for index, tensor in feeds.items()}


def open_samples(
    core: ov.Core,
    work: Path,
    parameters: Mapping[str, Any],
    dataset: str = "inputs/calibration",
    chosen: Mapping[str, Any] | None = None,
) -> Samples:
    """Samples for the model of `parameters` (model, reading or preprocessing, layouts, shapes).

    `chosen`: {count, seed}; default: the parameter calibration. Without a reading: as a benchmark makes them.
    Raises EngineError `dataset_unreadable`, `no_samples`, `reading_invalid`, `unknown_input`, `input_not_supported` and
    those of `loading.load`.
    """
    read = samples.read(work / dataset)
    if read.count == 0:
        raise EngineError(
            "no_samples",
            "The dataset for the calibration has no samples.",
            "Choose another dataset, or import it again.",
        )
    numbers = samples.chosen(read, chosen if chosen is not None else parameters.get("calibration"))
    reading: Reading | None = parameters.get("reading")
    xml = work / str(parameters.get("model") or "inputs/model.xml")
    notes: list[str] = []
    loaded = _loaded(core, xml, parameters, _channels(parameters), notes)
    axes = {
        index: layout.index("N")
        for index, layout in enumerate(loaded.layouts)
        if loaded.batch > 1 and "N" in layout and folding.shape_of(loaded.model.inputs[index])[layout.index("N")] > 1
    }
    if reading is None:
        plain = _Plain(loaded, read, configuration.preprocessing(parameters.get("preprocessing") or {}))
        if not plain.pictures:
            notes.append(
                "No input of the model takes a picture: the calibration used made-up values, so the accuracy of the"
                " new version cannot be relied on."
            )
        return Samples(read, numbers, plain, axes, loaded.batch, lambda: notes)
    intake = Intake(feeding.entrance(loaded, reading), reading, read)

    def make(record: Mapping[str, Any]) -> Feeds | None:
        image = images.decode(read.path(str(record["file"])))
        return None if image is None else intake(image, record).feeds

    return Samples(read, numbers, make, axes, loaded.batch, lambda: [*notes, *intake.sentences()])


def kept_bytes() -> int:
    """How much of the inputs may be kept."""
    return min(KEPT_BYTES, os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_AVPHYS_PAGES") // _SHARE)


class _Plain:
    """Inputs as a benchmark makes them: each input that takes a picture gets the sample, the others seeded values."""

    def __init__(self, loaded: Loaded, dataset: Dataset, preprocessing: configuration.Preprocessing) -> None:
        model = loaded.model
        self._dataset, self._preprocessing = dataset, preprocessing
        self._shapes = [folding.shape_of(port) for port in model.inputs]
        self._layouts = loaded.layouts
        self.pictures: dict[int, Picture] = inputs.picture_inputs(self._shapes, loaded.layouts)
        self._entrance = Entrance(
            model, feeding.ports_of(model, loaded.batch), self.pictures, True, {}, preprocessing, loaded.batch
        )

    def __call__(self, record: Mapping[str, Any]) -> Feeds | None:
        feeds: Feeds = {}
        image = images.decode(self._dataset.path(str(record["file"]))) if self.pictures else None
        if self.pictures and image is None:
            return None
        for index, port in enumerate(self._entrance.model.inputs):
            place = self.pictures.get(index)
            if place is None or image is None:
                seed = int(record["id"]) * len(self._shapes) + index
                feeds[index] = inputs.made_up(port, self._shapes[index], self._shapes, self._layouts, 1, seed)[0]
                continue
            colored = images.colored(image, place.size("C"), self._preprocessing.color)
            height, width = (
                size if size > 0 else own
                for size, own in zip((place.size("H"), place.size("W")), image.shape[:2], strict=True)
            )
            resized, _ = images.resize(colored, width, height, self._preprocessing)
            feeds[index] = self._entrance.picture_tensor(index, resized)
        return feeds


def _loaded(core: ov.Core, xml: Path, parameters: Mapping[str, Any], channels: int, notes: list[str]) -> Loaded:
    """With the batch that the model has, or 1 where that is open. Of `shapes` only those are used that the model as it
    is can take: it is not reshaped when it is quantised."""
    try:
        model = core.read_model(xml)
    except Exception as error:
        raise errors.of_reading(error, xml, "CPU") from error
    shapes = _fitting(model, parameters.get("shapes") or {}, notes)
    layouts = {str(name): str(layout) for name, layout in (parameters.get("layouts") or {}).items()}

    def load(batch: int | None) -> Loaded:
        return loading.load(core, xml, "CPU", shapes, batch, layouts, open_sizes=True, channels=channels)

    try:
        return load(None)
    except EngineError as error:
        if error.code != "model_dynamic_shape":
            raise
    return load(1)


def _fitting(model: ov.Model, shapes: Mapping[str, list[int]], notes: list[str]) -> dict[str, list[int]]:
    import openvino as ov

    fitting = {}
    for name, shape in shapes.items():
        port = next((one for one in model.inputs if folding.is_called(one, name)), None)
        if port is None or ov.PartialShape(shape).compatible(port.get_partial_shape()):
            fitting[name] = shape
        else:
            notes.append(f"Input {port_name(port)[:99]} was calibrated with its own shape {loading.shape_text(port)}.")
    return fitting


def _channels(parameters: Mapping[str, Any]) -> int:
    """Of pictures whose channels the model leaves open."""
    reading = parameters.get("reading")
    if reading is None:
        return 1 if configuration.preprocessing(parameters.get("preprocessing") or {}).color == "GRAY" else 3
    grey = feeding.preprocessing_of(reading).color == "GRAY" or reading["decoding"].get("luminance_only")
    return 1 if grey else 3


def _array(tensor: ov.Tensor) -> Any:
    """The array that lies in it, which keeps it alive; numpy has no bf16."""
    return tensor if tensor.get_element_type().get_type_name() == "bf16" else tensor.data
