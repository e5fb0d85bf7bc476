"""The search on simulated machines: what it finds, what it costs, when it stops. Seeds are fixed, time is simulated."""

from itertools import pairwise

import pytest

from tests.unit.engine.surfaces import SURFACES, Machine, crowded, falling, flat, missing, saturating
from workbench.engine.front import NEAR, Search, name, warm_up_s
from workbench.engine.goals import Goal
from workbench.engine.observed import Key, Known

BATCHES = (1, 2, 4, 8, 16, 32)
STREAMS = (1, 2, 4, 8)
CELL_S = 10.0


def searched(machine: Machine, goal: Goal | None = None, **more: object) -> Search:
    wanted: dict[str, object] = {"streams": STREAMS, "batches": BATCHES, "cell_s": CELL_S, **more}
    return machine.run(Search(goal=goal or Goal(), **wanted))  # type: ignore[arg-type]


def found(search: Search) -> list[Key]:
    return search.front(search.result_percentile())


class TestTheFront:
    def test_is_found_within_three_percent_in_a_quarter_of_the_time(self) -> None:
        misses: dict[str, int] = dict.fromkeys(SURFACES, 0)
        seeds = range(12)
        for surface_name, surface in SURFACES.items():
            for seed in seeds:
                machine = Machine(surface, seed, noise=(0.01, 0.015, 0.02)[seed % 3], speed=5)
                search = searched(machine)
                assert search.spent_s <= 0.25 * machine.grid_s(search.grid, CELL_S), (surface_name, seed)
                misses[surface_name] += bool(missing(machine, found(search), search.grid))
        assert sum(misses.values()) <= 0.05 * len(seeds) * len(SURFACES), misses

    @pytest.mark.parametrize("seed", range(6))
    def test_a_small_grid(self, seed: int) -> None:
        machine = Machine(saturating, seed, speed=3)
        search = searched(machine, streams=(1, 2))
        assert search.spent_s <= 0.25 * machine.grid_s(search.grid, CELL_S)
        assert len(missing(machine, found(search), search.grid)) <= 1

    def test_a_single_cell(self) -> None:
        search = searched(Machine(flat, 1, spikes=0), streams=(1,), batches=(1,), budget_s=20.0)
        assert found(search) == [(1, 1)]
        assert search.finished == [(1, 1)]
        assert search.stopped == "resolved"

    def test_one_cell_that_beats_all_others(self) -> None:
        search = searched(Machine(falling, 2, speed=5))
        assert found(search) == [(1, 1)]
        assert search.stopped == "resolved"
        assert any(skip.why == "needless" for skip in search.skipped.values())

    def test_every_cell_is_measured_or_skipped(self) -> None:
        search = searched(Machine(crowded, 3, speed=5))
        assert sorted([*search.cells, *search.skipped]) == sorted(search.grid)
        assert not set(search.cells) & set(search.skipped)

    def test_cells_are_measured_in_turn(self) -> None:
        machine = Machine(crowded, 4, speed=5, spikes=0)
        searched(machine)
        refining = machine.slices[len(set(machine.slices)) :]
        repeats = sum(one == other for one, other in pairwise(refining))
        assert repeats < len(refining) / 3


class TestLimits:
    def test_the_highest_throughput_within_a_latency(self) -> None:
        machine = Machine(crowded, 5, speed=5, noise=0.01)
        limit = 1.1 * machine.latency_ms((4, 1))
        search = searched(machine, Goal("throughput", "median", max_latency_ms=limit))
        allowed = [key for key in search.grid if machine.latency_ms(key) <= limit]
        best = search.goal.favourite([search.cells[key] for key in found(search)]).key
        assert machine.fps(best) >= (1 - NEAR) * max(machine.fps(key) for key in allowed)
        assert machine.latency_ms(best) <= limit

    def test_the_lowest_latency_at_a_throughput(self) -> None:
        machine = Machine(crowded, 6, speed=5, noise=0.01)
        least = 0.9 * machine.fps((2, 8))
        search = searched(machine, Goal("latency", "median", min_fps=least))
        allowed = [key for key in search.grid if machine.fps(key) >= least]
        best = search.goal.favourite([search.cells[key] for key in found(search)]).key
        assert machine.latency_ms(best) <= (1 + NEAR) * min(machine.latency_ms(key) for key in allowed)
        assert machine.fps(best) >= least

    def test_limits_save_time(self) -> None:
        machine, other = Machine(saturating, 7, speed=5), Machine(saturating, 7, speed=5)
        limited = searched(machine, Goal("throughput", "median", max_latency_ms=1.05 * machine.latency_ms((2, 1))))
        assert limited.spent_s < searched(other).spent_s

    @pytest.mark.parametrize("goal", [Goal("throughput", "median", max_latency_ms=0.01), Goal("latency", min_fps=1e6)])
    def test_limits_that_nothing_keeps(self, goal: Goal) -> None:
        search = searched(Machine(crowded, 8, speed=5), goal)
        assert search.stopped == "resolved"
        assert search.finished
        assert not any(
            goal.within(search.cells[key].fps, search.cells[key].latency(goal.percentile)) for key in search.finished
        )


