"""What decides which version is best, apart from what makes and measures them. Pure functions."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.benchmarks.search_schemas import SearchResult, SearchWanted
from workbench.optimization.schemas import CandidateConfiguration, DropType, OptimizeWanted, Precision

# What rounding may add to a drop that is exactly at its limit.
ROUNDING = 1e-12


@dataclass(frozen=True)
class Entry:
    """A configuration of a candidate; `place` is the candidate's."""

    place: int
    configuration: CandidateConfiguration


def drop(before: float, after: float, better: str | None, kind: DropType) -> float:
    """How much worse the metric became, in its unit or as a share of what it was; negative: it became better."""
    loss = after - before if better == "lower" else before - after
    if kind == "absolute":
        return loss
    if before == 0:
        return 0.0 if loss == 0 else math.copysign(math.inf, loss)
    return loss / abs(before)


def drop_ci95(ends: Sequence[float] | None, before: float, better: str | None, kind: DropType) -> list[float] | None:
    """The interval of the drop, from that of the difference after - before."""
    if ends is None or (kind == "relative" and before == 0):
        return None
    low, high = (ends[0], ends[1]) if better == "lower" else (-ends[1], -ends[0])
    scale = abs(before) if kind == "relative" else 1.0
    return [low / scale, high / scale]


def keeps_accuracy(found: float, wanted: OptimizeWanted) -> bool:
    return found <= wanted.max_drop + ROUNDING


def within_limits(configuration: CandidateConfiguration, wanted: OptimizeWanted) -> bool:
    if wanted.max_latency_ms is not None and configuration.latency_ms > wanted.max_latency_ms:
        return False
    return wanted.min_fps is None or configuration.throughput_fps >= wanted.min_fps


def worth(configuration: CandidateConfiguration, wanted: OptimizeWanted) -> float:
    """The more the better, whatever is looked for."""
    return configuration.throughput_fps if wanted.objective == "throughput" else -configuration.latency_ms


def ratio(of: CandidateConfiguration, over: CandidateConfiguration, wanted: OptimizeWanted) -> float | None:
    """How many times as good in what is looked for."""
    if wanted.objective == "throughput":
        return of.throughput_fps / over.throughput_fps if over.throughput_fps > 0 else None
    return over.latency_ms / of.latency_ms if of.latency_ms > 0 else None


def search_wanted(wanted: OptimizeWanted, precision: Precision | None) -> SearchWanted:
    """What is looked for among the configurations of one candidate."""
    return SearchWanted(
        objective=wanted.objective,
        percentile=wanted.percentile,
        max_latency_ms=wanted.max_latency_ms,
        min_fps=wanted.min_fps,
        streams=wanted.streams,
        batches=wanted.batches,
        precision=precision,
        cell_s=wanted.cell_s,
    )


def configurations(found: SearchResult) -> list[CandidateConfiguration]:
    """What a search measured; what it only looked at briefly, too, which is measured again if it is in question."""
    return [
        CandidateConfiguration(
            run_id=point.run_id,
            configuration=point.configuration,
            label=point.label,
            throughput_fps=point.throughput_fps,
            throughput_ci95=point.throughput_ci95,
            latency_ms=point.latency_ms,
            verdict=point.verdict,
        )
        for point in found.points
    ]


def ordered(entries: Sequence[Entry], wanted: OptimizeWanted) -> list[Entry]:
    """Those within the limits, the best first; of equal ones the candidate that came first, as it is the simpler."""
    allowed = [entry for entry in entries if within_limits(entry.configuration, wanted)]
    return sorted(allowed, key=lambda entry: (-worth(entry.configuration, wanted), entry.place))


def nearest(found: Sequence[CandidateConfiguration], wanted: OptimizeWanted) -> CandidateConfiguration | None:
    """What came nearest to the limit that none is within."""
    if not found:
        return None
    if wanted.max_latency_ms is not None:
        return min(found, key=lambda one: one.latency_ms)
    return max(found, key=lambda one: one.throughput_fps)


def limit_text(wanted: OptimizeWanted) -> str:
    parts = []
    if wanted.max_latency_ms is not None:
        parts.append(f"{wanted.percentile} ≤ {wanted.max_latency_ms:g} ms")
    if wanted.min_fps is not None:
        parts.append(f"≥ {wanted.min_fps:g} FPS")
    return " and ".join(parts)


def figures_text(one: CandidateConfiguration, wanted: OptimizeWanted) -> str:
    return f"{one.throughput_fps:,.1f} FPS at {wanted.percentile} {one.latency_ms:.2f} ms ({one.label})"


def drop_text(found: float, wanted: OptimizeWanted, label: str) -> str:
    """'accuracy falls by 0.004, of 0.01 allowed'."""
    unit = " of itself" if wanted.drop_type == "relative" else ""
    if found <= 0:
        return f"{label} does not fall"
    return f"{label} falls by {found:.4g}{unit}, of {wanted.max_drop:g} allowed"
