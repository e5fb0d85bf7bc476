"""The samples of a dataset in the internal form: dataset.json, index.jsonl, index.offsets."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.engine.protocol import EngineError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Pair = tuple[int, int, int, int]
Record = Mapping[str, Any]


@dataclass(frozen=True)
class Dataset:
    """A dataset that is read sample by sample. `facts` is the content of dataset.json, {} where there is none."""

    folder: Path
    facts: Mapping[str, Any]
    offsets: NDArray[np.uint64]

    @property
    def count(self) -> int:
        return len(self.offsets)

    @property
    def labels(self) -> list[str] | None:
        """Names of the labels, their numbers where nobody named them; None where nothing is annotated with one."""
        labels = self.facts.get("labels")
        if labels:
            return [str(name) for name in labels]
        used = [int(label) for label in self.facts.get("class_counts") or {}]
        return [str(number) for number in range(max(used) + 1)] if used else None

    @property
    def label_ids(self) -> list[int] | None:
        ids = self.facts.get("label_ids")
        return [int(number) for number in ids] if ids else None

    @property
    def pairs(self) -> list[Pair] | None:
        """Pairs of faces: sample, other sample, 1 for the same person, fold."""
        pairs = self.facts.get("pairs")
        return [(int(a), int(b), int(same), int(fold)) for a, b, same, fold in pairs] if pairs else None

    @property
    def background(self) -> bool:
        """Whether 0 in masks is a class to be judged."""
        return bool((self.facts.get("masks") or {}).get("background"))

    def records(self, numbers: Sequence[int]) -> Iterator[Record]:
        """The lines of the index of `numbers`, in that order. Raises EngineError `dataset_unreadable`."""
        with _readable(), (self.folder / "index.jsonl").open("rb") as index:
            for number in numbers:
                index.seek(int(self.offsets[number]))
                record = json.loads(index.readline())
                if not isinstance(record, dict) or not isinstance(record.get("file"), str):
                    raise ValueError(f"line {number + 1} of the index is no sample")
                record["id"] = number
                yield record

    def path(self, name: str) -> Path:
        """A file of the dataset. Raises EngineError `dataset_unreadable` for one outside of it.

        By its name alone: datasets have no links, and to follow each part of every path would take longer than to
        judge a sample.
        """
        if name.startswith("/") or "\0" in name or ".." in name.split("/"):
            raise _unreadable(f"{name[:100]} is outside of the dataset")
        return self.folder / name

    def check_masks(self) -> None:
        """Masks of an older form have other values. Raises EngineError `dataset_unreadable`."""
        masks = self.facts.get("masks")
        if masks is not None and ("classes" in masks or "ignore" not in masks):
            raise _unreadable("its masks are of an older form")


def read(folder: Path) -> Dataset:
    """Raises EngineError `dataset_unreadable`."""
    import numpy as np

    with _readable():
        path = folder / "dataset.json"
        facts = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        if not isinstance(facts, dict):
            raise ValueError("dataset.json is no object")
        return Dataset(folder, facts, np.fromfile(folder / "index.offsets", dtype="<u8"))


def chosen(dataset: Dataset, subset: Mapping[str, Any] | None, without: Mapping[str, Any] | None = None) -> list[int]:
    """The numbers of all samples, or of a seeded `subset` {count, seed}, ascending; of faces see `chosen_pairs`.

    What `chosen(dataset, without)` gives is left out before the subset is drawn.
    """
    left = range(dataset.count)
    if without is not None:
        out = set(_drawn(left, without))
        return sorted(_drawn([number for number in left if number not in out], subset))
    return sorted(_drawn(left, subset))


def _drawn(numbers: Sequence[int], subset: Mapping[str, Any] | None) -> list[int]:
    import numpy as np

    if subset is None or int(subset["count"]) >= len(numbers):
        return list(numbers)
    order = np.random.default_rng(int(subset.get("seed") or 0)).permutation(len(numbers))
    return [numbers[int(place)] for place in order[: max(1, int(subset["count"]))]]


def chosen_pairs(pairs: Sequence[Pair], subset: Mapping[str, Any] | None) -> tuple[list[Pair], list[int]]:
    """All pairs, or a seeded subset of them, and the samples that they need, each once."""
    import numpy as np

    kept = list(pairs)
    if subset is not None and int(subset["count"]) < len(kept):
        order = np.random.default_rng(int(subset.get("seed") or 0)).permutation(len(kept))
        kept = [pairs[number] for number in sorted(order[: max(1, int(subset["count"]))])]
    return kept, sorted({number for pair in kept for number in pair[:2]})


class _readable:  # noqa: N801 - reads as a statement
    """What goes wrong inside is told as `dataset_unreadable`."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OSError | ValueError | KeyError | TypeError):
            raise _unreadable(str(error)[:200]) from error


def _unreadable(why: str) -> EngineError:
    return EngineError("dataset_unreadable", f"The dataset cannot be read: {why}.", "Import the dataset again.")
