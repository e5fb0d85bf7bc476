"""What a search tells: the runs of its finished cells, and its outcome."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from workbench.engine import figures
from workbench.engine.cells import Cell, Slice
from workbench.engine.front import NEAR, Search, name
from workbench.engine.observed import PERCENTILES, Key, Observed, slice_noise
from workbench.engine.statistics import enough_for
from workbench.engine.verdict import Conditions


def pooled(cell: Cell, slices: Sequence[Slice], file: Path) -> dict[str, Any]:
    """The figures of all slices of a cell put one behind the other, as those of a benchmark. Writes `file`."""
    conditions = together([one.conditions for one in slices], [one.flow.duration_s for one in slices])
    requests = figures.joined([one.flow for one in slices])
    in_flight = len(cell.pipeline.requests)
    return {
        "warmup": {
            "inferences": len(slices) * in_flight * cell.batch,
            "seconds": None,
            "reason": f"measured in {len(slices)} slices in turn with other cells; the first round of each is left out",
        },
        "open_loop": None,
        **figures.NOT_MEASURED,
        **figures.closed(requests, cell.batch, in_flight, conditions, file),
    }


def together(conditions: Sequence[Conditions], seconds: Sequence[float]) -> Conditions:
    """What happened on the machine during several stretches: shares weighted by their seconds, counts added."""
    total = sum(seconds) or 1.0

    def share(field: str) -> float:
        return float(sum(getattr(one, field) * weight for one, weight in zip(conditions, seconds, strict=True)) / total)

    clocks = [one.frequency_mhz for one in conditions if one.frequency_mhz]
    return Conditions(
        cpu_others=share("cpu_others"),
        stolen=share("stolen"),
        frequency_mhz={
            "start": clocks[0]["start"],
            "end": clocks[-1]["end"],
            "min": min(clock["min"] for clock in clocks),
            "max": max(clock["max"] for clock in clocks),
        }
        if clocks
        else None,
        temperature_c=conditions[-1].temperature_c,
        throttled=sum(one.throttled for one in conditions),
        quota=share("quota"),
    )


def outcome(search: Search, results: Mapping[Key, Mapping[str, Any]]) -> dict[str, Any]:
    """objective, percentile (the highest up to the wanted one that there are samples enough for), points, front and
    best (as [streams, batch]), skipped, grid, measured_s, grid_s, stopped, reason."""
    percentile = search.result_percentile()
    noise = slice_noise(search.cells.values())
    front = search.front(percentile)
    points = []
    for key in sorted(search.cells):
        points.append(_point(search, key, percentile, results.get(key), noise) | {"on_front": key in front})
    allowed = [key for key in front if _within(search, key, percentile)]
    best = None
    if search.goal.objective != "front" and allowed:
        best = search.goal.favourite([search.cells[key] for key in allowed]).key
    return {
        "objective": search.goal.objective,
        "percentile": percentile,
        "points": points,
        "front": [list(key) for key in front],
        "best": list(best) if best else None,
        "skipped": [
            {"streams": key[0], "batch": key[1], "reason": skip.reason} for key, skip in sorted(search.skipped.items())
        ],
        "grid": len(search.grid),
        "measured_s": search.spent_s,
        "grid_s": search.grid_s,
        "stopped": search.stopped or "resolved",
        "reason": reason(search, percentile, bool(allowed)),
    }


def _point(search: Search, key: Key, percentile: str, result: Mapping[str, Any] | None, noise: float) -> dict[str, Any]:
    cell = search.cells[key]
    latency = [math.exp(edge) for edge in cell.latency_interval(percentile, noise)]
    return {
        "streams": key[0],
        "batch": key[1],
        "throughput_fps": result["throughput_fps"] if result else cell.fps,
        "throughput_ci95": result["throughput_ci95"] if result else _interval(cell, noise),
        "latency_ms": cell.latency(percentile),
        "latency_ci95": latency,
        "measured_s": cell.seconds or (cell.looked.seconds if cell.looked is not None else 0.0),
        "within_limits": _within(search, key, percentile),
        "verdict": result["verdict"] if result else "noisy",
    }


def _interval(cell: Observed, noise: float) -> list[float]:
    slower, faster = cell.spread(noise)
    return [cell.fps * math.exp(-slower), cell.fps * math.exp(faster)]


def _within(search: Search, key: Key, percentile: str) -> bool:
    return search.goal.within(search.cells[key].fps, search.cells[key].latency(percentile))


def reason(search: Search, percentile: str, feasible: bool) -> str:
    """Why the search stopped, which percentile could be had, and whether anything keeps the limits."""
    skipped = [skip.why for skip in search.skipped.values()]
    if search.stopped == "budget":
        told = f"The {search.budget:.0f} s that the search may take are used"
        late = skipped.count("budget")
        told += f"; {late} cell{'s were' if late != 1 else ' was'} not looked at." if late else "."
    else:
        told = f"Every cell is told apart with 95 % confidence, or within {100 * NEAR:.0f} % of one that is as good."
    if not search.cells:
        return f"{told} No cell could be measured."
    if percentile != search.goal.percentile:
        front = [search.cells[key] for key in search.front(percentile)]
        slowest = max(front, key=lambda cell: cell.per_request_s)
        needed = enough_for(PERCENTILES[search.goal.percentile])
        told += (
            f" The latency is the {percentile}: {search.goal.percentile} needs {needed} requests, and "
            f"{name(slowest.key)} does one in {1e3 * slowest.per_request_s:.3g} ms and was measured for "
            f"{slowest.requests}."
        )
    if not feasible:
        nearest = search.goal.favourite(list(search.cells.values()))
        told += (
            f" Nothing keeps the limits: nearest is {name(nearest.key)} with {nearest.fps:.4g} FPS and "
            f"{nearest.latency(percentile):.4g} ms."
        )
    return told
