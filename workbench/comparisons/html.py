"""Reports as one HTML page that needs nothing else: no script, no font, no network (DESIGN §10)."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from workbench import __version__
from workbench.benchmarks.layer_schemas import Layer, Layers
from workbench.benchmarks.schemas import Run
from workbench.comparisons import charts, figures
from workbench.comparisons.charts import Part, Point, RatioLine, Spot
from workbench.comparisons.schemas import Comparison, LayerDifference
from workbench.comparisons.summary import ProjectSummary, front
from workbench.comparisons.warnings import name

SLOWEST = 15
TYPES = 7
# Rows of a comparison that are shown at once; the others unfold.
CHANGED = 25
BARS = 8
# Figures that are drawn as ratios; what belongs to the model and not to the run stands in the table only.
DRAWN = (
    "throughput_fps", "latency_median_ms", "latency_p90_ms", "latency_p99_ms", "compile_ms", "first_inference_ms",
    "peak_memory_bytes", "model_size_bytes", "layers_us",
)  # fmt: skip


def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("workbench.comparisons"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(
        figure=figures.figure,
        size=figures.size,
        percent=figures.percent,
        ratio=figures.ratio,
        words=figures.words,
        signed=figures.signed,
        unit=figures.with_unit,
        release=lambda version: version.split("-")[0][:40],
        moment=lambda moment: moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC"),
    )
    made.globals.update(half_width=figures.half_width, letter=name, version=__version__)
    return made


_ENVIRONMENT = _environment()


def project_report(summary: ProjectSummary) -> str:
    """The report of a project."""
    return _ENVIRONMENT.get_template("project.html.j2").render(
        summary=summary,
        project=summary.project,
        best=summary.best,
        title=summary.project.name,
        generated_at=summary.generated_at,
        chart=_tradeoff(summary.runs, summary.front) if summary.runs else None,
        bar=_by_type(summary.layers) if summary.layers else None,
        slowest=_slowest(summary.layers) if summary.layers else [],
        layers_run=next((run for run in summary.runs if summary.layers and run.id == summary.layers.run_id), None),
        roofline=_roofline(summary.layers) if summary.layers else None,
        provenance=_provenance(summary),
        properties=_properties(summary),
    )


def comparison_report(comparison: Comparison) -> str:
    """The report of a comparison."""
    return _ENVIRONMENT.get_template("comparison.html.j2").render(
        comparison=comparison,
        title=_title(comparison),
        generated_at=datetime.now(UTC),
        ratios=_ratios(comparison),
        chart=_sides(comparison),
        types=_type_bars(comparison),
        # Sides that are other networks, or have no layers, have no columns among the rows of layers.
        alike=[place for place, share in enumerate(comparison.accounted) if share is not None],
        changed=comparison.layers[:CHANGED],
        others=comparison.layers[CHANGED:],
        widest=max((abs(delta or 0.0) for row in comparison.layers for delta in row.delta_us), default=0.0),
        bar=_delta_bar,
    )


def _title(comparison: Comparison) -> str:
    names = [side.project.name for side in comparison.sides]
    if len(names) > 2:
        return f"Comparison of {', '.join(names[:2])} and {len(names) - 2} more"
    return f"Comparison of {' and '.join(names)}"


def _tradeoff(runs: Sequence[Run], on_front: Sequence[str]) -> Markup:
    return charts.tradeoff(
        [_point(run, run.label, 0 if run.open_loop is None else 2, run.id in on_front) for run in runs]
    )


def _point(run: Run, label: str, series: int, on_front: bool) -> Point:
    return Point(
        label=label,
        latency_ms=run.latency_ms.median,
        throughput_fps=run.throughput_fps,
        throughput_ci95=run.throughput_ci95,
        latency_ci95=run.latency_median_ci95,
        note=f", p99 {figures.figure(run.latency_ms.p99, 'ms')}, {run.verdict}",
        series=series,
        sure=run.verdict == "stable",
        front=on_front,
    )


def _by_type(layers: Layers) -> dict[str, Any]:
    """The bar of time by type and precision, with its legend."""
    first, rest = layers.by_type[:TYPES], layers.by_type[TYPES:]
    parts = [
        Part(f"{kind.type} {kind.precision or ''}".strip(), kind.share, place, f", {kind.count} layers")
        for place, kind in enumerate(first)
    ]
    if rest:
        parts.append(
            Part("others", sum(kind.share for kind in rest), TYPES, f", {sum(kind.count for kind in rest)} layers")
        )
    return {"svg": charts.stacked(parts), "parts": parts}


def _slowest(layers: Layers) -> list[Layer]:
    return sorted(layers.layers, key=lambda layer: -(layer.time_us or 0.0))[:SLOWEST]


def _roofline(layers: Layers) -> Markup | None:
    if layers.ceilings is None:
        return None
    colours = {"compute": 0, "memory": 1, "overhead": 2, None: 4}
    spots = [
        Spot(layer.name, layer.intensity, layer.gflops, layer.share, colours[layer.bound], f", {layer.bound or '?'}")
        for layer in layers.layers
        if layer.intensity and layer.gflops
    ]
    peaks = sorted(layers.ceilings.compute_gflops.items(), key=lambda item: item[1])
    return charts.roofline(spots, layers.ceilings.memory_gbps, peaks) if spots and peaks else None


def _provenance(summary: ProjectSummary) -> list[tuple[str, str]]:
    """Where the numbers come from, of the best run."""
    run = summary.best
    if run is None:
        return []
    known = run.provenance
    cores = known.get("cores")
    facts = [
        ("Model", summary.project.model.name if summary.project.model is not None else None),
        ("SHA-256 of the model", known.get("model_sha256")),
        ("Input", run.input.get("description")),
        ("Target", summary.project.target.name if summary.project.target is not None else None),
        ("Device", f"{run.device}, {summary.project.device_full_name or ''}".rstrip(" ,")),
        ("CPU", known.get("cpu")),
        ("Cores", ", ".join(f"{count} {kind}" for kind, count in cores.items()) if isinstance(cores, dict) else None),
        ("Frequency governor", known.get("governor")),
        ("Memory", figures.size(known["memory_bytes"]) if isinstance(known.get("memory_bytes"), int) else None),
        ("Operating system", known.get("os")),
        ("Kernel", known.get("kernel")),
        ("Python", known.get("python")),
        ("OpenVINO", known.get("openvino")),
        ("Measured", run.created_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")),
        ("Run", run.id),
    ]
    return [(label, str(value)) for label, value in facts if value not in (None, "")]


def _properties(summary: ProjectSummary) -> list[tuple[str, str]]:
    """What OpenVINO was set to in the best run."""
    known = summary.best.provenance.get("properties") if summary.best is not None else None
    return [(str(key), str(value)) for key, value in known.items()] if isinstance(known, dict) else []


def _sides(comparison: Comparison) -> Markup:
    runs = [side.run for side in comparison.sides]
    on_front = front(runs)
    return charts.tradeoff(
        [_point(run, f"{name(place)} {run.label}", place, run.id in on_front) for place, run in enumerate(runs)],
        charts.HALF,
    )


def _ratios(comparison: Comparison) -> Markup | None:
    lines = []
    several = len(comparison.sides) > 2
    for metric in comparison.metrics:
        if metric.name not in DRAWN:
            continue
        for place, difference in enumerate(metric.differences):
            if difference is None or not difference.ratio:
                continue
            good = None
            if metric.better is not None and difference.certain:
                good = (difference.ratio > 1) == (metric.better == "higher")
            label = f"{metric.label}, {name(place)}" if several else metric.label
            lines.append(RatioLine(label, difference.ratio, difference.ratio_ci95, place, good))
    return charts.ratio_lines(lines) if lines else None


def _type_bars(comparison: Comparison) -> Markup | None:
    rows = comparison.types[:BARS]
    if not rows:
        return None
    series = [[row.time_us[place] for row in rows] for place in range(len(comparison.sides))]
    return charts.grouped_bars([row.type for row in rows], series, "µs")


def _delta_bar(row: LayerDifference, place: int, widest: float) -> str:
    """Width of the bar of a difference, in per cent of the column."""
    delta = row.delta_us[place]
    return f"{100 * abs(delta) / widest:.1f}" if delta and widest else "0"
