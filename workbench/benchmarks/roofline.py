"""The roofline: what the ceilings of a device let a layer reach, and what holds it back. Pure functions.

Attainable GFLOP/s = min(peak of the precision, intensity × memory bandwidth), with intensity in FLOP per byte; the
ridge is the intensity where both meet (Williams, Waterman, Patterson, Communications of the ACM 52 (4), 2009). Said in
time, which also holds for layers that only move data: a layer cannot take less than the longer of computing and moving.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from workbench.targets.schemas import Ceilings

# A layer that reaches less than this of its roof is held back by neither ceiling: nine tenths of its time go into
# starting it, waiting for other threads, padding to whole vectors, or a kernel that does not fit. Well-fitting kernels
# reach half of the roof and more, poorly fitting ones (depthwise, few channels) some 15 to 30 %; what takes a few
# microseconds at most reaches a few per cent.
OVERHEAD_BELOW = 0.1
# Precisions in which layers run → the ceiling that they are held against.
_CEILING_OF = {"u8": "i8"}


@dataclass(frozen=True)
class Placement:
    """A layer under its roof. `intensity` in FLOP per byte; `roof_share` is achieved / attainable, above 1 where the
    data come from a cache, which is faster than the memory; `bound` as in `Layer.bound`."""

    intensity: float | None
    bound: str | None
    roof_share: float | None


NOWHERE = Placement(None, None, None)


def attainable_gflops(intensity: float, peak_gflops: float, memory_gbps: float) -> float:
    """The roof at an intensity in FLOP per byte."""
    return min(peak_gflops, intensity * memory_gbps)


def ridge(peak_gflops: float, memory_gbps: float) -> float:
    """The intensity from which on computing is the limit, in FLOP per byte."""
    return peak_gflops / memory_gbps


def shortest_us(flop: int, moved_bytes: int, peak_gflops: float | None, memory_gbps: float) -> float | None:
    """The least time that the ceilings allow; None where a peak is needed and not known. 1 GFLOP/s is 1000 FLOP a
    microsecond."""
    if flop and not peak_gflops:
        return None
    computing = flop / peak_gflops / 1e3 if flop and peak_gflops else 0.0
    return max(computing, moved_bytes / memory_gbps / 1e3)


def place(
    flop: int | None,
    moved_bytes: int | None,
    time_us: float | None,
    precision: str | None,
    ceilings: Ceilings | None,
) -> Placement:
    """Where a layer stands. No bound without ceilings for its precision, its work, or a time of its own.

    `memory` below the ridge, `compute` from there on, `overhead` where the layer reaches less than OVERHEAD_BELOW of
    what the roof allows.
    """
    if flop is None or not moved_bytes:
        return NOWHERE
    intensity = flop / moved_bytes
    if ceilings is None or ceilings.memory_gbps <= 0:
        return Placement(intensity, None, None)
    peak = ceilings.compute_gflops.get(_CEILING_OF.get(precision or "", precision or ""))
    shortest = shortest_us(flop, moved_bytes, peak, ceilings.memory_gbps)
    if shortest is None or not time_us:
        return Placement(intensity, None, None)
    share = shortest / time_us
    if share < OVERHEAD_BELOW:
        bound = "overhead"
    else:
        bound = "compute" if peak and intensity >= ridge(peak, ceilings.memory_gbps) else "memory"
    return Placement(intensity, bound, share)


def of_one_stream(ceilings: Ceilings, streams: int | None, requests: int | None) -> Ceilings:
    """The part of the ceilings that one of several busy streams has: they were measured with the whole device."""
    busy = min(streams or 1, requests or streams or 1)
    if busy <= 1:
        return ceilings
    compute: Mapping[str, float] = ceilings.compute_gflops
    note = f"Divided by {busy}: {busy} streams shared the device while the layers were measured."
    return ceilings.model_copy(
        update={
            "memory_gbps": ceilings.memory_gbps / busy,
            "compute_gflops": {name: peak / busy for name, peak in compute.items()},
            "notes": [*ceilings.notes, note],
        }
    )
