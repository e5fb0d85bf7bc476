"""Random numbers that must be the same for ever: a dataset made again has to be the same dataset."""

import numpy as np

from workbench.datasets.seeded import Draws


class TestDraws:
    def test_raw_output_of_pcg64(self) -> None:
        """Against NumPy's own generator, whose `integers` of 64 full bits are its raw output."""
        bits = np.random.Generator(np.random.PCG64(np.random.SeedSequence([5, 7])))
        expected = bits.integers(0, 2**64, 4, dtype=np.uint64)
        assert Draws(5, 7).words(4).tolist() == expected.tolist()

    def test_pinned(self) -> None:
        """Another value here changes every generated dataset: written down from the first version."""
        draws = Draws(1, 2, "erase-1")
        assert [draws.integer(0, 10**6) for _ in range(2)] == [916122, 23362]

    def test_every_part_of_the_place_counts(self) -> None:
        places = [(0, 0, "a"), (1, 0, "a"), (0, 1, "a"), (0, 0, "b")]
        assert len({Draws(*place).unit() for place in places}) == len(places)

    def test_ranges(self) -> None:
        draws = Draws(3)
        found = [draws.integer(2, 4) for _ in range(300)]
        assert set(found) == {2, 3, 4}
        assert all(-1 <= draws.between(-1, 1) < 1 for _ in range(300))
        units = draws.units(1000)
        assert units.min() > 0
        assert units.max() <= 1
        assert abs(units.mean() - 0.5) < 0.05
