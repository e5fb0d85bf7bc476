"""What a benchmark that ended early did not come to."""

from typing import Any

from workbench.benchmarks.continuing import relatives, remaining
from workbench.benchmarks.schemas import Configuration
from workbench.db.tables import Job


def job(name: str, continues: str | None = None) -> Job:
    return Job(id=name, parameters={"continues": continues} if continues else {})


def asked(*wanted: dict[str, Any]) -> list[Configuration]:
    return [Configuration(**one) for one in wanted]


class TestRemaining:
    def test_in_the_order_asked_for(self) -> None:
        wanted = asked({"streams": 2}, {"hint": "latency"}, {"streams": 1, "batch": 4}, {"streams": 1})
        measured = [wanted[1].model_dump(), wanted[3].model_dump()]
        assert remaining(wanted, measured) == [wanted[0], wanted[2]]
        assert remaining(wanted, [one.model_dump() for one in wanted]) == []

    def test_every_field_tells_them_apart(self) -> None:
        wanted = asked(
            {"streams": 1},
            {"streams": 1, "api": "sync"},
            {"streams": 1, "arrivals_per_s": 10.0},
            {"streams": 1, "arrivals_per_s": 20.0},
            {"streams": 1, "threads": 1},
            {"streams": 1, "precision": "f32"},
        )
        for one in wanted:
            assert remaining(wanted, [one.model_dump()]) == [other for other in wanted if other is not one]

    def test_asked_twice_is_measured_twice(self) -> None:
        wanted = asked({"streams": 1}, {"streams": 1})
        assert remaining(wanted, [wanted[0].model_dump()]) == [wanted[1]]
        assert remaining(wanted, [wanted[0].model_dump()] * 2) == []

    def test_runs_of_older_versions_have_no_configuration(self) -> None:
        wanted = asked({"streams": 1})
        assert remaining(wanted, [None]) == wanted

    def test_fields_that_came_later_have_their_default(self) -> None:
        wanted = asked({"streams": 1})
        assert remaining(wanted, [{"hint": "none", "streams": 1}]) == []


class TestRelatives:
    def test_a_chain_and_nothing_else(self) -> None:
        jobs = [job("a"), job("x"), job("b", "a"), job("y", "x"), job("c", "b"), job("d", "a"), job("z", "gone")]
        for name in ("a", "b", "c", "d"):
            assert [one.id for one in relatives(jobs, name)] == ["a", "b", "c", "d"]
        assert [one.id for one in relatives(jobs, "y")] == ["x", "y"]
        assert [one.id for one in relatives(jobs, "z")] == ["z"]
