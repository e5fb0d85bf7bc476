"""All versions of a model on a target, with what is known of each and the front of two figures."""

from collections.abc import Callable, Sequence
from typing import Any, Literal

from sqlalchemy.orm import Session

from workbench.accuracy import service as accuracy
from workbench.accuracy.schemas import Report
from workbench.benchmarks import service as benchmarks
from workbench.benchmarks.schemas import Run
from workbench.db.tables import Model, Project
from workbench.models import service as models
from workbench.optimization import repository
from workbench.optimization.front import dominated_by
from workbench.optimization.schemas import Axis, Version, VersionReport, VersionRun, Versions
from workbench.projects import service as projects

Pick = Literal["best", "race"]
LACKS = {
    "accuracy": "no accuracy report",
    "distance": "no report of the distance to its parent",
    "memory_bytes": "memory not measured",
}
# Of each axis that a run tells: its figure, and whether less is better.
OF_RUNS: dict[str, tuple[Callable[[Run], float | None], bool]] = {
    "latency_ms": (lambda run: run.latency_ms.median, True),
    "throughput_fps": (lambda run: run.throughput_fps, False),
    "memory_bytes": (lambda run: run.peak_memory_bytes, True),
}


def versions(session: Session, ref: str, x: Axis, y: Axis, pick: Pick) -> Versions:
    """Of the model of a project, on its target and device with its dataset. Raises NotFound."""
    project = projects.get(session, ref)
    if project.model_id is None:
        return Versions(x=x, y=y, items=[], warnings=["The model of this project is gone."])
    family = models.family(session, project.model_id)
    beside = repository.projects_beside(session, project, [model.id for model in family])
    runs = {row.id: _closed(benchmarks.runs(session, row.id)) for row in beside.values()}
    race = _newest_race(runs) if pick == "race" else None
    items: list[Version] = []
    for model in family:
        row = beside.get(model.id)
        items += _of_model(session, model, row, runs.get(row.id, []) if row else [], family, (x, y), race)
    warnings = _warnings(items, session, race, pick)
    if race is not None and _mixed([run for some in runs.values() for run in some if run.job_id == race]):
        warnings.append("The versions were measured in different configurations.")
    _front(items, x, y)
    return Versions(x=x, y=y, items=items, warnings=warnings)


def _closed(runs: Sequence[Run]) -> list[Run]:
    """Those whose requests were all kept busy: latencies that count from an arrival are another quantity."""
    return [run for run in runs if run.open_loop is None]


def _newest_race(runs: dict[str, list[Run]]) -> str | None:
    """The job of the newest race."""
    found = [run for some in runs.values() for run in some if run.source == "race" and run.job_id is not None]
    return max(found, key=lambda run: run.created_at).job_id if found else None


def _of_model(
    session: Session,
    model: Model,
    row: Project | None,
    runs: Sequence[Run],
    family: Sequence[Model],
    axes: tuple[Axis, Axis],
    race: str | None,
) -> list[Version]:
    """A version for each precision that its runs and reports executed in; one without figures where there are none."""
    reports = {kind: _reports(session, row, kind) for kind in ("annotations", "tensor_distance")}
    judged = [one.effective_precision for some in reports.values() for one in some]
    precisions = dict.fromkeys([*(run.effective_precision for run in runs), *judged])
    made = []
    for precision in precisions or [None]:
        own = [run for run in runs if run.effective_precision == precision]
        if race is not None:
            own = [run for run in own if run.job_id == race]
        run = representative(own, axes)
        told = {kind: _newest(some, precision) for kind, some in reports.items()}
        made.append(
            Version(
                key=f"{model.id}:{precision or ''}",
                project_id=row.id if row is not None else None,
                model_id=model.id,
                name=model.name,
                method=method_of(model),
                parent_id=model.parent_id,
                depth=_depth(model, family),
                model_precision=model.precision,
                effective_precision=precision,
                size_bytes=model.size_bytes,
                run=_run(run) if run is not None else None,
                accuracy=_report(told["annotations"]),
                distance=_report(told["tensor_distance"]),
                on_front=False,
                dominated_by=None,
                lacks=[],
                warnings=_of_run(run),
            )
        )
        made[-1].lacks = _lacks(made[-1], row, axes, race)
    return made


def _reports(session: Session, row: Project | None, kind: str) -> list[Report]:
    """Newest first."""
    found = repository.reports(session, row.id, kind) if row is not None else []
    return [accuracy.report_view(report) for report in found]


def representative(runs: Sequence[Run], axes: Sequence[Axis]) -> Run | None:
    """The run that stands for a version: the best in the first axis that runs tell, of those that tell both axes and
    of the stable ones, where there are any; else that with the highest throughput."""
    if not runs:
        return None
    wanted = [OF_RUNS[axis] for axis in axes if axis in OF_RUNS] or [OF_RUNS["throughput_fps"]]
    figure, lower = wanted[0]
    known = [run for run in runs if all(tells(run) is not None for tells, _ in wanted)]
    if not known:
        known = [run for run in runs if figure(run) is not None]
    if not known:
        (figure, lower), known = OF_RUNS["throughput_fps"], list(runs)
    stable = [run for run in known if run.verdict == "stable"] or known
    return min(stable, key=lambda run: (figure(run) or 0.0) * (1 if lower else -1))


def method_of(model: Model) -> str:
    conversion: dict[str, Any] = model.conversion or {}
    if conversion.get("method"):
        return str(conversion["method"])
    return "folded" if "folded_preprocessing" in conversion else "original"


