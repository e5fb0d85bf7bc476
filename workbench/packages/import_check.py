"""The operation `project_check`: an export from elsewhere, of which nothing is believed.

It is unpacked under the limits of every archive; each file must be named in the manifest with its hash, and have its
place in the content; every document is read strictly; figures that follow from others must do so. Models and dataset
are looked at by operations of their own afterwards.
"""

import errno
import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from workbench.accuracy import service as accuracy
from workbench.benchmarks import service as benchmarks
from workbench.engine.protocol import Emitter, EngineError
from workbench.errors import WorkbenchError
from workbench.packages import import_rules as rules
from workbench.packages.export_document import (
    CONTENT,
    FORMAT,
    MANIFEST,
    OF_DATASET,
    OF_REPORT,
    REPORTS,
    RUNS,
    SCHEMA,
    Content,
    ExportedReport,
    ExportedRun,
    Manifest,
)
from workbench.storage.archive import ArchiveError, Limits, extract
from workbench.uploads import service as uploads

STAGES = ("unpack", "check hashes", "check runs and reports")
MANIFEST_BYTES = 4 * 1024**3
CONTENT_BYTES = 256 * 1024**2
LINE_BYTES = 64 * 1024**2
CHECKED = "checked"

Kind = TypeVar("Kind", bound=BaseModel)


def run(parameters: Mapping[str, Any], work: Path, emit: Emitter) -> dict[str, Any]:
    """Unpack and check the archive `archive`; its files are in `out/checked` then, and nothing else is.

    Raises EngineError: the codes of archives, `export_manifest_invalid`, `export_version_unsupported`,
    `export_member_missing`, `export_member_unknown`, `export_hash_mismatch`, `export_invalid`, `export_inconsistent`,
    `export_run_invalid`, `export_report_invalid`.
    """
    folder = work / "out" / CHECKED
    given = parameters.get("limits") or {}
    limits = replace(Limits(), **{name: given[name] for name in ("members", "bytes") if name in given})
    emit.stage(STAGES[0], 1, len(STAGES))
    try:
        extract(
            (work / "inputs" / "archive").resolve(),
            folder,
            limits,
            progress=lambda done, total: emit.progress(done, total, "bytes"),
        )
    except ArchiveError as error:
        raise EngineError(error.code, error.message, error.action) from error
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise EngineError("disk_full", "The disk is too full for this export.", "Make room and try again.") from error
    emit.stage(STAGES[1], 2, len(STAGES))
    manifest = _manifest(folder)
    _hashes(folder, manifest, emit)
    content = document(Content, folder / CONTENT, CONTENT_BYTES)
    check_content(content)
    names = {member.path for member in manifest.files}
    emit.stage(STAGES[2], 3, len(STAGES))
    known: set[str] = {CONTENT}
    for number in range(len(content.projects)):
        known |= _project(folder, content, number, names)
        emit.progress(number + 1, len(content.projects), "projects")
    _places(content, names, known)
    return {"files": len(names), "openvino": manifest.openvino, "workbench": manifest.workbench}


def document(kind: type[Kind], path: Path, most: int) -> Kind:
    """A JSON document of a file. Raises EngineError `export_invalid`, `export_member_missing`."""
    if not path.is_file():
        raise rules.missing(path.name)
    if path.stat().st_size > most:
        raise rules.invalid(f"{path.name} is too large")
    return _valid(kind, path.read_bytes(), path.name)


def lines(kind: type[Kind], path: Path) -> list[Kind]:
    """Of a JSON Lines file. Raises EngineError `export_invalid`, `export_member_missing`."""
    if not path.is_file():
        raise rules.missing(path.name)
    found: list[Kind] = []
    with path.open("rb") as file:
        while line := file.readline(LINE_BYTES + 1):
            if len(line) > LINE_BYTES:
                raise rules.invalid(f"a line of {path.name} is too long")
            found.append(_valid(kind, line, f"line {len(found) + 1} of {path.name}"))
    return found


def _valid(kind: type[Kind], data: bytes, what: str) -> Kind:
    try:
        value = json.loads(data, parse_constant=_no_constant)
        rules.require_plain(value, what)
        return kind.model_validate(value)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])[:100]
        raise rules.invalid(f"{what}, {place}: {first['msg']}"[:300]) from error
    except (ValueError, RecursionError) as error:
        raise rules.invalid(f"{what} is no JSON") from error


