"""The operation `dataset_adopt`: a dataset that is in the internal form already, but was made elsewhere.

Nothing in it is trusted. Its lines are read strictly, its pictures and masks are decoded, and the dataset is written
anew by the same writer as any other; where that gives something else than what came, the dataset is refused.
"""

import json
import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from pydantic import ValidationError

from workbench.datasets.adopted_schemas import AdoptedFacts, AdoptedSample
from workbench.datasets.formats.coco_masks import segmentation_problem
from workbench.datasets.generating import whole_or_nothing
from workbench.datasets.image_header import KIND_SUFFIX
from workbench.datasets.importing import in_order
from workbench.datasets.internal_form import BESIDE, DATASET, IMAGES, INDEX, LABELS, OFFSETS, DatasetWriter
from workbench.datasets.internal_form import thumbnail_name as thumbnail_of
from workbench.datasets.thumbnails import MAX_SIDE, BadPicture, alone_if_large, checked_header, examine, read_bytes
from workbench.engine.protocol import Emitter, EngineError

FACTS_BYTES = 1024**3
LINE_BYTES = 64 * 1024**2
THREADS = 8
# What `DatasetWriter.finish` works out; statistics are compared too, by the same code.
FOLLOWS = ("annotation", "tasks", "count", "class_counts", "statistics")
_SUFFIXES = frozenset(KIND_SUFFIX.values())


def run(parameters: Mapping[str, Any], work: Path, emit: Emitter) -> dict[str, Any]:
    """Check the dataset in the folder `dataset` and move it to `out/dataset`, byte for byte as it came.

    Returns the content of its `dataset.json` with `size_bytes`. Raises EngineError `export_dataset_invalid`.
    """
    cv2.setNumThreads(1)
    source = (work / str(parameters["dataset"])).resolve()
    emit.stage("check the dataset", 1, 1)
    given = _json(source / DATASET, FACTS_BYTES)
    facts = _valid(AdoptedFacts, given, DATASET)
    _references(facts)
    threads = min(THREADS, len(os.sched_getaffinity(0)))
    known = {DATASET, INDEX, OFFSETS, LABELS}
    with whole_or_nothing(work / "out" / "dataset") as target:
        writer = DatasetWriter(target, move=True)
        try:
            with ThreadPoolExecutor(threads) as pool:
                tasks = (
                    (lambda number=number, line=line: _sample(source, number, line, facts))
                    for number, line in enumerate(_lines(source / INDEX))
                )
                for done, record in enumerate(in_order(pool, tasks, threads * 4), 1):
                    _add(writer, source, record, known)
                    emit.progress(min(done, facts.count), facts.count, "samples")
        finally:
            writer.close()
        made = writer.finish({name: value for name, value in given.items() if name not in FOLLOWS})
        _same(source, target, given, made)
        _nothing_else(source, known)
        # In the order of members that it came with: the same bytes have the same hash.
        (target / DATASET).write_text(json.dumps(given, allow_nan=False))
        size = sum(path.stat().st_size for path in target.rglob("*") if path.is_file())
        return {**given, "size_bytes": size}


def _lines(path: Path) -> Iterator[bytes]:
    if path.is_symlink() or not path.is_file():
        raise _invalid(f"{path.name} is missing")
    with path.open("rb") as file:
        while line := file.readline(LINE_BYTES + 1):
            if len(line) > LINE_BYTES:
                raise _invalid(f"a line of {path.name} is too long")
            yield line


def _json(path: Path, most: int) -> dict[str, Any]:
    if path.is_symlink() or not path.is_file() or path.stat().st_size > most:
        raise _invalid(f"{path.name} is missing or too large")
    return _object(path.read_bytes(), path.name)


