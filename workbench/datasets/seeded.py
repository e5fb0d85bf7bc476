"""Random numbers that stay the same: for one seed on every machine, in any order of work, with every version of NumPy.

NumPy promises that the raw output of a bit generator and `SeedSequence` never change, but not what the methods of
`Generator` make of it (NEP 19). So only raw output is used.
"""

import zlib

import numpy as np
from numpy.typing import NDArray

_WORDS = 2.0**64


class Draws:
    """The random numbers of one place, such as (seed, number of the picture, name of the change)."""

    def __init__(self, *place: int | str) -> None:
        words = [part if isinstance(part, int) else zlib.crc32(part.encode()) for part in place]
        self._bits = np.random.PCG64(np.random.SeedSequence(words))

    def words(self, count: int) -> NDArray[np.uint64]:
        """`count` numbers of 64 random bits."""
        found: NDArray[np.uint64] = self._bits.random_raw(count)
        return found

    def unit(self) -> float:
        """From 0 up to, not including, 1."""
        return float(int(self._bits.random_raw()) >> 11) / 2.0**53

    def between(self, low: float, high: float) -> float:
        return low + (high - low) * self.unit()

    def integer(self, low: int, high: int) -> int:
        """From `low` to `high`, both included."""
        return low + int(self.unit() * (high - low + 1))

    def color(self) -> tuple[int, int, int]:
        return self.integer(0, 255), self.integer(0, 255), self.integer(0, 255)

    def units(self, count: int) -> NDArray[np.float64]:
        """`count` numbers above 0 and up to 1."""
        return (self.words(count).astype(np.float64) + 1.0) / _WORDS