def _depth(model: Model, family: Sequence[Model]) -> int:
    known = {one.id: one for one in family}
    depth, above = 0, known.get(model.parent_id or "")
    while above is not None and depth < len(family):
        depth, above = depth + 1, known.get(above.parent_id or "")
    return depth


def _newest(reports: Sequence[Report], precision: str | None) -> Report | None:
    return next((one for one in reports if one.effective_precision == precision), None)


def _run(run: Run) -> VersionRun:
    return VersionRun(
        run_id=run.id,
        label=run.label,
        throughput_fps=run.throughput_fps,
        throughput_ci95=run.throughput_ci95,
        latency_median_ms=run.latency_ms.median,
        latency_median_ci95=run.latency_median_ci95,
        latency_p99_ms=run.latency_ms.p99,
        peak_memory_bytes=run.peak_memory_bytes,
        verdict=run.verdict,
    )


def _report(report: Report | None) -> VersionReport | None:
    if report is None or report.primary is None or report.primary not in report.metrics:
        return None
    metric = report.metrics[report.primary]
    return VersionReport(
        report_id=report.id,
        metric=report.primary,
        label=metric.label,
        unit=metric.unit,
        better=metric.better,
        value=metric.value,
        ci95=metric.ci95,
        samples=report.samples,
    )


def _of_run(run: Run | None) -> list[str]:
    return [f"Its run was {run.verdict}: {run.verdict_reason}"] if run is not None and run.verdict != "stable" else []


def figure(version: Version, axis: Axis) -> float | None:
    match axis:
        case "size_bytes":
            return version.size_bytes
        case "accuracy":
            return version.accuracy.value if version.accuracy is not None else None
        case "distance":
            return version.distance.value if version.distance is not None else None
        case "latency_ms":
            return version.run.latency_median_ms if version.run is not None else None
        case "throughput_fps":
            return version.run.throughput_fps if version.run is not None else None
        case "memory_bytes":
            return version.run.peak_memory_bytes if version.run is not None else None


def _lacks(version: Version, row: Project | None, axes: Sequence[Axis], race: str | None) -> list[str]:
    if row is None:
        return ["no project on this target with this dataset"]
    found = []
    for axis in dict.fromkeys(axes):
        if figure(version, axis) is None:
            missing = "not part of the newest race" if race is not None else "not measured"
            if axis == "distance" and version.parent_id is None:
                found.append("distances are to the model that a version was made from; this one was not made")
            else:
                found.append(LACKS.get(axis, missing) if version.run is not None or axis in LACKS else missing)
    return list(dict.fromkeys(found))


def _warnings(items: Sequence[Version], session: Session, race: str | None, pick: Pick) -> list[str]:
    """Why figures of versions may not be held against each other."""
    found = []
    reports = [accuracy.report(session, one.accuracy.report_id) for one in items if one.accuracy is not None]
    if len({report.primary for report in reports}) > 1:
        found.append("Accuracy is not the same metric in all versions.")
    if len({(str(report.subset), str(report.without), report.samples) for report in reports}) > 1:
        found.append("Accuracy reports are not of the same samples: make them again on the same ones.")
    if len({report.reading.model_dump_json() if report.reading else "" for report in reports}) > 1:
        found.append("Accuracy reports read their models in different ways.")
    distances = [accuracy.report(session, one.distance.report_id) for one in items if one.distance is not None]
    if len({str((report.reference or {}).get("sha256")) for report in distances}) > 1:
        found.append("Distances are to different models: each version was compared with the one it was made from.")
    if pick == "race" and race is None:
        found.append("No versions were measured in turn yet.")
    return found


def _mixed(runs: Sequence[Run]) -> bool:
    """Whether they differ in more than the precision."""
    return (
        len({run.configuration.model_copy(update={"precision": None}).label() for run in runs if run.configuration}) > 1
    )


def _front(items: Sequence[Version], x: Axis, y: Axis) -> None:
    points = list(zip(_comparable(items, x), _comparable(items, y), strict=True))
    beaten = dominated_by(points, (_lower(items, x), _lower(items, y)))
    for item, point, place in zip(items, points, beaten, strict=True):
        item.dominated_by = items[place].key if place is not None else None
        item.on_front = place is None and None not in point


def _comparable(items: Sequence[Version], axis: Axis) -> list[float | None]:
    """The figures; those of another metric than the first one's are none, and their versions say so."""
    metrics = [told.metric if (told := _judged(item, axis)) is not None else None for item in items]
    standard = next((metric for metric in metrics if metric is not None), None)
    found = []
    for item, metric in zip(items, metrics, strict=True):
        other = metric is not None and metric != standard
        if other:
            remark = f"its {axis} is {metric}, not {standard}"
            item.lacks = [*item.lacks, remark] if remark not in item.lacks else item.lacks
        found.append(None if other else figure(item, axis))
    return found


def _judged(item: Version, axis: Axis) -> VersionReport | None:
    return {"accuracy": item.accuracy, "distance": item.distance}.get(axis)


def _lower(items: Sequence[Version], axis: Axis) -> bool:
    """Whether less is better."""
    if axis in ("accuracy", "distance"):
        told = (_judged(item, axis) for item in items)
        return next((one.better == "lower" for one in told if one is not None), axis == "distance")
    return axis in ("latency_ms", "size_bytes", "memory_bytes")