def _object(data: bytes, what: str) -> dict[str, Any]:
    try:
        value = json.loads(data, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise _invalid(f"{what} is no JSON") from error
    if not isinstance(value, dict):
        raise _invalid(f"{what} is no object")
    return value


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no number of JSON")


def _valid(kind: Any, value: Any, what: str) -> Any:
    try:
        return kind.model_validate_json(json.dumps(value, allow_nan=False))
    except (ValidationError, ValueError, RecursionError) as error:
        first = error.errors()[0] if isinstance(error, ValidationError) else None
        place = ".".join(str(part) for part in first["loc"])[:100] if first else ""
        raise _invalid(f"{what}: {place} {first['msg'] if first else 'not usable'}") from error


def _references(facts: AdoptedFacts) -> None:
    """Lists that go by label have one entry for each; pairs are of samples that there are."""
    labels = len(facts.labels) if facts.labels is not None else None
    for name in ("label_ids", "colors"):
        entries = getattr(facts, name)
        if entries is not None and len(entries) != labels:
            raise _invalid(f"{name} has {len(entries)} entries for {labels or 0} labels")
    for first, second, same, fold in facts.pairs or ():
        if not (0 <= first < facts.count and 0 <= second < facts.count and same in (0, 1) and fold >= 0):
            raise _invalid("a pair is of samples that are not there")


def _sample(source: Path, number: int, line: bytes, facts: AdoptedFacts) -> dict[str, Any]:
    """In a thread: a line of the index that fits its files. Raises EngineError."""
    what = f"sample {number}"
    record = _object(line, what)
    sample: AdoptedSample = _valid(AdoptedSample, record, what)
    if sample.id != number:
        raise _invalid(f"{what} is numbered {sample.id}")
    folders = {"file": IMAGES, **BESIDE}
    for name, folder in folders.items():
        if name in record:
            _check_name(str(record[name]), folder, number, what)
    size = (sample.width, sample.height)
    if _size(source / sample.file, what) != size:
        raise _invalid(f"the picture of {what} has another size than its line says")
    small = _size(source / thumbnail_of(number), f"the thumbnail of {what}")
    if max(small) > MAX_SIDE:
        raise _invalid(f"the thumbnail of {what} is larger than {MAX_SIDE} pixels")
    _check_labels(sample, facts, what)
    for box in sample.boxes or ():
        problem = segmentation_problem(box.segmentation, size) if box.segmentation is not None else None
        if problem is not None:
            raise _invalid(f"{what}: {problem}")
    if sample.mask is not None:
        _check_mask(source / sample.mask, sample, facts, what)
    elif sample.mask_labels is not None:
        raise _invalid(f"{what} tells the labels of a mask that is not there")
    if sample.target is not None:
        width, height = _size(source / sample.target, f"the target of {what}")
        if width < size[0] or width % size[0] or height != size[1] * (width // size[0]):
            raise _invalid(f"the target of {what} is no whole multiple of its picture")
        if sample.upsampled is not None and _size(source / sample.upsampled, what) != (width, height):
            raise _invalid(f"the enlarged picture of {what} is not as large as its target")
    return record


def _check_name(name: str, folder: str, number: int, what: str) -> None:
    """Files have names of one form, so none leads anywhere else."""
    stem, _, suffix = name.rpartition(".")
    if stem != f"{folder}/{number:06d}" or f".{suffix}" not in _SUFFIXES:
        raise _invalid(f"{what} names a file '{name[:60]}'")


def _size(path: Path, what: str) -> tuple[int, int]:
    """Width and height of a picture that can be decoded, upright. Raises EngineError."""
    try:
        if path.is_symlink() or not path.is_file():
            raise BadPicture("it is missing", "")
        picture = examine(read_bytes(path))
    except BadPicture as error:
        raise _invalid(f"{what}: {error.problem}") from error
    return picture.width, picture.height


def _check_labels(sample: AdoptedSample, facts: AdoptedFacts, what: str) -> None:
    if facts.labels is None:
        return
    told = [box.label for box in sample.boxes or ()] + list(sample.mask_labels or ())
    if sample.label is not None:
        told.append(sample.label)
    if any(label >= len(facts.labels) for label in told):
        raise _invalid(f"{what} has a label that the dataset has no name for")


def _check_mask(path: Path, sample: AdoptedSample, facts: AdoptedFacts, what: str) -> None:
    """One channel, as large as the picture, and of the labels that its line tells."""
    if facts.masks is None:
        raise _invalid(f"{what} has a mask, and the dataset says nothing of masks")
    try:
        data = read_bytes(path)
        with alone_if_large(checked_header(data)):
            pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    except (BadPicture, OSError, cv2.error) as error:
        raise _invalid(f"the mask of {what} cannot be decoded") from error
    if pixels is None or pixels.shape != (sample.height, sample.width) or pixels.dtype not in (np.uint8, np.uint16):
        raise _invalid(f"the mask of {what} is not of one channel and as large as its picture")
    found = [int(value) - 1 for value in np.unique(pixels) if value not in (0, facts.masks.ignore)]
    if found != sorted(sample.mask_labels or []):
        raise _invalid(f"the mask of {what} shows other labels than its line says")


def _add(writer: DatasetWriter, source: Path, record: dict[str, Any], known: set[str]) -> None:
    number = record["id"]
    beside = {name: source / record[name] for name in BESIDE if name in record}
    image = source / record["file"]
    known.update([record["file"], thumbnail_of(number), *(record[name] for name in beside)])
    kept = {key: value for key, value in record.items() if key not in ("id", "file", *BESIDE)}
    writer.add(kept, image, image.suffix, source / thumbnail_of(number), beside.pop("mask", None), beside)


def _same(source: Path, target: Path, given: Mapping[str, Any], made: Mapping[str, Any]) -> None:
    """What the writer made of the samples is what came."""
    for name in FOLLOWS:
        if given.get(name) != made[name]:
            raise _invalid(f"'{name}' of {DATASET} does not follow from the samples")
    for name in (INDEX, OFFSETS, LABELS):
        path = source / name
        if path.is_symlink() or not path.is_file() or not _equal(path, target / name):
            raise _invalid(f"{name} does not follow from the samples")


def _equal(one: Path, other: Path) -> bool:
    if one.stat().st_size != other.stat().st_size:
        return False
    with one.open("rb") as first, other.open("rb") as second:
        while block := first.read(1 << 20):
            if block != second.read(1 << 20):
                return False
    return True


def _nothing_else(source: Path, known: set[str]) -> None:
    for path in source.rglob("*"):
        name = path.relative_to(source).as_posix()
        if name not in known and (path.is_symlink() or not path.is_dir()):
            raise _invalid(f"it holds a file that belongs to no sample, '{name[:60]}'")


def _invalid(why: str) -> EngineError:
    return EngineError(
        "export_dataset_invalid",
        f"The dataset of the export is not as the workbench writes it: {why}.",
        "Export the project again, and send the file as it is.",
    )
