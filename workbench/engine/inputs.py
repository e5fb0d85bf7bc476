"""What a run feeds in: samples of a dataset where an input takes pictures, seeded values elsewhere.

All inputs are prepared before the measurement and rotated in it, so that no request sees the same data as the one
before it.
"""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.engine import images
from workbench.engine.configuration import Configuration, Preprocessing
from workbench.engine.loading import CHANNELS, Loaded, port_name
from workbench.engine.protocol import Emitter, EngineError

if TYPE_CHECKING:
    import numpy as np
    import openvino as ov
    from numpy.typing import NDArray

# Distinct inputs beyond what the infer requests need at once are limited, so that they stay in the processor's last
# cache, as a sample does that was preprocessed a moment ago.
MAX_SETS = 64
MAX_BYTES = 16 * 1024**2
# What a process keeps of the inputs of configurations that it has measured.
KEPT_BYTES = 256 * 1024**2
_SIZE_INPUT = re.compile(r"im(age|g)?_?(info|shape|size)", re.IGNORECASE)
_RESIZED = {"stretch": "stretched", "letterbox": "letterboxed", "crop": "scaled and cropped", "fit": "fitted"}
# Types of OpenVINO for which numpy has one of the same size and meaning.
_DTYPES = {
    **{f"{kind}{bits}": f"{'int' if kind == 'i' else 'uint'}{bits}" for kind in "iu" for bits in (8, 16, 32, 64)},
    **{f"f{bits}": f"float{bits}" for bits in (16, 32, 64)},
    "boolean": "bool",
}
_MASK_INPUT = re.compile(r"mask", re.IGNORECASE)


@dataclass
class Inputs:
    """`sets`: one list of tensors for each distinct input, in the order of the model's inputs; `facts`: what they are
    (source, description, inputs, count), for the result."""

    sets: list[list[ov.Tensor]]
    facts: dict[str, Any]

    @property
    def size_bytes(self) -> int:
        return sum(int(tensor.byte_size) for row in self.sets for tensor in row)


class Kept:
    """Inputs made for one configuration and good for others of the same model: with the same shapes, and as many.

    Those that were not used for longest are let go beyond `limit_bytes`.
    """

    def __init__(self, limit_bytes: int = KEPT_BYTES) -> None:
        self.limit_bytes = limit_bytes
        self._made: dict[Hashable, Inputs] = {}

    def get(self, key: Hashable) -> Inputs | None:
        found = self._made.pop(key, None)
        if found is not None:
            self._made[key] = found
        return found

    def put(self, key: Hashable, made: Inputs) -> None:
        self._made[key] = made
        while len(self._made) > 1 and sum(one.size_bytes for one in self._made.values()) > self.limit_bytes:
            del self._made[next(iter(self._made))]


@dataclass(frozen=True)
class Picture:
    """Where a picture goes in an input of static shape."""

    shape: tuple[int, ...]
    layout: str

    def size(self, letter: str) -> int:
        return self.shape[self.layout.index(letter)]

    @property
    def count(self) -> int:
        return self.size("N") if "N" in self.layout else 1


