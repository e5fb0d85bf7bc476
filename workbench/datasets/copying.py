"""Some samples of a dataset as a dataset of their own, with all that belongs to them."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from workbench.datasets.internal_form import BESIDE, DatasetReader, DatasetWriter

# What is true of a part because it is true of the whole.
KEPT = ("format", "labels", "label_ids", "masks", "colors", "skeleton", "identities", "generated", "synthetic")


def copied(
    parent: DatasetReader,
    numbers: Sequence[int],
    folder: Path,
    facts: Mapping[str, Any],
    progress: Callable[[int], None],
) -> dict[str, Any]:
    """Copy the samples `numbers` to `folder`; returns the content of its `dataset.json` with `size_bytes`.

    The parent stays as it is, and nothing is shared with it. `facts` are as `DatasetWriter.finish` takes them;
    `progress` hears how many samples are done.
    """
    writer = DatasetWriter(folder, move=False)
    try:
        for done, number in enumerate(numbers, 1):
            record = parent.sample(number)
            beside = {name: parent.folder / record[name] for name in BESIDE if name in record}
            image = parent.folder / record["file"]
            kept = {key: value for key, value in record.items() if key not in ("id", "file", *BESIDE)}
            writer.add(kept, image, image.suffix, parent.thumbnail_path(number), beside.pop("mask", None), beside)
            progress(done)
        return writer.finish(facts)
    finally:
        writer.close()


def kept_facts(parent: DatasetReader, numbers: Sequence[int], check: str, detail: str) -> dict[str, Any]:
    """The content of `dataset.json` of a part, but for what follows from its samples; `check` says how it was made."""
    whole = parent.facts
    facts: dict[str, Any] = {key: whole[key] for key in KEPT if key in whole}
    checks = [*whole["checks"], {"check": check, "ok": True, "detail": detail}]
    if "pairs" in whole:
        facts["pairs"] = _pairs(whole["pairs"], numbers)
        found = f"{len(facts['pairs']):,} of {len(whole['pairs']):,} pairs have both pictures here"
        checks.append({"check": "pairs", "ok": bool(facts["pairs"]), "detail": found})
    warnings = whole["warnings"] if whole.get("synthetic") else []
    return facts | {"checks": checks, "warnings": warnings, "warning_count": len(warnings)}


def _pairs(pairs: Sequence[Sequence[int]], numbers: Sequence[int]) -> list[list[int]]:
    """Pairs (sample, other sample, same, fold) of which both are there, by their new numbers."""
    places = {number: place for place, number in enumerate(numbers)}
    return [
        [places[first], places[second], *rest] for first, second, *rest in pairs if first in places and second in places
    ]