def _no_constant(name: str) -> float:
    raise ValueError(name)


def _manifest(folder: Path) -> Manifest:
    path = folder / MANIFEST
    if not path.is_file():
        raise _bad_manifest(f"there is no {MANIFEST}: this is no export of a project")
    if path.stat().st_size > MANIFEST_BYTES:
        raise _bad_manifest("it is too large")
    try:
        value = json.loads(path.read_bytes(), parse_constant=_no_constant)
        if isinstance(value, dict) and value.get("format") == FORMAT and isinstance(value.get("schema_version"), int):
            _check_version(value["schema_version"])
        manifest = Manifest.model_validate(value)
    except ValidationError as error:
        first = error.errors()[0]
        raise _bad_manifest(f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"[:300]) from error
    except (ValueError, RecursionError) as error:
        raise _bad_manifest("it is no JSON") from error
    if len({member.path for member in manifest.files}) != len(manifest.files):
        raise _bad_manifest("it names a file twice")
    return manifest


def _check_version(version: int) -> None:
    if version != SCHEMA:
        raise EngineError(
            "export_version_unsupported",
            f"The export has the form {version}; this server reads the form {SCHEMA}.",
            "Update this server, or export the project with one of the same version.",
        )


def _bad_manifest(why: str) -> EngineError:
    return EngineError(
        "export_manifest_invalid",
        f"The manifest of the export is not usable: {why}.",
        "Send the export as it was made.",
    )


def _hashes(folder: Path, manifest: Manifest, emit: Emitter) -> None:
    """Every file is in the manifest, every entry of the manifest is a file, and all have their hashes."""
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}
    named = {member.path for member in manifest.files}
    if extra := there - named - {MANIFEST}:
        raise rules.unknown(min(extra))
    if lacking := named - there:
        raise rules.missing(min(lacking))
    if MANIFEST in named:
        raise _bad_manifest("it names itself")
    total, done = sum(member.size_bytes for member in manifest.files), 0
    for member in manifest.files:
        path = folder / member.path
        size, digest = path.stat().st_size, hashlib.sha256()
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
        if size != member.size_bytes or digest.hexdigest() != member.sha256:
            raise EngineError(
                "export_hash_mismatch",
                f"The file {rules.shown(member.path)} of the export is not the one that was packed.",
                "Send the export again as it was made; compare its SHA-256 with what the other server tells.",
            )
        done += size
        emit.progress(done, total, "bytes")


def check_content(content: Content) -> None:
    """Numbers lead to things that are there, and nothing is its own ancestor. Raises EngineError."""
    models, projects = content.models, content.projects
    for number, model in enumerate(models):
        if model.parent is not None and model.parent >= number:
            raise rules.inconsistent("a model stands before the one that it was made from")
        for name in model.sources:
            try:
                uploads.check_filename(name)
            except WorkbenchError as error:
                raise rules.invalid(f"a source file is called so that it cannot be kept: {error.detail}") from error
        if uploads.clash(list(model.sources)) is not None:
            raise rules.invalid("two source files cannot be kept beside each other")
        rules.require_moment(model.created_at)
    keys = set()
    for number, project in enumerate(projects):
        if project.model >= len(models):
            raise rules.inconsistent("a project is of a model that is not there")
        keys.add((project.model, project.device))
        if project.parent is not None and (project.parent >= len(projects) or project.parent == number):
            raise rules.inconsistent("a project hangs under one that is not there")
        rules.require_moment(project.created_at)
    if len(keys) != len(projects):
        raise rules.inconsistent("two projects are of the same model and device")
    for number in range(len(projects)):
        _no_circle(content, number)
    if content.main >= len(projects):
        raise rules.inconsistent("the project that was exported is not there")
    rules.require_moment(content.dataset.created_at)


def _no_circle(content: Content, number: int) -> None:
    seen = {number}
    parent = content.projects[number].parent
    while parent is not None:
        if parent in seen:
            raise rules.inconsistent("a project hangs under itself")
        seen.add(parent)
        parent = content.projects[parent].parent


