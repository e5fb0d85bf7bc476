"""The job kinds of models: `model_import` (files → IR → analysis → store), `model_fold` (a model with its preprocessing
inside), and `model_graph` for older models."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from workbench.db.tables import Job
from workbench.jobs.context import JobContext
from workbench.jobs.kinds import JobKind, Outcome, register
from workbench.models import service
from workbench.models.sources import gather
from workbench.models.storing import ANALYZE_TIMEOUT_S, analyze_and_store
from workbench.storage.store import StoredArtifact
from workbench.targets.driver import Span, run_operation
from workbench.uploads import service as uploads

CONVERT_TIMEOUT_S = 3600.0


def _import(context: JobContext) -> Outcome:
    parameters = context.parameters
    sources = gather(context)
    stored, facts = convert_and_store(context, sources, parameters, Span())
    model_id = str(context.job.model_id)

    def apply(session: Session) -> None:
        service.complete(session, model_id, stored, facts)
        uploads.release(session, context.runtime.storage, context.job.id)

    return Outcome({"model_id": model_id}, apply)


def convert_and_store(
    context: JobContext, sources: Mapping[str, Path], parameters: Mapping[str, Any], span: Span
) -> tuple[StoredArtifact, dict[str, Any]]:
    """Convert and analyse `sources` (relative name → file); returns the stored model and what is known of it."""
    middle = span.start + 0.6 * (span.end - span.start)
    converted, out = run_operation(
        context,
        "convert",
        {
            "files": [f"inputs/source/{name}" for name in sorted(sources)],
            "precision": parameters.get("precision"),
            "inputs": parameters.get("inputs"),
            "outputs": parameters.get("outputs"),
            "name": parameters.get("name"),
        },
        {},
        folder="convert",
        copies={f"source/{name}": path for name, path in sources.items()},
        span=Span(span.start, middle, "convert: "),
        timeout_s=CONVERT_TIMEOUT_S,
    )
    kept = context.work / "convert" / "inputs" / "source" if converted["framework"] != "openvino" else None
    return analyze_and_store(context, converted, out, kept, Span(middle, span.end, "analyse: "))


def _fold(context: JobContext) -> Outcome:
    """The child of a model, whose input takes pictures as they are decoded."""
    wanted, model_id = context.parameters, str(context.job.model_id)
    with context.runtime.db.read() as session:
        parent = service.ready(session, str(wanted["parent_id"]))
    xml, weights = service.files(context.runtime, parent)
    layouts = {port["name"]: port["layout"] for port in parent.inputs or () if port.get("layout")}
    asked = {name: wanted[name] for name in ("preprocessing", "input", "resize")}
    told, out = run_operation(
        context,
        "fold_preprocessing",
        {"model": "inputs/model.xml", "layouts": layouts, **asked},
        {"model.xml": xml, "model.bin": weights},
        folder="fold",
        span=Span(0.0, 0.4, "fold: "),
        timeout_s=ANALYZE_TIMEOUT_S,
    )
    made = {
        "framework": parent.framework,
        "source_format": parent.source_format,
        "conversion": {"folded_preprocessing": {**asked, "input": told["input"]}, "of": parent.name},
    }
    stored, facts = analyze_and_store(context, made, out, None, Span(0.4, 1.0, "analyse: "))

    def apply(session: Session) -> None:
        service.complete(session, model_id, stored, facts)
        service.keep_preprocessing(session, model_id, told["preprocessing"])

    return Outcome({"model_id": model_id}, apply)


def _abandon(session: Session, job: Job) -> None:
    service.abandon(session, job.model_id)


def _graph(context: JobContext) -> Outcome:
    """The graph of a model that was imported before graphs were kept."""
    model_id = str(context.job.model_id)
    with context.runtime.db.read() as session:
        row = service.ready(session, model_id)
    xml, weights = service.files(context.runtime, row)
    result, out = run_operation(
        context,
        "graph",
        {"model": "inputs/model.xml"},
        {"model.xml": xml, "model.bin": weights},
        folder="graph",
        timeout_s=ANALYZE_TIMEOUT_S,
    )
    folder = context.work / "artifact"
    folder.mkdir()
    (out / service.GRAPH_FILE).rename(folder / service.GRAPH_FILE)
    stored = context.runtime.storage.publish(folder)

    def apply(session: Session) -> None:
        service.keep_graph(session, context.runtime.storage, model_id, stored)

    return Outcome({"model_id": model_id, "nodes": result["nodes"]}, apply)


MODEL_FOLD = register(JobKind("model_fold", _fold, abandon=_abandon))
MODEL_GRAPH = register(JobKind("model_graph", _graph))
MODEL_IMPORT = register(JobKind("model_import", _import, abandon=_abandon))
