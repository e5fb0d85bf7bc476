"""Simulated machines for the tests of the search: response surfaces with noise, and a clock of their own."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from workbench.engine.front import Search, Step
from workbench.engine.observed import Key, Measured

Surface = Callable[[int, int], float]


def saturating(streams: int, batch: int) -> float:
    """Two streams pay, larger batches pay less and less."""
    return 100 * (1 + 0.4 * (streams > 1)) * batch / (batch + 0.35)


def flat(streams: int, batch: int) -> float:
    """Nothing pays."""
    return 80.0


def plateau(streams: int, batch: int) -> float:
    """Steps, with nothing between them."""
    return 60 * (1 + 0.3 * (batch >= 4)) * (1.0 if streams == 1 else 1.25)


def falling(streams: int, batch: int) -> float:
    """More of anything is worse: a single cell covers all others."""
    return 120 / (1 + 0.15 * math.log2(batch)) / (1 + 0.1 * (streams - 1))


def bumpy(streams: int, batch: int) -> float:
    """Neither rising nor falling: one batch is bad, and a later one is good again."""
    return {1: 100, 2: 118, 4: 104, 8: 131, 16: 128, 32: 90}[batch] * (1.0 if streams == 1 else 1.12)


def memory_bound(streams: int, batch: int) -> float:
    """Weights are read once a batch: throughput rises on and on."""
    return 30 * batch / (0.6 + 0.4 * batch) * (1.0 if streams == 1 else 1.3)


def crowded(streams: int, batch: int) -> float:
    """Up to four streams help, more of them hurt; a large batch falls out of the cache."""
    return 200 * {1: 0.45, 2: 0.75, 4: 1.0, 8: 0.9}[streams] * (1 if batch < 16 else 0.8) * batch / (batch + 0.1)


SURFACES: dict[str, Surface] = {
    surface.__name__: surface for surface in (saturating, flat, plateau, falling, bumpy, memory_bound, crowded)
}


@dataclass
class Machine:
    """A machine on which a cell has a true throughput, and slices of it vary by `noise` (standard deviation of the
    logarithm); one slice in ten is 10 % slower. Preparing a cell takes `prepare_s`. `p99` / mean latency is `tail`."""

    surface: Surface
    seed: int
    noise: float = 0.015
    prepare_s: float = 0.3
    speed: float = 1.0
    spikes: float = 0.1
    slices: list[Key] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rng = np.random.default_rng(self.seed)

    def fps(self, key: Key) -> float:
        return self.speed * self.surface(*key)

    def round_s(self, key: Key) -> float:
        return key[0] * key[1] / self.fps(key)

    def latency_ms(self, key: Key) -> float:
        """True median latency."""
        return self.round_s(key) * 1e3

    def measure(self, key: Key, seconds: float) -> Measured:
        """A slice of whole rounds."""
        self.slices.append(key)
        slow = 1.1 if self.rng.random() < self.spikes else 1.0
        factor = slow * math.exp(self.rng.normal(0, self.noise))
        rounds = max(1, math.ceil(seconds / self.round_s(key)))
        latency = self.latency_ms(key) * factor * np.exp(self.rng.normal(0, 0.03, rounds * key[0]))
        latency *= np.where(self.rng.random(len(latency)) < 0.003, 1.5, 1.0)
        return Measured(self.fps(key) / factor, rounds * self.round_s(key) * factor, latency)

    def grid_s(self, keys: Sequence[Key], cell_s: float) -> float:
        """What the engine's full grid takes: preparing, warming up for two windows, filling, measuring whole rounds."""
        total = 0.0
        for key in keys:
            round_s = self.round_s(key)
            window = round_s + max(0.25, round_s * max(4 / key[0], 1))
            rounds = max(1, math.ceil(cell_s / round_s))
            total += self.prepare_s + round_s / key[0] + (window if window > max(1, cell_s / 4) else 2 * window)
            total += round_s + rounds * round_s
        return total

    def do(self, search: Search, step: Step) -> None:
        """Carry out a step of a search."""
        round_s = self.round_s(step.key) if step.kind in ("look", "slice") else 0.0
        if step.kind == "look":
            measured = self.measure(step.key, step.seconds)
            prepared = self.prepare_s + round_s / step.key[0]
            search.looked(step.key, measured, prepared, prepared + 2 * round_s + measured.seconds, step.key[0])
        elif step.kind == "slice":
            measured = self.measure(step.key, step.seconds)
            search.sliced(step.key, measured, 2 * round_s + measured.seconds)

    def run(self, search: Search) -> Search:
        """Until it stops."""
        for _ in range(10_000):
            step = search.next()
            if step.kind == "stop":
                return search
            self.do(search, step)
        raise AssertionError("the search does not stop")


def true_front(machine: Machine, keys: Sequence[Key]) -> list[Key]:
    """The cells that no other one beats."""
    return [
        key
        for key in keys
        if not any(
            machine.fps(other) >= machine.fps(key)
            and machine.latency_ms(other) <= machine.latency_ms(key)
            and (machine.fps(other), machine.latency_ms(other)) != (machine.fps(key), machine.latency_ms(key))
            for other in keys
        )
    ]


def missing(machine: Machine, found: Sequence[Key], keys: Sequence[Key], near: float = 0.03) -> list[Key]:
    """Cells of the true front that no found cell comes within 3 % of, in throughput and latency."""
    return [
        key
        for key in true_front(machine, keys)
        if not any(
            machine.fps(other) >= (1 - near) * machine.fps(key)
            and machine.latency_ms(other) <= (1 + near) * machine.latency_ms(key)
            for other in found
        )
    ]
