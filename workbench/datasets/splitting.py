"""The operation `dataset_split`: two datasets that have no sample in common, both in proportion to the classes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workbench.datasets.copying import copied, kept_facts
from workbench.datasets.generating import whole_or_nothing
from workbench.datasets.internal_form import DatasetReader
from workbench.datasets.subset import label_sets, strata_of, stratified_order
from workbench.engine.protocol import Emitter, EngineError

PARTS = ("calibration", "validation")


def run(parameters: Mapping[str, Any], work: Path, emit: Emitter) -> dict[str, Any]:
    """Write `out/calibration` and `out/validation`, each with as many samples of `dataset` as the parameter says.

    The result has the content of `dataset.json` of each. Raises EngineError.
    """
    parent = DatasetReader((work / parameters["dataset"]).resolve())
    counts = [int(parameters[part]) for part in PARTS]
    seed, total = int(parameters["seed"]), sum(counts)
    if min(counts) < 1 or total > parent.count:
        raise EngineError(
            "split_too_large", f"The dataset has {parent.count:,} samples, not {total:,}.", "Ask for fewer."
        )
    emit.stage("choose samples", 1, 2)
    # Any stretch of this order is in proportion, not only its beginning.
    order = stratified_order(strata_of(list(label_sets(parent))), seed)
    emit.stage("copy samples", 2, 2)
    result: dict[str, Any] = {}
    start = 0
    with whole_or_nothing(work / "out"):
        for part, count in zip(PARTS, counts, strict=True):
            chosen = sorted(order[start : start + count])
            detail = f"{count:,} of {parent.count:,} samples, in proportion to the classes, seed {seed}"
            facts = kept_facts(parent, chosen, f"split for {part}", detail)
            facts["split"] = {"part": part, "count": count, "seed": seed}

            def progress(done: int, before: int = start) -> None:
                emit.progress(before + done, total, "samples")

            result[part] = copied(parent, chosen, work / "out" / part, facts, progress)
            start += count
    return result
