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
    context: JobContext, made: Mapping[str, Any], out: Path, source: Path | None, span: Span
) -> tuple[StoredArtifact, dict[str, Any]]:
    """Analyse `out/model.xml` and store it, with the files in `source` that it was made from.

    Returns what is stored, and what `service.complete` takes as facts.

    `made`: framework, source_format and conversion, as the model's facts have them.
    """
    analyzed, tables = run_operation(
        context,
        "analyze",
        {"model": "inputs/model.xml"},
        {"model.xml": out / "model.xml", "model.bin": out / "model.bin"},
        folder="analyze",
        span=span,
        timeout_s=ANALYZE_TIMEOUT_S,
    )
    folder = context.work / "artifact"
    folder.mkdir()
    for name in ("model.xml", "model.bin"):
        (out / name).rename(folder / name)
    for table in (tables / "analysis_layers.json.gz", tables / GRAPH_FILE):
        if table.is_file():
            table.rename(folder / table.name)
    if source is not None:
        shutil.move(source, folder / "source")
    size = sum((folder / name).stat().st_size for name in ("model.xml", "model.bin"))
    facts = {
        "precision": analyzed["precision"],
        "framework": made["framework"],
        "source_format": made["source_format"],
        "conversion": made["conversion"],
        "sha256": _hash(folder / "model.xml", folder / "model.bin"),
        "size_bytes": size,
        "inputs": analyzed["inputs"],
        "outputs": analyzed["outputs"],
        "analysis": analyzed["analysis"] | {"task_reason": analyzed["task"].get("reason")},
        "task": analyzed["task"]["guess"],
    }
    context.check()
    return context.runtime.storage.publish(folder), facts


def _hash(*paths: Path) -> str:
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()
