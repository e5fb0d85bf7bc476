"""The operation `dataset_generate`: a dataset without annotations from pictures, with augmentations of each."""

import errno
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import cv2
import numpy as np

from workbench.datasets import sample_sets
from workbench.datasets.augmentations import Step, plan
from workbench.datasets.image_header import KIND_SUFFIX
from workbench.datasets.importing import in_order
from workbench.datasets.internal_form import DatasetReader, DatasetWriter
from workbench.datasets.picture_changes import Image, changed, encoded, png
from workbench.datasets.seeded import Draws
from workbench.datasets.thumbnails import (
    BadPicture,
    alone_if_large,
    checked_header,
    decoded_whole,
    read_bytes,
    thumbnail,
)
from workbench.engine.protocol import Emitter, EngineError

NOISE_MEAN, NOISE_DEVIATION = 127.5, 48.0
BENCHMARKS_ONLY = (
    "synthetic noise for benchmarks only: accuracy on it means nothing, and calibration with it spoils a model"
)
_MAX_THREADS = 8

Load = Callable[[int], tuple[str, bytes]]


@dataclass(frozen=True)
class _Made:
    """A picture that waits for its number."""

    source: str
    width: int
    height: int
    suffix: str
    image: Path
    thumbnail: Path


def run(parameters: Mapping[str, Any], work: Path, emit: Emitter) -> dict[str, Any]:
    """Write `out/dataset`: each original, followed by the pictures made from it.

    `originals` is their number. They come from one of `names` (of the files `inputs/pictures/0`, 1 …), `dataset` (a
    folder in the internal form), `sample_set`, `synthetic`; `augmentations` as in the API. Raises EngineError: a
    picture that cannot be decoded ends it, so that the number of pictures is the one that was told before.
    """
    cv2.setNumThreads(1)
    count, steps = int(parameters["originals"]), plan(parameters["augmentations"])
    load = loader(parameters, work)
    seed = int(parameters["augmentations"]["seed"])
    emit.stage("make pictures", 1, 1)
    with whole_or_nothing(work / "out" / "dataset", work / "staged") as target:
        staged = work / "staged"
        staged.mkdir()
        writer = DatasetWriter(target, move=True)
        threads = min(_MAX_THREADS, len(os.sched_getaffinity(0)))
        try:
            with ThreadPoolExecutor(threads) as pool:
                tasks = ((lambda number=number: _made(number, load, steps, seed, staged)) for number in range(count))
                for done, pictures in enumerate(in_order(pool, tasks, threads * 2), 1):
                    for made in pictures:
                        size = {"source": made.source, "width": made.width, "height": made.height}
                        writer.add(size, made.image, made.suffix, made.thumbnail, None)
                    emit.progress(done, count, "pictures")
        finally:
            writer.close()
        return writer.finish(_facts(parameters, count, len(steps), _is_noise(parameters, work)))


@contextmanager
def whole_or_nothing(target: Path, *temporary: Path) -> Iterator[Path]:
    """What is written to `target` is gone when it was not finished, `temporary` in any case.

    Turns a full disk into an EngineError.
    """
    try:
        yield target
    except BaseException as error:
        shutil.rmtree(target, ignore_errors=True)
        if not isinstance(error, OSError) or error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise EngineError(
            "disk_full", "The disk is too full for this dataset.", "Delete what is no longer needed, or make less."
        ) from error
    finally:
        for folder in temporary:
            shutil.rmtree(folder, ignore_errors=True)


def loader(parameters: Mapping[str, Any], work: Path) -> Load:
    """A function that gives name and content of the original of a number; it raises EngineError."""
    if parameters.get("dataset"):
        reader = DatasetReader((work / parameters["dataset"]).resolve())

        def of_dataset(number: int) -> tuple[str, bytes]:
            record = reader.sample(number)
            name = str(record.get("source") or record["file"])
            return name, _content(name, reader.folder / record["file"])

        return of_dataset
    if parameters.get("sample_set"):
        return lambda number: sample_sets.drawn(parameters["sample_set"], number)
    if parameters.get("synthetic"):
        return lambda number: (f"noise-{number:05}.png", png(noise(parameters["synthetic"], number)))
    names = list(parameters["names"])

    def of_files(number: int) -> tuple[str, bytes]:
        return names[number], _content(names[number], work / "inputs" / "pictures" / str(number))

    return of_files


