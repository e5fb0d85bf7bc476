"""Why the sides of a comparison do not measure the same thing, or cannot be trusted."""

from collections.abc import Sequence
from typing import Any

from workbench.comparisons.measured import Measured
from workbench.comparisons.schemas import ComparisonWarning


def of_sides(sides: Sequence[Measured]) -> list[ComparisonWarning]:
    """All that differs beside the model itself, one sentence each; sides are called A, B, C …"""
    found = [
        _differs("target_differs", "The sides ran on different targets", sides, _target),
        _differs("device_differs", "The devices differ", sides, lambda side: side.run.device),
        _differs("cpu_differs", "The CPUs differ", sides, lambda side: side.run.provenance.get("cpu")),
        _differs("openvino_differs", "The OpenVINO versions differ", sides, _openvino),
        _differs(
            "precision_differs", "The effective precision differs", sides, lambda side: side.run.effective_precision
        ),
        _differs(
            "accuracy_precision_differs", "The precisions that accuracy was measured in differ", sides, _judged_in
        ),
        _differs("accuracy_samples_differ", "Accuracy was measured on different samples", sides, _judged_on),
        _differs("accuracy_metric_differs", "The figures of accuracy differ", sides, _judged_by),
        _differs("batch_differs", "The batch differs", sides, lambda side: side.run.batch),
        _differs("load_differs", "The load differs", sides, _load),
        _differs("input_differs", "The input differs", sides, _source),
        _differs("shapes_differ", "The input shapes differ", sides, _shapes),
    ]
    found += [
        ComparisonWarning(code="not_stable", message=f"{name(place)} is {side.run.verdict}: {side.run.verdict_reason}")
        for place, side in enumerate(sides)
        if side.run.verdict != "stable"
    ]
    lacking = [name(place) for place, side in enumerate(sides) if side.layers is None]
    if lacking:
        found.append(
            ComparisonWarning(
                code="no_layers",
                message=f"No layer times of {' and '.join(lacking)}: benchmark again with layers to compare them.",
            )
        )
    return [warning for warning in found if warning is not None]


def name(place: int) -> str:
    """A, B, C … as the sides are called."""
    return chr(ord("A") + place)


def _differs(code: str, what: str, sides: Sequence[Measured], read: Any) -> ComparisonWarning | None:
    values = [read(side) for side in sides]
    known = [value for value in values if value is not None]
    if len(set(known)) < 2:
        return None
    told = "; ".join(f"{name(place)}: {value}" for place, value in enumerate(values) if value is not None)
    return ComparisonWarning(code=code, message=f"{what}. {told}.")


def _target(side: Measured) -> str | None:
    return side.side.project.target.name if side.side.project.target is not None else None


def _openvino(side: Measured) -> str | None:
    version = side.run.provenance.get("openvino")
    return str(version).split("-")[0] if version else None


def _judged_in(side: Measured) -> str | None:
    return side.accuracy.effective_precision if side.accuracy is not None else None


def _judged_on(side: Measured) -> str | None:
    report = side.accuracy
    if report is None:
        return None
    name = side.side.project.dataset.name if side.side.project.dataset is not None else "a dataset that is gone"
    chosen = f" (seed {report.subset.seed})" if report.subset is not None else ""
    return f"{report.samples} of {name}{chosen}"


def _judged_by(side: Measured) -> str | None:
    report = side.accuracy
    return report.metrics[report.primary].label if report is not None and report.primary is not None else None


def _load(side: Measured) -> str:
    run = side.run
    hint = f"{run.hint.replace('_', ' ')} hint, " if run.hint != "none" else ""
    api = f", {run.configuration.api}" if run.configuration is not None and run.configuration.api != "async" else ""
    arrivals = f", {run.open_loop.arrivals_per_s:g} arrivals/s" if run.open_loop is not None else ""
    return f"{hint}{run.streams or '?'} streams, {run.requests or '?'} requests{api}{arrivals}"


def _source(side: Measured) -> str | None:
    source = side.run.input.get("source")
    dataset = side.side.project.dataset
    return f"{source} ({dataset.name})" if source == "dataset" and dataset is not None else source


def _shapes(side: Measured) -> str | None:
    """Input shapes without the batch, which is told by itself."""
    shapes = [
        "×".join(str(size) for size in port.get("shape", [])[1:])
        for port in side.run.input.get("inputs", [])
        if isinstance(port, dict)
    ]
    return ", ".join(shapes) or None
