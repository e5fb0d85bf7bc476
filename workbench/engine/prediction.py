"""What the cells that were looked at say about one that was not: a bound of its throughput and its latency."""

from __future__ import annotations

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

    From one batch to the next a row gains at most what the last steps gained, in this row or at the same step in the
    others, and half of that with each step further: gains of amortised work shrink as the batch grows. The base is the
    best of the row so far, so that a single slow cell does not end it. Evident only where two gains were seen.
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
    steps = place - last
    fps = max(cells[(streams, batches[number])].fps for number in row) * gain ** (2 - 2 ** (1 - steps))
    in_flight = cells[base].in_flight
    return Bound(fps, in_flight * batch / fps * 1e3, len(gains) >= EVIDENCE)


def _gain(cells: Mapping[Key, Observed], streams: int, batches: Sequence[int], place: int) -> float | None:
    """The ratio of the throughputs at `place` and the batch before it, in one row."""
    if place < 1 or place >= len(batches):
        return None
    before, after = cells.get((streams, batches[place - 1])), cells.get((streams, batches[place]))
    return after.fps / before.fps if before is not None and after is not None else None