class TestStopping:
    def test_a_budget_is_kept(self) -> None:
        machine = Machine(saturating, 9, speed=5)
        search = searched(machine, budget_s=8.0)
        assert search.stopped == "budget"
        assert search.spent_s <= 8.0
        assert search.finished

    def test_even_the_smallest_budget_gives_a_run(self) -> None:
        search = searched(Machine(saturating, 10, speed=5), budget_s=0.1)
        assert search.stopped == "budget"
        assert search.finished

    def test_stop_stays_stop(self) -> None:
        search = searched(Machine(flat, 11, speed=5))
        assert search.next().kind == "stop"
        assert search.next().kind == "stop"

    def test_slow_cells_fall_back_to_a_percentile_that_can_be_had(self) -> None:
        search = searched(Machine(flat, 12, speed=0.1), streams=(1, 2), batches=(1, 2))
        # 8 FPS: no cell does the 299 requests of a p99 in 10 s.
        assert search.result_percentile() != "p99"

    def test_fast_cells_have_the_samples_of_p99(self) -> None:
        search = searched(Machine(falling, 13, speed=20), budget_s=100.0)
        assert search.result_percentile() == "p99"
        assert all(search.cells[key].requests >= 299 for key in found(search))


class TestFailures:
    def test_cells_that_cannot_be_measured_are_no_part_of_the_grid(self) -> None:
        machine = Machine(crowded, 14, speed=5)
        search = Search(STREAMS, BATCHES, Goal(), CELL_S)
        whole = search.grid_s
        for batch in BATCHES:
            search.failed((8, batch), "the device has four streams")
        assert search.grid_s == pytest.approx(whole * 3 / 4)
        machine.run(search)
        assert not any(key[0] == 8 for key in search.cells)
        assert search.skipped[(8, 1)].reason == "the device has four streams"

    def test_a_cell_may_fail_while_it_is_refined(self) -> None:
        machine = Machine(saturating, 15, speed=5)
        search = Search(STREAMS, BATCHES, Goal(), CELL_S)
        while (step := search.next()).kind != "stop":
            if step.kind == "slice" and step.key == (2, 1):
                search.failed(step.key, "inference failed", 1.0)
            else:
                machine.do(search, step)
        assert (2, 1) not in search.cells
        assert search.skipped[(2, 1)].why == "impossible"


class TestContinuing:
    def test_known_cells_are_not_measured_again(self) -> None:
        first = Machine(crowded, 16, speed=5)
        before = searched(first)
        known = {
            key: Known(
                before.cells[key].fps,
                {
                    percentile: before.cells[key].latency(percentile) if before.cells[key].has(percentile) else None
                    for percentile in ("median", "p90", "p95", "p99")
                },
                before.cells[key].requests,
            )
            for key in before.finished
        }
        second = Machine(crowded, 17, speed=5)
        search = searched(second, known=known)
        assert not set(second.slices) & set(known)
        assert search.spent_s < before.spent_s
        assert not missing(second, found(search), search.grid)


def test_the_least_warm_up() -> None:
    # Two windows of a round and a quarter of a second; with 1 s a round, one of them is beyond the limit of 2.5 s.
    assert warm_up_s(0.01, 1, 10.0) == pytest.approx(2 * (0.01 + 0.25))
    assert warm_up_s(1.0, 1, 10.0) == pytest.approx(1.0 + 4.0)


def test_names() -> None:
    assert name((2, 16)) == "2 × 16"
