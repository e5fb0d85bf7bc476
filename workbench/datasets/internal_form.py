"""The one form that every dataset is kept in: a folder with the pictures, their thumbnails and an index.

`dataset.json` says what it is. `index.jsonl` has a line for each sample, `index.offsets` where each line begins
(little-endian uint64), `index.labels` which samples have a label: sorted little-endian uint64, the label in the upper
half, the sample's number in the lower. So any page of a large dataset is read without reading the rest.

Masks are PNG of one channel as `formats.masks` has them; a line's `mask_labels` are the labels that its mask shows.
`targets` has the pictures that a model shall restore, `upsampled` the samples enlarged beforehand.
"""

import json
import shutil
import struct
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO, get_args

from workbench.datasets.formats.annotations import FREE_TASKS, TASKS, Annotation
from workbench.datasets.statistics import Gatherer

DATASET = "dataset.json"
INDEX = "index.jsonl"
OFFSETS = "index.offsets"
LABELS = "index.labels"
IMAGES = "images"
MASKS = "masks"
THUMBNAILS = "thumbnails"
# Members of a line that are files beside the picture, and their folders.
BESIDE = {"mask": MASKS, "target": "targets", "upsampled": "upsampled"}

_WORD = struct.Struct("<Q")


class DatasetReader:
    """Random access to a dataset; cheap to make, reads only what is asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @cached_property
    def facts(self) -> dict[str, Any]:
        """The content of `dataset.json`."""
        content: dict[str, Any] = json.loads((self.folder / DATASET).read_text())
        return content

    @cached_property
    def count(self) -> int:
        return (self.folder / OFFSETS).stat().st_size // _WORD.size

    @property
    def labels(self) -> list[str] | None:
        """The names of the labels, None where they have none."""
        names: list[str] | None = self.facts["labels"]
        return names

    def sample(self, number: int) -> dict[str, Any]:
        """The index line of a sample. Raises IndexError."""
        return next(self.samples(number, number + 1))

    def samples(self, start: int = 0, stop: int | None = None) -> Iterator[dict[str, Any]]:
        """The index lines from `start` up to, not including, `stop`. Raises IndexError for what is not there."""
        stop = self.count if stop is None else stop
        if not 0 <= start <= stop <= self.count:
            raise IndexError(f"samples {start} to {stop} of {self.count}")
        if start == stop:
            return
        with (self.folder / OFFSETS).open("rb") as offsets, (self.folder / INDEX).open("rb") as index:
            offsets.seek(start * _WORD.size)
            index.seek(_WORD.unpack(offsets.read(_WORD.size))[0])
            for _ in range(stop - start):
                yield json.loads(index.readline())

    def numbers(self, label: int | None = None) -> Sequence[int]:
        """The numbers of the samples that have `label`, or an object of it, in their order; of all for None."""
        if label is None:
            return range(self.count)
        if not 0 <= label < 2**31:
            return []
        entries = self._label_entries
        start, stop = bisect_left(entries, label << 32), bisect_left(entries, label + 1 << 32)
        return [entry & 0xFFFFFFFF for entry in entries[start:stop]]

    @cached_property
    def _label_entries(self) -> "array[int]":
        return _from_little_endian((self.folder / LABELS).read_bytes())

    def image_path(self, number: int) -> Path:
        """The picture of a sample as it came. Raises IndexError."""
        return self.folder / str(self.sample(number)["file"])

    def thumbnail_path(self, number: int) -> Path:
        """A JPEG of at most 160 pixels a side. Raises IndexError."""
        if not 0 <= number < self.count:
            raise IndexError(number)
        return self.folder / thumbnail_name(number)


def thumbnail_name(number: int) -> str:
    return f"{THUMBNAILS}/{number}.jpg"


class DatasetWriter:
    """Writes a dataset sample by sample. `move`: the given files are renamed into it, else copied."""

    def __init__(self, folder: Path, *, move: bool) -> None:
        folder.mkdir(parents=True)
        for name in (IMAGES, THUMBNAILS):
            (folder / name).mkdir()
        self.folder = folder
        self.count = 0
        self.class_counts: Counter[int] = Counter()
        self._move = move
        self._kinds: set[Annotation] = set()
        self._statistics = Gatherer()
        self._offsets = array("Q")
        self._labels = array("Q")
        self._index: BinaryIO = (folder / INDEX).open("wb")
        self._position = 0

    def close(self) -> None:
        self._index.close()

    def add(
        self,
        facts: Mapping[str, Any],
        image: Path,
        suffix: str,
        thumbnail: Path,
        mask: Path | None,
        beside: Mapping[str, Path] | None = None,
    ) -> None:
        """Add a sample; `facts` is its index line without `id`, `file` and the members of BESIDE.

        These are given here: the mask, and others by their name in `beside`.
        """
        number = self.count
        record: dict[str, Any] = {"id": number, "file": f"{IMAGES}/{number:06d}{suffix}", **facts}
        self._place(image, record["file"])
        self._place(thumbnail, thumbnail_name(number))
        given = {"mask": mask, **(beside or {})}
        for name, folder in BESIDE.items():
            path = given.get(name)
            if path is not None:
                (self.folder / folder).mkdir(exist_ok=True)
                record[name] = f"{folder}/{number:06d}{path.suffix}"
                self._place(path, record[name])
        self._note(number, record)
        self._statistics.add(record)
        line = json.dumps(record, separators=(",", ":"), allow_nan=False).encode() + b"\n"
        self._offsets.append(self._position)
        self._position += len(line)
        self._index.write(line)
        self.count += 1

    def _place(self, source: Path, name: str) -> None:
        if self._move:
            source.rename(self.folder / name)
        else:
            shutil.copyfile(source, self.folder / name)

    def _note(self, number: int, record: Mapping[str, Any]) -> None:
        labels = [box["label"] for box in record.get("boxes", ())]
        if "label" in record:
            labels.append(record["label"])
            self._kinds.add("classification")
        if record.get("boxes"):
            # The boxes of pictures with landmarks are about one face of perhaps many.
            if "landmarks" not in record:
                self._kinds.add("detection")
            if any("segmentation" in box for box in record["boxes"]):
                self._kinds.add("instance_segmentation")
            if any("keypoints" in box for box in record["boxes"]):
                self._kinds.add("keypoints")
        if "landmarks" in record:
            self._kinds.add("landmarks")
        if "target" in record:
            self._kinds.add("super_resolution")
        if "mask" in record:
            self._kinds.add("segmentation")
        # A picture with both has the same things in both.
        labels = labels or record.get("mask_labels", [])
        self.class_counts.update(labels)
        self._labels.extend(label << 32 | number for label in set(labels))

    def finish(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        """Write what stands beside the index; returns the content of `dataset.json` with `size_bytes`.

        `facts` are its members but for those that follow from the samples.
        """
        self._index.close()
        (self.folder / OFFSETS).write_bytes(_little_endian(self._offsets))
        (self.folder / LABELS).write_bytes(_little_endian(array("Q", sorted(self._labels))))
        if facts.get("pairs"):
            self._kinds.add("face_pairs")
        kinds = [kind for kind in get_args(Annotation) if kind in self._kinds]
        content: dict[str, Any] = {
            **facts,
            "annotation": kinds or ["none"],
            "tasks": [TASKS[kind] for kind in kinds if kind in TASKS] + list(FREE_TASKS if kinds else ()),
            "count": self.count,
            "class_counts": {str(label): count for label, count in sorted(self.class_counts.items())},
            "statistics": self._statistics.record(),
        }
        (self.folder / DATASET).write_text(json.dumps(content, allow_nan=False))
        size = sum(path.stat().st_size for path in self.folder.rglob("*") if path.is_file())
        return {**content, "size_bytes": size}


def _little_endian(values: "array[int]") -> bytes:
    if struct.pack("=H", 1) != struct.pack("<H", 1):
        values = array("Q", values)
        values.byteswap()
    return values.tobytes()


def _from_little_endian(data: bytes) -> "array[int]":
    values = array("Q")
    values.frombytes(data)
    if struct.pack("=H", 1) != struct.pack("<H", 1):
        values.byteswap()
    return values