def _content(name: str, path: Path) -> bytes:
    try:
        return read_bytes(path)
    except BadPicture as error:
        raise unreadable(name, error) from error


def unreadable(name: str, error: BadPicture) -> EngineError:
    action = f"{error.fix[:1].upper()}{error.fix[1:]}, then start again: nothing was made."
    return EngineError("picture_unreadable", f"'{name}' cannot be used: {error.problem}.", action)


def noise(wanted: Mapping[str, Any], number: int) -> Image:
    """A picture of chance, each value by itself: uniform over 0 to 255, or normal around 127.5 with σ 48."""
    width, height = int(wanted["width"]), int(wanted["height"])
    count = width * height * 3
    draws = Draws(int(wanted["seed"]), "noise", number)
    if wanted["distribution"] == "uniform":
        values = draws.words(-(-count // 8)).astype("<u8").view(np.uint8)[:count]
    else:
        values = np.empty(count, np.uint8)
        block = 1 << 20
        for start in range(0, count, block):
            part = values[start : start + block]
            # Box and Muller, Annals of Mathematical Statistics 29 (1958).
            radius, turn = np.sqrt(-2.0 * np.log(draws.units(len(part)))), 2.0 * np.pi * draws.units(len(part))
            part[:] = np.clip(np.rint(NOISE_MEAN + NOISE_DEVIATION * radius * np.cos(turn)), 0, 255)
    return values.reshape(height, width, 3)


def _made(number: int, load: Load, steps: list[Step], seed: int, staged: Path) -> list[_Made]:
    """In a thread: an original and what is made from it, put aside."""
    name, data = load(number)
    try:
        header = checked_header(data)
        with alone_if_large(header):
            original = decoded_whole(data, header)
            made = [_put_aside(staged / f"{number}-0", name, data, KIND_SUFFIX[header.kind], original)]
            for place, step in enumerate(steps, 1):
                image = changed(original, step, seed, number)
                content, suffix = encoded(image, step, original, header.kind)
                source = f"{PurePosixPath(name).with_suffix('')}~{step.key}{suffix}"
                made.append(_put_aside(staged / f"{number}-{place}", source, content, suffix, image))
    except BadPicture as error:
        raise unreadable(name, error) from error
    return made


def _put_aside(path: Path, source: str, content: bytes, suffix: str, image: Image) -> _Made:
    small = path.with_name(f"{path.name}.thumbnail")
    path.write_bytes(content)
    small.write_bytes(thumbnail(image))
    return _Made(source, image.shape[1], image.shape[0], suffix, path, small)


def _is_noise(parameters: Mapping[str, Any], work: Path) -> bool:
    """Whether it is made of noise, at once or from a dataset of it."""
    if parameters.get("dataset"):
        return bool(DatasetReader((work / parameters["dataset"]).resolve()).facts.get("synthetic"))
    return bool(parameters.get("synthetic"))


def _facts(parameters: Mapping[str, Any], count: int, steps: int, noise: bool) -> dict[str, Any]:
    wanted = parameters["augmentations"]
    detail = f"{count:,} originals"
    if steps:
        detail += f" and {count * steps:,} pictures made from them, seed {wanted['seed']}"
    kept = ("sample_set", "synthetic", "augmentations")
    facts: dict[str, Any] = {
        "format": "generated",
        "labels": None,
        "checks": [{"check": "pictures", "ok": True, "detail": detail}],
        "warnings": [],
        "warning_count": 0,
        "generated": {"originals": count} | {name: parameters[name] for name in kept if parameters.get(name)},
    }
    if noise:
        facts["synthetic"] = True
        facts["checks"].append({"check": "real pictures", "ok": False, "detail": BENCHMARKS_ONLY})
        warning = {"file": None, "line": None, "problem": BENCHMARKS_ONLY, "fix": "use pictures for anything else"}
        facts |= {"warnings": [warning], "warning_count": 1}
    return facts
