"""What a package will be: its configuration and devices, and whether it can be tried where it is built."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from workbench.accuracy import service as accuracy
from workbench.accuracy.reading_schemas import for_engine
from workbench.accuracy.schemas import Report
from workbench.benchmarks import service as benchmarks
from workbench.benchmarks.schemas import BenchmarkWanted, Configuration, Run, run_view
from workbench.datasets import service as datasets
from workbench.db.tables import Dataset, Model, Project
from workbench.db.tables import Run as RunRow
from workbench.downloads import safe_name
from workbench.errors import Conflict, NotFound, WorkbenchError
from workbench.models import service as models
from workbench.names import checked_name
from workbench.packages import runtime_files
from workbench.packages.schemas import PackageWanted
from workbench.projects import service as projects
from workbench.runtime import Runtime
from workbench.targets import service as targets

NAME_CHARACTERS, DEVICE_CHARACTERS = 60, 64


class UnknownDevice(WorkbenchError):
    status = 422
    code = "unknown_device"
    title = "The device is not known"
    action = "Name CPU, GPU, NPU, AUTO, MULTI:…, HETERO:… or BATCH:…."


@dataclass(frozen=True)
class Plan:
    """`parameters`: of the engine's operation. `why_not`: why it cannot be tried on the target; None where it can."""

    project: Project
    model: Model
    dataset: Dataset
    wanted: PackageWanted
    name: str
    title: str
    devices: list[str]
    device: str
    configuration: Configuration
    label: str
    run: Run | None
    report: Report | None
    reading: dict[str, Any]
    parameters: dict[str, Any]
    why_not: str | None
    notes: list[str] = field(default_factory=list)


def plan(session: Session, runtime: Runtime, ref: str, wanted: PackageWanted) -> Plan:
    """Raises NotFound, Conflict (`project_archived`, `run_of_other_project`, `package_not_possible`),
    UnknownDevice, BadName."""
    project = projects.usable(session, ref)
    model = models.ready(session, str(project.model_id))
    dataset = datasets.ready(session, str(project.dataset_id))
    if model.task == "text_classification":
        raise Conflict(
            f"'{model.name}' reads text, and the sample programs read pictures.",
            code="package_not_possible",
            action="Download the model itself.",
        )
    run, configuration = _configuration(session, project, wanted)
    devices = list(dict.fromkeys(wanted.devices or [project.device]))
    if any(len(device) > DEVICE_CHARACTERS for device in devices):
        raise UnknownDevice("The name of a device is too long.")
    try:
        runtime_files.kinds(devices)
    except runtime_files.NoRuntime as error:
        raise UnknownDevice(str(error)) from error
    device = project.device if project.device in devices else devices[0]
    reading = for_engine(accuracy.of_project(session, runtime, project).reading)
    asked = BenchmarkWanted(configurations=[configuration])
    feed = benchmarks.engine_parameters(project, model, asked, configuration, with_dataset=True)
    count = min(wanted.samples, dataset.count)
    parameters = {
        name: feed[name]
        for name in (
            "model",
            "dataset",
            "hint",
            "streams",
            "requests",
            "batch",
            "threads",
            "precision",
            "layouts",
            "shapes",
        )
    } | {
        "device": device,
        "reading": reading,
        "fold": wanted.fold_preprocessing,
        "samples": [number * dataset.count // count for number in range(count)],
    }
    target = targets.get(session, str(project.target_id))
    lacks = [reason for reason in projects.judge(session, None, None, target, device) if reason.part == "device"]
    lacks = [reason for reason in lacks if reason.code == "device_not_available"]
    notes = []
    if run is None and wanted.configuration is None:
        notes.append("Nothing was measured in this project: the configuration is the one with a hint for throughput.")
    if not (wanted.python or wanted.cpp) and wanted.kind == "deployment":
        notes.append("Without a sample program the model is tried with one that stays outside of the package.")
    title = checked_name(wanted.name) if wanted.name is not None else model.name
    name = safe_name(title)[:NAME_CHARACTERS].rstrip("._-") or "model"
    return Plan(
        project=project,
        model=model,
        dataset=dataset,
        wanted=wanted,
        name=name,
        title=title,
        devices=devices,
        device=device,
        configuration=configuration,
        label=configuration.label(),
        run=run,
        report=accuracy.newest(session, project.id),
        reading=reading,
        parameters=parameters,
        why_not=lacks[0].message if lacks else None,
        notes=notes,
    )


def _named(session: Session, run_id: str) -> RunRow:
    """Raises Conflict: it is the body that names it, not the address."""
    try:
        return benchmarks.get(session, run_id)
    except NotFound as error:
        raise Conflict(error.detail, code="run_not_found", action="Choose a run of this project.") from error


def _configuration(session: Session, project: Project, wanted: PackageWanted) -> tuple[Run | None, Configuration]:
    """The run that the configuration is of, None for one that was given by hand; and the configuration."""
    if wanted.configuration is not None:
        return None, wanted.configuration.model_copy(update={"arrivals_per_s": None})
    row = _named(session, wanted.run_id) if wanted.run_id is not None else benchmarks.best(session, project.id)
    if row is None:
        return None, Configuration(hint="throughput")
    if row.project_id != project.id:
        raise Conflict(
            "The run is one of another project.", code="run_of_other_project", action="Choose a run of this project."
        )
    run = run_view(row)
    if run.configuration is not None:
        return run, run.configuration.model_copy(update={"arrivals_per_s": None})
    # Of older versions: what the device made of it.
    hint = run.hint != "none"
    return run, Configuration(
        hint=run.hint,
        streams=None if hint else run.streams,
        requests=None if hint else run.requests,
        batch=run.batch,
        threads=None if hint else run.threads,
        precision=run.requested_precision,  # type: ignore[arg-type]
    )