def prepare(loaded: Loaded, wanted: Configuration, requests: int, emit: Emitter, kept: Kept | None = None) -> Inputs:
    """Make at least `requests` distinct sets of input tensors, or take them from `kept`.

    Raises `input_not_supported` for types that no values can be made for, and `dataset_unreadable`.
    """
    import numpy as np

    ports = list(loaded.model.inputs)
    shapes = [tuple(dim.get_length() for dim in port.get_partial_shape()) for port in ports]
    sizes = [int(port.get_element_type().size) for port in ports]
    set_bytes = sum(size * int(np.prod(shape)) for size, shape in zip(sizes, shapes, strict=True))
    count = max(requests, min(MAX_SETS, MAX_BYTES // max(1, set_bytes)), 1)
    types = [str(port.get_element_type().get_type_name()) for port in ports]
    names = [port_name(port) for port in ports]
    key = (
        tuple(zip(names, types, shapes, loaded.layouts, strict=True)),
        count,
        wanted.seed,
        wanted.dataset,
        wanted.preprocessing,
    )
    made = kept.get(key) if kept is not None else None
    if made is None:
        made = _make(loaded, ports, shapes, count, wanted, emit)
        if kept is not None:
            kept.put(key, made)
    return made


def _make(
    loaded: Loaded,
    ports: list[Any],
    shapes: list[tuple[int, ...]],
    count: int,
    wanted: Configuration,
    emit: Emitter,
) -> Inputs:
    """`count` sets for the inputs `ports` of static `shapes`."""
    pictures = picture_inputs(shapes, loaded.layouts) if wanted.dataset else {}
    columns: list[list[ov.Tensor]] = []
    facts: list[dict[str, Any]] = []
    used = 0
    for index, port in enumerate(ports):
        column: list[ov.Tensor] | None = None
        if index in pictures and wanted.dataset is not None:
            column, used = _from_dataset(port, pictures[index], wanted.dataset, wanted.preprocessing, count, emit)
        source = "dataset" if column is not None else "synthetic"
        if column is None:
            column = made_up(port, shapes[index], shapes, loaded.layouts, count, wanted.seed + index)
        columns.append(column)
        kind = str(port.get_element_type().get_type_name())
        facts.append({"name": port_name(port), "shape": list(shapes[index]), "type": kind, "source": source})
    sources = {fact["source"] for fact in facts}
    description = _describe(facts, pictures, wanted, used, count, loaded.batch)
    return Inputs(
        sets=[[column[number] for column in columns] for number in range(count)],
        facts={
            "source": "mixed" if len(sources) > 1 else sources.pop() if sources else "synthetic",
            "description": description,
            "count": count,
            "inputs": facts,
        },
    )


def picture_inputs(shapes: list[tuple[int, ...]], layouts: list[str]) -> dict[int, Picture]:
    """Inputs that take a picture: of those with height, width and 1, 3 or 4 channels, the ones with most channels (a
    mask beside a picture is no picture). A size that is open is -1."""
    found = {}
    for index, (shape, layout) in enumerate(zip(shapes, layouts, strict=True)):
        if sorted(layout.replace("N", "", 1)) == ["C", "H", "W"]:
            picture = Picture(shape, layout)
            if picture.size("C") in CHANNELS and not {0, 1} & {picture.size("H"), picture.size("W")}:
                found[index] = picture
    most = max((picture.size("C") for picture in found.values()), default=0)
    return {index: picture for index, picture in found.items() if picture.size("C") == most}


def _from_dataset(
    port: Any, picture: Picture, dataset: Path, preprocessing: Preprocessing, count: int, emit: Emitter
) -> tuple[list[ov.Tensor] | None, int]:
    """`count` tensors of samples spread evenly over the dataset, and how many distinct samples they hold; (None, 0)
    where none of them can be read."""
    import numpy as np

    needed = count * picture.count
    files = sample_files(dataset, needed)
    samples: list[NDArray[np.float32]] = []
    for number, path in enumerate(files):
        image = images.read(path, picture.size("C"), preprocessing)
        if image is None:
            emit.log(f"Sample {path.name} cannot be decoded and was left out.", "warning")
            continue
        image, _ = images.resize(image, picture.size("W"), picture.size("H"), preprocessing)
        samples.append(images.to_layout(images.normalise(image, preprocessing), picture.layout.replace("N", "")))
        emit.progress(number + 1, len(files), "samples")
    if not samples:
        emit.log("No sample of the dataset can be decoded: synthetic values are used.", "warning")
        return None, 0
    place = picture.layout.index("N") if "N" in picture.layout else None
    tensors = []
    for number in range(count):
        chosen = [samples[(number * picture.count + item) % len(samples)] for item in range(picture.count)]
        stacked = chosen[0] if place is None else np.stack(chosen, axis=place)
        tensors.append(as_tensor(stacked, port, picture.shape))
    return tensors, len(samples)


def sample_files(dataset: Path, count: int) -> list[Path]:
    """The files of up to `count` samples, spread evenly over a dataset (index.jsonl, index.offsets)."""
    try:
        offsets = (dataset / "index.offsets").read_bytes()
        total = len(offsets) // 8
        chosen = [number * total // min(count, total) for number in range(min(count, total))]
        files = []
        with (dataset / "index.jsonl").open("rb") as index:
            for number in chosen:
                index.seek(struct.unpack_from("<Q", offsets, number * 8)[0])
                files.append(_inside(dataset, json.loads(index.readline())["file"]))
        return files
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EngineError(
            "dataset_unreadable", f"The index of the dataset cannot be read: {error}.", "Import the dataset again."
        ) from error


def _inside(dataset: Path, name: str) -> Path:
    path = (dataset / name).resolve()
    if not path.is_relative_to(dataset.resolve()):
        raise ValueError(f"{name} is outside of the dataset")
    return path


def made_up(
    port: Any,
    shape: tuple[int, ...],
    shapes: list[tuple[int, ...]],
    layouts: list[str],
    count: int,
    seed: int,
) -> list[ov.Tensor]:
    """Seeded values: 0…1 for floats, 0…255 for 8-bit pictures, true for masks, 0 or 1 for other whole numbers (safe as
    index, mask and token), and height and width for an input that wants the size of the picture."""
    import numpy as np

    rng = np.random.default_rng(seed)
    kind = str(port.get_element_type().get_type_name())
    name = port_name(port)
    if kind == "string":
        raise EngineError(
            "input_not_supported",
            f"Input '{name}' takes text, and no text is made up for a measurement.",
            "Measure a model whose input is numbers, such as tokens.",
        )
    size = picture_size(shapes, layouts)
    if _SIZE_INPUT.search(name) and size and shape and shape[-1] >= 2:
        row = np.ones(shape[-1])
        row[:2] = size
        fixed = np.broadcast_to(row, shape)
        return [as_tensor(fixed, port, shape) for _ in range(count)]
    tensors = []
    for _ in range(count):
        values: NDArray[Any]
        if kind.startswith(("f", "bf")):
            values = rng.random(shape, dtype=np.float32)
        elif kind == "boolean" or _MASK_INPUT.search(name):
            values = np.ones(shape, dtype=np.int64)
        elif kind in ("u8", "i8") and len(shape) >= 3:
            values = rng.integers(0, 256 if kind == "u8" else 128, shape)
        else:
            values = rng.integers(0, 2, shape)
        tensors.append(as_tensor(values, port, shape))
    return tensors


def picture_size(shapes: list[tuple[int, ...]], layouts: list[str]) -> tuple[int, int] | None:
    for picture in picture_inputs(shapes, layouts).values():
        return picture.size("H"), picture.size("W")
    return None


def as_tensor(values: NDArray[Any], port: Any, shape: tuple[int, ...]) -> ov.Tensor:
    """A tensor of the input's own type; it keeps a copy of the values. Raises `input_not_supported`."""
    import numpy as np
    import openvino as ov

    kind = port.get_element_type()
    name = str(kind.get_type_name())
    if name == "bf16":
        # numpy has no bfloat16: it is the upper half of a float32 (rounding does not matter for a measurement).
        halves = (np.ascontiguousarray(values, dtype=np.float32).view(np.uint32) >> 16).astype(np.uint16)
        return ov.Tensor(halves.reshape(shape), ov.Shape(shape), kind)
    # By its name: asked for the first time by two threads at once, OpenVINO's own `to_dtype` waits for ever (it fills a
    # table under a lock while it waits for Python's).
    if name not in _DTYPES:
        raise EngineError(
            "input_not_supported",
            f"Input '{port_name(port)}' is of type {name}, for which no values can be made.",
            "Convert the model so that its input is of a usual type, such as f32 or u8.",
        )
    dtype = np.dtype(_DTYPES[name])
    if dtype.kind in "ui" and values.dtype.kind == "f":
        limits = np.iinfo(dtype)
        values = np.clip(np.rint(values), limits.min, limits.max)
    return ov.Tensor(np.ascontiguousarray(values, dtype=dtype).reshape(shape))


def _describe(
    facts: list[dict[str, Any]],
    pictures: Mapping[int, Picture],
    wanted: Configuration,
    used: int,
    count: int,
    batch: int,
) -> str:
    """One sentence for people."""
    made = [fact["name"] for fact in facts if fact["source"] == "synthetic"]
    rotation = f"{count} distinct input{'s' if count != 1 else ''} of batch {batch}, rotated"
    if not used:
        return f"Synthetic values (seed {wanted.seed}): {rotation}."
    picture = next(iter(pictures.values()))
    how = _RESIZED[wanted.preprocessing.resize]
    color = "grey" if picture.size("C") == 1 or wanted.preprocessing.color == "GRAY" else wanted.preprocessing.color
    size = f"{picture.size('W')}×{picture.size('H')}"
    text = f"{used} image{'s' if used != 1 else ''} of the dataset, {how} to {size}, {color}"
    if wanted.preprocessing.mean is not None:
        text += f", mean {_numbers(wanted.preprocessing.mean)}"
    if wanted.preprocessing.scale is not None:
        text += f", scale {_numbers(wanted.preprocessing.scale)}"
    text += f": {rotation}."
    if made:
        text += f" Synthetic values (seed {wanted.seed}) for {', '.join(made[:5])}."
    return text


def _numbers(values: tuple[float, ...]) -> str:
    return " ".join(f"{value:g}" for value in values)
