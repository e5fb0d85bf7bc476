"""The roofline against figures worked out by hand."""

from datetime import UTC, datetime
from typing import Any

import pytest

from workbench.benchmarks import roofline
from workbench.targets.schemas import Ceilings

# Ridges: 10 FLOP per byte in f32, 40 in i8.
CEILINGS = Ceilings(
    device="CPU",
    measured_at=datetime(2026, 1, 1, tzinfo=UTC),
    memory_gbps=20.0,
    compute_gflops={"f32": 200.0, "i8": 800.0},
)


def about(value: float) -> Any:
    return pytest.approx(value)


class TestTheRoof:
    def test_below_on_and_above_the_ridge(self) -> None:
        assert roofline.ridge(200.0, 20.0) == 10.0
        assert roofline.attainable_gflops(2.0, 200.0, 20.0) == 40.0
        assert roofline.attainable_gflops(10.0, 200.0, 20.0) == 200.0
        assert roofline.attainable_gflops(50.0, 200.0, 20.0) == 200.0

    @pytest.mark.parametrize(("flop", "moved"), [(4_000_000, 2_000_000), (20_000_000, 100_000), (10_000, 1_000)])
    def test_in_time_it_is_the_same_roof(self, flop: int, moved: int) -> None:
        """Work divided by the shortest time is what is attainable."""
        shortest = roofline.shortest_us(flop, moved, 200.0, 20.0)
        assert shortest is not None
        assert flop / shortest / 1e3 == pytest.approx(roofline.attainable_gflops(flop / moved, 200.0, 20.0))


class TestPlace:
    def test_compute_bound(self) -> None:
        """20 MFLOP over 1 MB: 20 FLOP per byte. 100 µs at 200 GFLOP/s; it takes 125."""
        placed = roofline.place(20_000_000, 1_000_000, 125.0, "f32", CEILINGS)
        assert placed == roofline.Placement(20.0, "compute", about(0.8))

    def test_memory_bound(self) -> None:
        """2 MFLOP over 1 MB: 2 FLOP per byte. 50 µs at 20 GB/s; it takes 100."""
        placed = roofline.place(2_000_000, 1_000_000, 100.0, "f32", CEILINGS)
        assert placed == roofline.Placement(2.0, "memory", about(0.5))

    def test_exactly_at_the_ridge_computing_is_the_limit(self) -> None:
        assert roofline.place(10_000_000, 1_000_000, 100.0, "f32", CEILINGS).bound == "compute"

    def test_the_precision_decides_the_peak(self) -> None:
        """At 20 FLOP per byte the integers are still waiting for memory; u8 has the ceiling of i8."""
        for precision in ("i8", "u8"):
            placed = roofline.place(20_000_000, 1_000_000, 100.0, precision, CEILINGS)
            assert placed == roofline.Placement(20.0, "memory", about(0.5))

    def test_overhead(self) -> None:
        """1 µs of work in 9 µs is still explained by its roof, in 11 µs it is not."""
        assert roofline.place(100_000, 20_000, 9.0, "f32", CEILINGS).bound == "memory"
        placed = roofline.place(100_000, 20_000, 11.0, "f32", CEILINGS)
        assert placed == roofline.Placement(5.0, "overhead", about(1 / 11))

    def test_a_layer_that_only_moves_data(self) -> None:
        """1 MB in 100 µs is 10 of 20 GB/s; its precision may have no peak."""
        for precision in ("f32", "i32", None):
            placed = roofline.place(0, 1_000_000, 100.0, precision, CEILINGS)
            assert placed == roofline.Placement(0.0, "memory", about(0.5))

    def test_out_of_a_cache_it_may_be_faster_than_memory(self) -> None:
        share = roofline.place(0, 1_000_000, 25.0, "f32", CEILINGS).roof_share
        assert share == pytest.approx(2.0)

    @pytest.mark.parametrize(
        ("flop", "moved", "time_us", "precision", "intensity"),
        [
            (None, 1000, 5.0, "f32", None),
            (1000, None, 5.0, "f32", None),
            (1000, 0, 5.0, "f32", None),
            (1000, 1000, None, "f32", 1.0),
            (1000, 1000, 5.0, "f16", 1.0),
            (1000, 1000, 5.0, None, 1.0),
        ],
    )
    def test_what_is_not_known(
        self, flop: int | None, moved: int | None, time_us: float | None, precision: str | None, intensity: float | None
    ) -> None:
        placed = roofline.place(flop, moved, time_us, precision, CEILINGS)
        assert placed == roofline.Placement(intensity, None, None)

    def test_without_ceilings(self) -> None:
        assert roofline.place(1000, 500, 5.0, "f32", None) == roofline.Placement(2.0, None, None)


class TestOneStream:
    def test_several_busy_streams_share_the_device(self) -> None:
        part = roofline.of_one_stream(CEILINGS, 4, 4)
        assert (part.memory_gbps, part.compute_gflops) == (5.0, {"f32": 50.0, "i8": 200.0})
        assert part.notes
        assert CEILINGS.memory_gbps == 20.0
        assert CEILINGS.notes == []

    @pytest.mark.parametrize(("streams", "requests"), [(1, 1), (1, 8), (None, None), (4, 1)])
    def test_one_has_it_alone(self, streams: int | None, requests: int | None) -> None:
        assert roofline.of_one_stream(CEILINGS, streams, requests) == CEILINGS

    def test_fewer_requests_than_streams(self) -> None:
        assert roofline.of_one_stream(CEILINGS, 4, 2).memory_gbps == 10.0
