"""A smaller dataset in proportion to the classes, the same for the same seed on every machine."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any

from workbench.datasets.copying import copied, kept_facts
from workbench.datasets.internal_form import DatasetReader
from workbench.engine.protocol import Emitter, EngineError

NO_CLASS = -1


def run(parameters: Mapping[str, Any], work: Path, emit: Emitter) -> dict[str, Any]:
    """The operation `dataset_subset`: `count` samples of the dataset in `dataset` go to `out/dataset`.

    The parent stays as it is, and nothing is shared with it, so either can be deleted.
    """
    parent = DatasetReader((work / parameters["dataset"]).resolve())
    count, seed = checked(parameters)
    if count > parent.count:
        raise EngineError(
            "subset_too_large", f"The dataset has {parent.count:,} samples, not {count:,}.", "Choose fewer."
        )
    emit.stage("choose samples", 1, 2)
    strata = strata_of(list(label_sets(parent)))
    chosen = sorted(stratified_order(strata, seed)[:count])
    emit.stage("copy samples", 2, 2)
    folder = work / "out" / "dataset"
    return copied(
        parent, chosen, folder, _facts(parent, chosen, seed), lambda done: emit.progress(done, count, "samples")
    )


def checked(parameters: Mapping[str, Any]) -> tuple[int, int]:
    """`count` and `seed` of a request. Raises EngineError."""
    count, seed = parameters.get("count"), parameters.get("seed", 0)
    if not isinstance(count, int) or not isinstance(seed, int) or count < 1:
        raise EngineError("subset_invalid", "A subset needs a number of samples and a seed.", "Give both as numbers.")
    return count, seed


def _facts(parent: DatasetReader, chosen: Sequence[int], seed: int) -> dict[str, Any]:
    count = len(chosen)
    detail = f"{count:,} of {parent.count:,} samples, in proportion to the classes, seed {seed}"
    return {**kept_facts(parent, chosen, "subset", detail), "subset": {"count": count, "seed": seed}}


def label_sets(reader: DatasetReader) -> Iterable[list[int]]:
    for record in reader.samples():
        labels = [record["label"]] if "label" in record else [box["label"] for box in record.get("boxes", ())]
        yield labels or record.get("mask_labels", [])


def strata_of(label_sets: Sequence[Sequence[int]]) -> list[int]:
    """The group that each sample is drawn from: its label, or the rarest class among its objects.

    Rarest by the number of samples that have it, so that rare classes are not left to chance. -1 without a label.
    """
    having = Counter(label for labels in label_sets for label in set(labels))
    return [min(labels, key=lambda label: (having[label], label), default=NO_CLASS) for labels in label_sets]


def stratified_order(strata: Sequence[int], seed: int) -> list[int]:
    """All sample numbers, ordered so that every beginning is spread over the strata in proportion.

    Systematic sampling: the k-th sample of a stratum of n, in an order drawn by hash, stands at (k + u) / n, where u
    in 0…1 is drawn once for each stratum. Up to any t, a stratum gives n·t samples rounded up or down.
    Hashes stand in for a random generator, because they never change with a version.
    """
    members: dict[int, list[int]] = defaultdict(list)
    for number, stratum in enumerate(strata):
        members[stratum].append(number)
    places: list[tuple[float, bytes, int]] = []
    for stratum, numbers in members.items():
        keyed = sorted((_hash(f"{seed}:{number}"), number) for number in numbers)
        offset = int.from_bytes(_hash(f"{seed}/{stratum}")) / 2**64
        places += [((k + offset) / len(keyed), key, number) for k, (key, number) in enumerate(keyed)]
    return [number for _, _, number in sorted(places)]


def _hash(text: str) -> bytes:
    return blake2b(text.encode(), digest_size=8).digest()
