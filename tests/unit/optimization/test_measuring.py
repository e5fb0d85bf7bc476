"""Races by the real engine: what is kept of each side, and that nothing of a bad answer is."""

import copy
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select

from tests.unit.optimization.laboratory import Laboratory, laboratory
from workbench.db.tables import Job, Project, Run
from workbench.errors import Conflict, NotFound
from workbench.optimization import measuring, racing
from workbench.optimization.schemas import RaceResult, RaceWanted
from workbench.targets.driver import run_operation


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laboratory]:
    with laboratory(tmp_path_factory.mktemp("laboratory")) as made:
        yield made


@pytest.fixture
def lab(shared: Laboratory) -> Iterator[Laboratory]:
    yield shared
    with shared.runtime.db.write() as session:
        session.execute(delete(Run))


@pytest.fixture(scope="module")
def answer(shared: Laboratory, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Path]:
    """What the engine really tells, and the files that it makes."""
    kept, real = tmp_path_factory.mktemp("answer") / "out", run_operation
    found: dict[str, Any] = {}

    def heard(*arguments: Any, **more: Any) -> tuple[dict[str, Any], Path]:
        result, out = real(*arguments, **more)
        found.update(copy.deepcopy(result))
        shutil.copytree(out, kept)
        return result, out

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(measuring, "run_operation", heard)
        job = shared.work(start(shared, (shared.project_id, "f32"), (shared.bare_project_id, "f32")))
    assert job.state == "succeeded", job.error
    with shared.runtime.db.write() as session:
        session.execute(delete(Run))
    return found, kept


def start(lab: Laboratory, *sides: tuple[str, str | None], **more: Any) -> str:
    asked = [{"project": project, "precision": precision} for project, precision in sides]
    wanted = RaceWanted.model_validate({"sides": asked, "budget_s": 1} | more)
    with lab.runtime.db.write() as session:
        return racing.start(session, lab.runtime, wanted).id


def told(lab: Laboratory, job_id: str) -> RaceResult | None:
    with lab.runtime.db.read() as session:
        return racing.get(session, job_id).result


def runs(lab: Laboratory) -> list[Run]:
    with lab.runtime.db.read() as session:
        return list(session.scalars(select(Run).order_by(Run.id)))


class TestRace:
    def test_each_side_is_a_run_of_its_own_project(self, lab: Laboratory) -> None:
        job_id = start(
            lab, (lab.project_id, "f32"), (lab.bare_project_id, "f32"), configuration={"streams": 1, "batch": 2}
        )
        assert told(lab, job_id) is None
        job = lab.work(job_id)
        assert job.state == "succeeded", job.error
        found, kept = told(lab, job_id), runs(lab)
        assert found is not None
        assert [side.project_id for side in found.sides] == [lab.project_id, lab.bare_project_id]
        assert [side.run_id for side in found.sides] == [run.id for run in kept] == (job.result or {})["run_ids"]
        assert found.label == "1 × 2"
        for side, run in zip(found.sides, kept, strict=True):
            assert (run.project_id, run.job_id, run.result["source"]) == (side.project_id, job_id, "race")
            assert (run.requested_precision, run.effective_precision, run.batch) == ("f32", "f32", 2)
            assert run.throughput_fps == side.throughput_fps
            assert run.result["input"]["source"] == "dataset"
            assert run.latencies_artifact_id is not None
        # Each with the samples of its own dataset, and a file of latencies of its own.
        assert len({run.latencies_artifact_id for run in kept}) == 2
        assert kept[0].result["input"]["description"] != kept[1].result["input"]["description"]

    def test_nothing_to_measure_it_in_turn_with(self, lab: Laboratory) -> None:
        with pytest.raises(Conflict) as caught:
            start(lab, (lab.project_id, "f32"), (lab.project_id, "f32"))
        assert caught.value.code == "sides_alike"

    def test_another_device(self, lab: Laboratory) -> None:
        with lab.runtime.db.write() as session:
            other = Project(name="elsewhere", model_id=lab.model_id, dataset_id=lab.dataset_id,
                            target_id=lab.target_id, device="GPU")  # fmt: skip
            session.add(other)
            session.flush()
            other_id = other.id
        with pytest.raises(Conflict) as caught:
            start(lab, (lab.project_id, None), (other_id, None))
        assert caught.value.code == "not_comparable"
        with lab.runtime.db.write() as session:
            session.execute(delete(Project).where(Project.id == other_id))

    def test_requests_that_arrive(self, lab: Laboratory) -> None:
        with pytest.raises(Conflict) as caught:
            start(lab, (lab.project_id, None), (lab.bare_project_id, None), configuration={"arrivals_per_s": 3})
        assert caught.value.code == "configuration_not_possible"

    def test_a_job_that_is_no_race(self, lab: Laboratory) -> None:
        with lab.runtime.db.read() as session:
            other = session.scalars(select(Job.id).where(Job.kind != "race")).first()
            with pytest.raises(NotFound):
                racing.get(session, str(other))

    @pytest.mark.parametrize(
        ("spoil", "state"),
        [
            (lambda result: result["sides"].pop(), "failed"),
            (lambda result: result["sides"][1].update(ratio=float("nan")), "failed"),
            (lambda result: result["sides"][1].update(ratio=-1.0), "failed"),
            (lambda result: result.update(sides=None), "failed"),
            (lambda result: result.update(warnings=["half of a pair \ud800 and nothing \0"]), "succeeded"),
        ],
    )
    def test_answers_that_cannot_be_used(
        self,
        lab: Laboratory,
        answer: tuple[dict[str, Any], Path],
        monkeypatch: pytest.MonkeyPatch,
        tmp_path: Path,
        spoil: Callable[[Any], None],
        state: str,
    ) -> None:
        result, out = copy.deepcopy(answer[0]), shutil.copytree(answer[1], tmp_path / "out")
        spoil(result)
        monkeypatch.setattr(measuring, "run_operation", lambda *arguments, **more: (result, out))
        job = lab.work(start(lab, (lab.project_id, "f32"), (lab.bare_project_id, "f32")))
        assert job.state == state, job.error
        if state == "failed":
            assert (job.error or {})["code"] == "engine_result_unusable"
            assert runs(lab) == []