def _project(folder: Path, content: Content, number: int, names: set[str]) -> set[str]:
    """Check the runs and reports of a project; returns the names of its files."""
    project, here = content.projects[number], folder / "projects" / str(number)
    sha256 = content.models[project.model].sha256
    runs, reports = lines(ExportedRun, here / RUNS), lines(ExportedReport, here / REPORTS)
    if len(runs) != project.runs or len(reports) != project.reports:
        raise rules.inconsistent("a project has not as many runs and reports as it tells")
    for place, run_ in enumerate(runs):
        _run(here / "runs" / str(place), run_, sha256, project.device)
    for place, report in enumerate(reports):
        _report(here / "reports" / str(place), report, content, sha256)
    prefix = f"projects/{number}/"
    known = {prefix + RUNS, prefix + REPORTS}
    known |= {f"{prefix}runs/{place}/{name}" for place, run_ in enumerate(runs) for name in run_.files}
    with_files = {str(place) for place, report in enumerate(reports) if report.files}
    for name in names:
        kind, _, rest = name.removeprefix(prefix).partition("/")
        place_text, _, file = rest.partition("/")
        if name.startswith(prefix) and kind == "reports" and place_text in with_files and OF_REPORT.fullmatch(file):
            known.add(name)
    return known


def _run(folder: Path, exported: ExportedRun, sha256: str, device: str) -> None:
    created_at = rules.moment_of(exported.document)
    try:
        row = benchmarks.adopted_run(exported.document, "", created_at)
        if (row.result.get("provenance") or {}).get("model_sha256", sha256) != sha256 or row.device != device:
            raise benchmarks.Unfit("it was measured with another model or device than its project has")
        for name in exported.files:
            if not (folder / name).is_file():
                raise rules.missing(name)
        if "latencies.npz" in exported.files:
            benchmarks.require_latencies(folder / "latencies.npz", row.result)
        if "layers.json.gz" in exported.files:
            benchmarks.require_layers(folder / "layers.json.gz", row.layers)
    except benchmarks.Unfit as error:
        raise EngineError(
            "export_run_invalid", f"A run of the export is not usable: {error}.", "Send the export as it was made."
        ) from error


def _report(folder: Path, exported: ExportedReport, content: Content, sha256: str) -> None:
    created_at = rules.moment_of(exported.document)
    for number in (exported.model, exported.reference):
        if number is not None and number >= len(content.models):
            raise rules.inconsistent("a report is about a model that is not there")
    if exported.model is not None:
        sha256 = content.models[exported.model].sha256
    reference = content.models[exported.reference].sha256 if exported.reference is not None else None
    try:
        row = accuracy.adopted_report(exported.document, "", created_at)
        told = row.result.get("reference") or {}
        if row.result.get("model_sha256") not in (None, sha256) or (reference and told.get("sha256") != reference):
            raise accuracy.Unusable("it is about another model than it tells")
        if row.samples > content.dataset.count and row.task != "face_recognition":
            raise accuracy.Unusable("it has more samples than the dataset")
        if exported.files:
            accuracy.require_report_files(folder, row)
    except (accuracy.Unusable, KeyError, TypeError) as error:
        why = error.message if isinstance(error, accuracy.Unusable) else "a field is missing"
        raise EngineError(
            "export_report_invalid",
            f"A report of the export is not usable: {why.removeprefix(rules.ENGINE_SAYS).rstrip('.')}.",
            "Send the export as it was made.",
        ) from error


def _places(content: Content, names: set[str], known: set[str]) -> None:
    """Every file has its place, and what must be there is."""
    for number, model in enumerate(content.models):
        wanted = {f"models/{number}/{name}" for name in ("model.xml", "model.bin")}
        wanted |= {f"models/{number}/source/{place}" for place in range(len(model.sources))}
        if lacking := wanted - names:
            raise rules.missing(min(lacking))
        known |= wanted
    if content.dataset.included:
        if "dataset/dataset.json" not in names:
            raise rules.missing("dataset/dataset.json")
        known |= {
            name
            for name in names
            if name.startswith("dataset/") and OF_DATASET.fullmatch(name.removeprefix("dataset/"))
        }
    if left := names - known:
        raise rules.unknown(min(left))
