"""The versions of a model as a table for other programs."""

from workbench.downloads import Cell, csv_text
from workbench.optimization.schemas import Versions

HEADINGS = [
    "name", "method", "model_precision", "effective_precision", "size_bytes", "configuration", "throughput_fps",
    "throughput_ci95_low", "throughput_ci95_high", "latency_median_ms", "latency_median_ci95_low",
    "latency_median_ci95_high", "latency_p99_ms", "peak_memory_bytes", "verdict", "metric", "accuracy",
    "accuracy_ci95_low", "accuracy_ci95_high", "samples", "distance_metric", "distance", "on_front", "dominated_by",
    "lacks", "project_id", "model_id", "run_id", "report_id",
]  # fmt: skip


def versions_csv(found: Versions) -> str:
    """RFC 4180, a row for each version, full digits."""
    names = {item.key: f"{item.name} ({item.effective_precision or 'not measured'})" for item in found.items}
    rows: list[list[Cell]] = []
    for item in found.items:
        run, report, distance = item.run, item.accuracy, item.distance
        rows.append(
            [
                item.name, item.method, item.model_precision, item.effective_precision, item.size_bytes,
                *([run.label, run.throughput_fps, *_ends(run.throughput_ci95), run.latency_median_ms,
                   *_ends(run.latency_median_ci95), run.latency_p99_ms, run.peak_memory_bytes, run.verdict]
                  if run is not None else [None] * 10),
                *([report.metric, report.value, *_ends(report.ci95), report.samples] if report is not None
                  else [None] * 5),
                *([distance.metric, distance.value] if distance is not None else [None, None]),
                item.on_front, names.get(item.dominated_by or ""), "; ".join(item.lacks) or None, item.project_id,
                item.model_id, run.run_id if run else None, report.report_id if report else None,
            ]
        )  # fmt: skip
    return csv_text(HEADINGS, rows)


def _ends(bounds: list[float] | None) -> list[float | None]:
    return list(bounds) if bounds is not None else [None, None]
