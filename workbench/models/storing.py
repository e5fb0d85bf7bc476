"""A model that was made, by a conversion or from another one, on its way into the store."""

import hashlib
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workbench.jobs.context import JobContext
from workbench.storage.store import StoredArtifact
from workbench.targets.driver import Span, run_operation

GRAPH_FILE = "graph.json.gz"
ANALYZE_TIMEOUT_S = 1200.0


def analyze_and_store(
    context: JobContext, made: Mapping[str, Any], out: Path, source: Path | None, span: Span, folder: str = "analyze"
) -> tuple[StoredArtifact, dict[str, Any]]:
    """Analyse `out/model.xml` and store it, with the files in `source` that it was made from.

    Returns what is stored, and what `service.complete` takes as facts.

    `made`: framework, source_format and conversion, as the model's facts have them. `folder`: another one for each
    model that a job makes.
    """
    analyzed, tables = run_operation(
        context,
        "analyze",
        {"model": "inputs/model.xml"},
        {"model.xml": out / "model.xml", "model.bin": out / "model.bin"},
        folder=folder,
        span=span,
        timeout_s=ANALYZE_TIMEOUT_S,
    )
    kept = context.work / f"{folder}-artifact"
    kept.mkdir()
    for name in ("model.xml", "model.bin"):
        (out / name).rename(kept / name)
    for table in (tables / "analysis_layers.json.gz", tables / GRAPH_FILE):
        if table.is_file():
            table.rename(kept / table.name)
    if source is not None:
        shutil.move(source, kept / "source")
    size = sum((kept / name).stat().st_size for name in ("model.xml", "model.bin"))
    facts = {
        "precision": analyzed["precision"],
        "framework": made["framework"],
        "source_format": made["source_format"],
        "conversion": made["conversion"],
        "sha256": _hash(kept / "model.xml", kept / "model.bin"),
        "size_bytes": size,
        "inputs": analyzed["inputs"],
        "outputs": analyzed["outputs"],
        "analysis": analyzed["analysis"] | {"task_reason": analyzed["task"].get("reason")},
        "task": analyzed["task"]["guess"],
    }
    context.check()
    return context.runtime.storage.publish(kept), facts


def _hash(*paths: Path) -> str:
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()
