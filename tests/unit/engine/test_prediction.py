"""Bounds from gains, by hand."""

import numpy as np
import pytest

from workbench.engine.observed import Key, Measured, Observed
from workbench.engine.prediction import bound

BATCHES = (1, 2, 4, 8)


def cells(rates: dict[Key, float]) -> dict[Key, Observed]:
    return {
        key: Observed(key, key[0], looked=Measured(fps, 0.3, np.full(10, key[0] * key[1] / fps * 1e3)))
        for key, fps in rates.items()
    }


def test_nothing_is_known_of_an_unmeasured_row() -> None:
    assert bound((2, 4), BATCHES, cells({(1, 1): 100, (1, 2): 110})) is None


def test_one_gain_is_no_evidence() -> None:
    found = bound((1, 4), BATCHES, cells({(1, 1): 100, (1, 2): 110}))
    assert found is not None
    assert not found.evident
    assert found.fps == pytest.approx(110 * 1.1)


def test_the_greatest_of_the_last_gains_and_littles_law() -> None:
    found = bound((1, 8), BATCHES, cells({(1, 1): 100, (1, 2): 120, (1, 4): 126}))
    assert found is not None
    assert found.evident
    assert found.fps == pytest.approx(126 * 1.2)
    assert found.latency_ms == pytest.approx(8 / (126 * 1.2) * 1e3)


def test_other_rows_tell_of_the_same_step() -> None:
    known = cells({(1, 1): 100, (1, 2): 120, (1, 4): 121, (2, 1): 150, (2, 2): 151})
    found = bound((2, 4), BATCHES, known)
    assert found is not None
    assert found.evident
    assert found.fps == pytest.approx(151 * max(121 / 120, 151 / 150))


def test_a_step_further_gains_half_as_much() -> None:
    known = cells({(1, 1): 100, (1, 2): 110, (1, 4): 121})
    near, far = bound((1, 8), (1, 2, 4, 8, 16), known), bound((1, 16), (1, 2, 4, 8, 16), known)
    assert near is not None
    assert far is not None
    assert far.fps == pytest.approx(near.fps * 1.1**0.5)


def test_losses_are_not_drawn_on_and_one_slow_cell_ends_no_row() -> None:
    found = bound((1, 8), BATCHES, cells({(1, 1): 100, (1, 2): 120, (1, 4): 90}))
    assert found is not None
    assert found.fps == pytest.approx(120 * 1.2)


def test_gains_of_near_batches_count_for_a_doubling() -> None:
    batches = (2, 3, 4, 6)
    known = cells({(1, 2): 100, (1, 3): 101, (1, 4): 104, (2, 2): 100, (2, 3): 105, (2, 4): 110, (2, 6): 110})
    found = bound((1, 6), batches, known)
    assert found is not None
    # Own: 2 → 4 gains 4 %; the other row from 3 to 6 gains 110 / 105.
    assert found.fps == pytest.approx(104 * (110 / 105) ** (2 - 2 ** (1 - np.log2(1.5))))
