"""What the cells that were looked at say about one that was not: a bound of its throughput and its latency."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workbench.engine.observed import Key, Observed

# A bound needs so many gains that agree.
EVIDENCE = 2


@dataclass(frozen=True)
class Bound:
    """The highest throughput to expect, and the lowest mean latency in ms that it would mean."""

    fps: float
    latency_ms: float
    evident: bool


def bound(key: Key, batches: Sequence[int], cells: Mapping[Key, Observed]) -> Bound | None:
    """What to expect of `key` at best; None where nothing of its row (its number of streams) was measured.

    With each doubling of the batch a row gains at most what the last doublings gained, in this row or at the same batch
    in the others, and half of that with each doubling further: gains of amortised work shrink as the batch grows. The
    base is the best of the row so far, so that a single slow cell does not end it. Evident only where two gains were
    seen.
    """
    streams, batch = key
    place = list(batches).index(batch)
    row = [number for number in range(place) if (streams, batches[number]) in cells]
    if not row:
        return None
    last = row[-1]
    base = max((streams, batches[number]) for number in row)
    own = [_gain(cells, streams, batches, number) for number in row[1:]]
    own_gains = [gain for gain in own if gain is not None]
    others = []
    for other in {found[0] for found in cells} - {streams}:
        gain = _gain(cells, other, batches, last + 1)
        if gain is not None:
            others.append(gain)
    gains = own_gains[-1:] + others if others else own_gains[-EVIDENCE:]
    gain = max([1.0, *gains])
    doublings = math.log2(batch / batches[last])
    fps = max(cells[(streams, batches[number])].fps for number in row) * gain ** (2 - 2 ** (1 - doublings))
    in_flight = cells[base].in_flight
    return Bound(fps, in_flight * batch / fps * 1e3, len(gains) >= EVIDENCE)


def _gain(cells: Mapping[Key, Observed], streams: int, batches: Sequence[int], place: int) -> float | None:
    """The ratio of throughputs for a doubling of the batch up to `place`, in one row: against the largest measured
    batch of at most half of it, as between near batches there is little but noise."""
    after = cells.get((streams, batches[place])) if place < len(batches) else None
    smaller = [batch for batch in batches[:place] if (streams, batch) in cells and 2 * batch <= batches[place]]
    if after is None or not smaller:
        return None
    doublings = math.log2(batches[place] / smaller[-1])
    return float((after.fps / cells[(streams, smaller[-1])].fps) ** (1 / doublings))
