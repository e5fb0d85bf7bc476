"""The job kind `project_export`: a project with its family, dataset, runs and reports in one archive.

Nothing of this server is in it: no ids, no paths, no jobs, and nothing of projects outside of the family.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from workbench.accuracy import service as accuracy
from workbench.benchmarks import service as benchmarks
from workbench.datasets import service as datasets
from workbench.db.tables import Dataset, Model, Project, Report, Run, Target
from workbench.downloads import safe_name
from workbench.jobs.context import JobContext
from workbench.jobs.kinds import JobFailed, JobKind, Outcome, register
from workbench.models import service as models
from workbench.packages import repository, service
from workbench.packages.export_archive import Archive, sha256_of
from workbench.packages.export_document import (
    CONTENT,
    REPORTS,
    RUNS,
    Content,
    ExportedDataset,
    ExportedModel,
    ExportedProject,
    ExportedReport,
    ExportedRun,
    ExportedTarget,
)
from workbench.packages.schemas import ExportWanted
from workbench.projects import service as projects

# Of the job's time, the hash over the whole archive takes what is left.
PACKING = 0.9
CHANGED = JobFailed(
    "export_changed",
    "Something of the project was deleted while it was packed.",
    "Export it again.",
)


@dataclass
class _Gathered:
    """Rows of one look at the database, in the order that they have in the export."""

    project: Project
    models: list[Model]
    dataset: Dataset
    dataset_sha256: str
    target: Target | None
    projects: list[Project]
    runs: list[list[Run]] = field(default_factory=list)
    reports: list[list[Report]] = field(default_factory=list)
    readings: list[dict[str, Any] | None] = field(default_factory=list)
    sizes: dict[str, int] = field(default_factory=dict)

    def model(self, model_id: str | None) -> int | None:
        return next((place for place, row in enumerate(self.models) if row.id == model_id), None)


def _export(context: JobContext) -> Outcome:
    wanted = ExportWanted.model_validate(context.parameters)
    with context.runtime.db.read() as session:
        found = gather(session, str(context.job.project_id), wanted)
    context.stage("pack", 1, 2, 0.0)
    folder = context.work / "artifact"
    folder.mkdir()
    path = folder / service.ARCHIVE
    try:
        parts = _Packing(context, found, wanted).write(path)
    except FileNotFoundError as error:
        raise CHANGED from error
    context.stage("hash", 2, 2, PACKING)
    digest, size = sha256_of(path, context.check), path.stat().st_size
    context.check()
    stored = context.runtime.storage.publish(folder)
    result: dict[str, Any] = {"package_id": None, "project_id": found.project.id, "size_bytes": size, "sha256": digest}

    def apply(session: Session) -> None:
        row = service.keep(
            session,
            context,
            stored,
            project_id=found.project.id,
            model_id=found.project.model_id,
            kind="project",
            name=found.project.name[:200],
            filename=f"{safe_name(found.project.name)[:150]}.project.tar.gz",
            size_bytes=size,
            sha256=digest,
            result={
                "devices": [found.project.device],
                "configuration": None,
                "parts": parts,
                "trial": None,
                "options": wanted.model_dump(),
            },
        )
        result["package_id"] = row.id

    return Outcome(result, apply)


def gather(session: Session, project_id: str, wanted: ExportWanted) -> _Gathered:
    """What belongs to the project. Raises Conflict for an archived one, or a part that is still being imported."""
    row = projects.usable(session, project_id)
    model, dataset = models.ready(session, str(row.model_id)), datasets.ready(session, str(row.dataset_id))
    family = repository.family(session, model) if wanted.family else [*repository.ancestors(session, model), model]
    family = [one for one in family if one.state == "ready" and one.artifact_id is not None]
    rows = repository.family_projects(session, row, [one.id for one in family]) if wanted.family else [row]
    found = _Gathered(
        row,
        family,
        dataset,
        repository.artifact_sha256(session, dataset.artifact_id),
        repository.target(session, row.target_id),
        rows,
    )
    for project in rows:
        found.runs.append(repository.runs(session, project.id))
        found.reports.append(repository.reports(session, project.id))
        found.readings.append(_reading(session, project, rows))
    artifacts = [one.artifact_id for one in family] + ([dataset.artifact_id] if wanted.dataset else [])
    for runs, reports in zip(found.runs, found.reports, strict=True):
        artifacts += [name for run in runs for name in (run.latencies_artifact_id, run.layers_artifact_id)]
        artifacts += [report.artifact_id for report in reports]
    found.sizes = repository.artifact_sizes(session, [name for name in artifacts if name is not None])
    return found


def _reading(session: Session, row: Project, included: list[Project]) -> dict[str, Any] | None:
    """What was said of a project; of one whose parent stays here, also what was said of that."""
    parent = repository.project(session, row.parent_id)
    if row.reading is None and parent is not None and all(other.id != parent.id for other in included):
        return parent.reading
    return row.reading


def describe(found: _Gathered, wanted: ExportWanted, sources: list[list[str]]) -> Content:
    """The content of an export, but for runs and reports. `sources`: names of the source files of each model."""
    info: dict[str, Any] = (found.target.info if found.target is not None else None) or {}
    cpu = info.get("cpu")
    return Content(
        target=ExportedTarget(
            name=found.target.name if found.target is not None else "",
            cpu=str(cpu["model"]) if isinstance(cpu, dict) and cpu.get("model") else None,
            openvino=str(info["openvino_version"]) if info.get("openvino_version") else None,
        ),
        models=[_model(found, row, names) for row, names in zip(found.models, sources, strict=True)],
        dataset=ExportedDataset(
            included=wanted.dataset,
            name=found.dataset.name,
            format=found.dataset.format,  # type: ignore[arg-type]
            count=found.dataset.count,
            sha256=found.dataset_sha256,
            created_at=found.dataset.created_at,
        ),
        projects=[_project(found, number, row) for number, row in enumerate(found.projects)],
        main=next(place for place, row in enumerate(found.projects) if row.id == found.project.id),
    )


def _model(found: _Gathered, row: Model, sources: list[str]) -> ExportedModel:
    conversion: dict[str, Any] | None = dict(row.conversion) if row.conversion is not None else None
    if conversion is not None and isinstance(conversion.get("calibration"), dict):
        told = conversion["calibration"]
        conversion["calibration"] = {name: value for name, value in told.items() if name != "dataset_id"}
        options = conversion.get("options")
        if isinstance(options, dict) and isinstance(options.get("calibration"), dict):
            # It may have been named by its id.
            asked = options["calibration"]
            named = told.get("dataset") if asked.get("dataset") is not None else None
            conversion["options"] = options | {"calibration": asked | {"dataset": named}}
    return ExportedModel(
        name=row.name,
        task=row.task,  # type: ignore[arg-type]
        task_source=row.task_source,  # type: ignore[arg-type]
        framework=row.framework,
        source_format=row.source_format,
        sha256=str(row.sha256),
        size_bytes=row.size_bytes,
        preprocessing=row.preprocessing,  # type: ignore[arg-type]
        conversion=conversion,
        parent=found.model(row.parent_id),
        sources=sources,
        created_at=row.created_at,
    )


def _project(found: _Gathered, number: int, row: Project) -> ExportedProject:
    parent = next((place for place, other in enumerate(found.projects) if other.id == row.parent_id), None)
    return ExportedProject(
        name=row.name,
        model=found.model(row.model_id) or 0,
        device=row.device,
        precision=row.precision,  # type: ignore[arg-type]
        reading=found.readings[number],  # type: ignore[arg-type]
        parent=parent,
        runs=len(found.runs[number]),
        reports=len(found.reports[number]),
        created_at=row.created_at,
    )


class _Packing:
    """Writes one archive and counts what goes into its parts."""

    def __init__(self, context: JobContext, found: _Gathered, wanted: ExportWanted) -> None:
        self.context, self.found, self.wanted = context, found, wanted
        self._total = max(1, sum(found.sizes.values()))
        self._done = 0

    def write(self, path: Path) -> list[dict[str, Any]]:
        found, moment = self.found, datetime.now(UTC)
        with Archive(path, metadata.version("openvino"), moment, self._packed) as archive:
            marks = [("models", "IR with lineage and source files", 0)]
            sources = [self._sources(row) for row in found.models]
            for number, row in enumerate(found.models):
                for name, file in zip(("model.xml", "model.bin"), models.files(self.context.runtime, row), strict=True):
                    archive.file(f"models/{number}/{name}", file)
                for place, (_, file) in enumerate(sources[number]):
                    archive.file(f"models/{number}/source/{place}", file)
            marks.append(("dataset", "pictures and annotations in the internal form", len(archive.members)))
            if self.wanted.dataset:
                folder = datasets.folder(self.context.runtime, found.dataset)
                for name, file in _files(folder):
                    archive.file(f"dataset/{name}", file)
            marks.append(("runs", "figures, latencies and layers", len(archive.members)))
            for number, runs in enumerate(found.runs):
                self._runs(archive, number, runs)
            marks.append(("reports", "figures, rows, tables and drawings", len(archive.members)))
            for number, reports in enumerate(found.reports):
                self._reports(archive, number, reports)
            marks.append(
                ("configuration", "projects, readings and how the parts belong together", len(archive.members))
            )
            content = describe(found, self.wanted, [[name for name, _ in files] for files in sources])
            archive.text(CONTENT, content.model_dump_json(indent=1))
            archive.finish()
            ends = [mark[2] for mark in marks[1:]] + [len(archive.members)]
            return [
                {
                    "name": name,
                    "description": description,
                    "files": end - begin,
                    "size_bytes": sum(member.size_bytes for member in archive.members[begin:end]),
                }
                for (name, description, begin), end in zip(marks, ends, strict=True)
                if end > begin
            ]

    def _packed(self, count: int) -> None:
        self.context.check()
        self._done += count
        self.context.progress(PACKING * min(1.0, self._done / self._total))

    def _sources(self, row: Model) -> list[tuple[str, Path]]:
        folder = self.context.runtime.storage.artifact(str(row.artifact_id)) / "source"
        return list(_files(folder)) if folder.is_dir() else []

    def _runs(self, archive: Archive, number: int, rows: list[Run]) -> None:
        lines = []
        for place, row in enumerate(rows):
            files = []
            for name, artifact_id in (
                ("latencies.npz", row.latencies_artifact_id),
                ("layers.json.gz", row.layers_artifact_id),
            ):
                if artifact_id is not None:
                    archive.file(
                        f"projects/{number}/runs/{place}/{name}",
                        self.context.runtime.storage.artifact(artifact_id, name),
                    )
                    files.append(name)
            lines.append(ExportedRun(document=benchmarks.exported_run(row), files=files))  # type: ignore[arg-type]
        archive.text(f"projects/{number}/{RUNS}", _jsonl(lines))

    def _reports(self, archive: Archive, number: int, rows: list[Report]) -> None:
        lines = []
        for place, row in enumerate(rows):
            if row.artifact_id is not None:
                for name, file in _files(self.context.runtime.storage.artifact(row.artifact_id)):
                    archive.file(f"projects/{number}/reports/{place}/{name}", file)
            reference = (row.result.get("reference") or {}).get("model_id")
            lines.append(
                ExportedReport(
                    document=accuracy.exported_report(row),
                    model=self.found.model(row.model_id),
                    reference=self.found.model(reference) if reference is not None else None,
                    files=row.artifact_id is not None,
                )
            )
        archive.text(f"projects/{number}/{REPORTS}", _jsonl(lines))


def _jsonl(lines: list[Any]) -> str:
    return "".join(json.dumps(line.model_dump(mode="json"), allow_nan=False) + "\n" for line in lines)


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    """All files below a folder, by their relative names, in order."""
    if not folder.is_dir():
        raise FileNotFoundError(folder)
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield path.relative_to(folder).as_posix(), path


PROJECT_EXPORT = register(JobKind("project_export", _export))
