"""A version is kept whole, with its project and what was measured of it, or not at all."""

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from tests.unit.optimization.laboratory import Laboratory, laboratory
from workbench.accuracy import service as accuracy
from workbench.accuracy.reading_schemas import ReadingWanted
from workbench.benchmarks.schemas import Configuration
from workbench.db.tables import Job, Model, Project, Report, Run
from workbench.jobs import service as jobs
from workbench.jobs.kinds import JobFailed
from workbench.models import service as models
from workbench.optimization.schemas import (
    CompressWanted,
    QuantizeWanted,
    RaceResult,
    RaceResultSide,
    SensitivityWanted,
)
from workbench.optimization.service import ranking_view, start_ranking, start_version, version_view
from workbench.optimization.versioning import over_fastest, usual_configuration
from workbench.projects import service as projects

SILENT = {"benchmark": False, "accuracy": False}
JUDGED = {"benchmark": False, "accuracy": True}
# A fault of the engine and the code that the job fails with.
FAULTS = {
    "crash": "engine_crashed",
    "error": "calibration_failed",
    "no_model": "engine_result_unusable",
    "link": "engine_result_unusable",
    "no_xml": "model_corrupt",
    "other": "engine_result_unusable",
    "nan": "engine_result_unusable",
    "deep_nan": "engine_result_unusable",
    "types": "engine_result_unusable",
}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laboratory]:
    with laboratory(tmp_path_factory.mktemp("laboratory")) as made:
        yield made


@pytest.fixture
def lab(shared: Laboratory) -> Iterator[Laboratory]:
    """Without the versions of the test before."""
    yield shared
    with shared.runtime.db.write() as session:
        for project in session.scalars(select(Project).where(Project.parent_id.is_not(None))):
            projects.delete(session, shared.runtime, project.id)
        for report in session.scalars(select(Report)):
            accuracy.delete(session, shared.runtime.storage, report.id)
        for model in session.scalars(select(Model).where(Model.parent_id.is_not(None))):
            models.delete(session, shared.runtime.storage, model.id)


def start(lab: Laboratory, project_id: str, wanted: Any) -> str:
    with lab.runtime.db.write() as session:
        begin = start_ranking if isinstance(wanted, SensitivityWanted) else start_version
        return begin(session, lab.runtime, project_id, wanted).id


def quantized(lab: Laboratory, project_id: str | None = None, **wanted: Any) -> Job:
    body = {"measure": SILENT} | wanted
    return lab.work(start(lab, project_id or lab.project_id, QuantizeWanted.model_validate(body)))


def child(lab: Laboratory, job: Job) -> tuple[Model, Project]:
    result = job.result or {}
    with lab.runtime.db.read() as session:
        return session.get_one(Model, result["model_id"]), session.get_one(Project, result["project_id"])


class TestMaking:
    def test_the_model_and_its_project_know_where_they_are_from(self, lab: Laboratory) -> None:
        job = quantized(lab, calibration={"samples": 5, "seed": 3}, preset="mixed", ignored={"names": ["conv1"]})
        assert job.state == "succeeded", job.error
        model, project = child(lab, job)
        with lab.runtime.db.read() as session:
            parent = session.get_one(Model, lab.model_id)
        assert (model.parent_id, model.state, model.task) == (parent.id, "ready", parent.task)
        assert model.name == "small INT8 mixed"
        assert (project.parent_id, project.dataset_id, project.device) == (lab.project_id, lab.dataset_id, "CPU")
        assert (project.last_job_id, model.job_id) == (job.id, job.id)
        conversion = model.conversion or {}
        assert conversion["method"] == "int8"
        assert (conversion["of"], conversion["parent_sha256"]) == (parent.name, parent.sha256)
        assert conversion["calibration"] == {
            "dataset_id": lab.dataset_id, "dataset": "some", "samples": 5, "seed": 3, "same_dataset": True,
        }  # fmt: skip
        assert conversion["options"]["preset"] == "mixed"
        assert conversion["resolved"]["target_device"] == "CPU"
        assert conversion["resolved"]["model_type"] == "none"
        assert QuantizeWanted.model_validate(conversion["options"]).ignored.names == ["conv1"]
        told = version_view(job).result
        assert told is not None
        assert (told.model_id, told.project_id, told.parent_project_id) == (model.id, project.id, lab.project_id)
        # FP16 weights are about half.
        assert 1.3 < told.size_ratio == told.parent_size_bytes / told.size_bytes < 2.1
        assert told.calibration_samples == 5
        assert (told.race, told.throughput_ratio, told.report_id, told.metrics) == (None, None, None, {})

    def test_a_second_one_gets_another_name_and_a_project(self, lab: Laboratory) -> None:
        names = [child(lab, quantized(lab, calibration={"samples": count}))[0].name for count in (1, 2)]
        assert names == ["small INT8", "small INT8 (2)"]

    def test_what_was_said_of_the_parent_holds_for_the_child(self, lab: Laboratory) -> None:
        with lab.runtime.db.write() as session:
            project = projects.get(session, lab.project_id)
            reading = accuracy.reading(session, lab.runtime, project).reading
            said = reading.model_copy(update={"metrics": reading.metrics.model_copy(update={"top_k": [2]})})
            accuracy.set_reading(session, lab.runtime, project, ReadingWanted(reading=said))
        try:
            _, own = child(lab, quantized(lab))
            assert (own.reading or {})["metrics"]["top_k"] == [2]
        finally:
            with lab.runtime.db.write() as session:
                accuracy.forget_reading(session, lab.runtime, projects.get(session, lab.project_id))

    def test_a_name_that_was_taken_meanwhile(self, lab: Laboratory) -> None:
        job_id = start(lab, lab.project_id, QuantizeWanted.model_validate({"name": "mine", "measure": SILENT}))
        with lab.runtime.db.write() as session:
            session.add(Model(name="mine", state="ready", parent_id=lab.model_id))
        job = lab.work(job_id)
        # Refused before anything is calculated.
        assert (job.state, (job.error or {})["code"]) == ("failed", "name_taken")

    def test_weights_alone(self, lab: Laboratory) -> None:
        wanted = CompressWanted.model_validate({"mode": "fp16", "measure": SILENT})
        model, _ = child(lab, lab.work(start(lab, lab.project_id, wanted)))
        assert (model.name, (model.conversion or {})["method"]) == ("small FP16", "fp16")
        assert (model.conversion or {})["calibration"] is None

    def test_text_that_no_database_takes(self, lab: Laboratory, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("STAND_IN_FAULT", "text")
        job = quantized(lab)
        assert job.state == "succeeded", job.error
        assert "half of a pair" in (job.result or {})["notes"][0]


class TestJudging:
    def test_before_and_after_on_the_same_samples(self, lab: Laboratory) -> None:
        job = quantized(lab, calibration={"samples": 4}, measure=JUDGED)
        assert job.state == "succeeded", job.error
        told = version_view(job).result
        assert told is not None
        with lab.runtime.db.read() as session:
            before, after = (accuracy.report(session, str(one)) for one in (told.parent_report_id, told.report_id))
        # Twelve, without the four of the calibration.
        assert before.samples == after.samples == 8
        assert before.without is not None
        assert before.without.model_dump() == {"count": 4, "seed": 0}
        numbers = []
        for report in (before, after):
            with lab.runtime.db.read() as session:
                table = accuracy.table(lab.runtime, accuracy.get(session, report.id))
            numbers.append(table.data.column("sample").to_pylist())
        assert numbers[0] == numbers[1]
        assert set(told.metrics) == set(after.metrics)
        for name, pair in told.metrics.items():
            assert pair.difference == pytest.approx(after.metrics[name].value - before.metrics[name].value)
        assert after.primary is not None
        assert told.metrics[after.primary].difference_ci95 is not None

    def test_a_report_that_says_this_already_is_taken(self, lab: Laboratory) -> None:
        reports = []
        for preset in ("performance", "mixed"):
            told = version_view(quantized(lab, preset=preset, measure=JUDGED)).result
            assert told is not None
            reports.append((told.parent_report_id, told.report_id))
        assert reports[0][0] == reports[1][0]
        assert reports[0][1] != reports[1][1]
        # Other samples are another report.
        told = version_view(quantized(lab, calibration={"samples": 3}, measure=JUDGED)).result
        assert told is not None
        assert told.parent_report_id != reports[0][0]

    def test_nothing_is_left_out_where_another_dataset_calibrates(self, lab: Laboratory) -> None:
        job = quantized(lab, calibration={"dataset": "bare", "samples": 3}, measure=JUDGED)
        told = version_view(job).result
        assert told is not None
        with lab.runtime.db.read() as session:
            report = accuracy.report(session, str(told.report_id))
        assert (report.samples, report.without) == (12, None)
        calibration = (child(lab, job)[0].conversion or {})["calibration"]
        assert (calibration["dataset_id"], calibration["same_dataset"]) == (lab.bare_id, False)

    def test_without_annotations_the_distance_is_told(self, lab: Laboratory) -> None:
        told = version_view(quantized(lab, lab.bare_project_id, measure=JUDGED)).result
        assert told is not None
        assert (told.report_id, told.metrics) == (None, {})
        with lab.runtime.db.read() as session:
            report = accuracy.report(session, str(told.distance_report_id))
        assert (report.kind, report.samples) == ("tensor_distance", 3)
        assert any("no annotations" in note for note in told.notes)


class TestFailing:
    @pytest.mark.parametrize(("fault", "code"), FAULTS.items())
    def test_nothing_is_left(self, lab: Laboratory, monkeypatch: pytest.MonkeyPatch, fault: str, code: str) -> None:
        before, stored = lab.counts(), lab.stored()
        monkeypatch.setenv("STAND_IN_FAULT", fault)
        job = quantized(lab)
        assert (job.state, (job.error or {}).get("code")) == ("failed", code)
        assert (job.error or {})["message"]
        assert (job.error or {})["action"]
        assert (lab.counts(), lab.stored()) == (before, stored)
        assert version_view(job).result is None

    def test_cancelled(self, lab: Laboratory, monkeypatch: pytest.MonkeyPatch) -> None:
        before = lab.counts()
        monkeypatch.setenv("STAND_IN_FAULT", "hang")
        job_id = start(lab, lab.project_id, QuantizeWanted.model_validate({"measure": SILENT}))
        worker = threading.Thread(target=lab.work, args=(job_id,))
        worker.start()
        cancelled = False
        while not cancelled:
            with lab.runtime.db.write() as session:
                job = jobs.get(session, job_id)
                if cancelled := job.stage == "calibrate":
                    jobs.cancel(session, job_id)
        worker.join(20)
        with lab.runtime.db.read() as session:
            assert jobs.get(session, job_id).state == "cancelled"
        assert lab.counts() == before

    def test_what_comes_after_the_version_does_not_undo_it(
        self, lab: Laboratory, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def lost(*_: Any, **__: Any) -> None:
            raise JobFailed("out_of_memory", "It was too much.", "Take less.")

        monkeypatch.setattr("workbench.accuracy.service.make_report", lost)
        job = quantized(lab, measure=JUDGED)
        assert (job.state, (job.error or {})["code"]) == ("failed", "out_of_memory")
        told = version_view(job).result
        assert told is not None
        assert child(lab, job)[0].state == "ready"
        assert any("It was too much." in note for note in told.notes)


class TestRacing:
    def test_the_sides_and_the_ratio(self, lab: Laboratory, monkeypatch: pytest.MonkeyPatch) -> None:
        asked: list[Any] = []

        def race(context: Any, sides: Any, configuration: Configuration, budget_s: float, *_: Any) -> RaceResult:
            asked.extend([sides, configuration, budget_s])
            told = [
                side(project_id, precision, ratio)
                for (project_id, precision), ratio in zip(sides, (1.0, 3.0), strict=True)
            ]
            return RaceResult(
                configuration=configuration, label="x", sides=told, rounds=1, measured_s=1.0, warnings=["slow"]
            )

        monkeypatch.setattr("workbench.optimization.measuring.race", race)
        measure = {"benchmark": True, "layers": False, "accuracy": False, "budget_s": 7}
        job = quantized(lab, measure=measure)
        assert job.state == "succeeded", job.error
        told = version_view(job).result
        assert told is not None
        # The device of the laboratory prefers f32.
        assert asked[0] == [(lab.project_id, "f32"), (told.project_id, None)]
        assert (asked[1].hint, asked[2]) == ("throughput", 7)
        assert told.throughput_ratio == 3.0
        assert told.race is not None
        assert told.race.warnings == ["slow"]

    @pytest.mark.parametrize(
        ("ratios", "wanted"), [([1.0, 3.0], 3.0), ([1.0, 2.0, 3.0], 1.5), ([1.0, 0.5, 0.8], 0.8), ([1.0], None)]
    )
    def test_over_the_fastest(self, ratios: list[float], wanted: float | None) -> None:
        sides = [side("p", None, ratio) for ratio in ratios]
        race = RaceResult(configuration=Configuration(), label="", sides=sides, rounds=1, measured_s=1.0, warnings=[])
        assert over_fastest(race) == wanted

    def test_as_the_best_run_was_configured(self) -> None:
        kept = {"streams": 2, "requests": 4, "precision": "f32", "arrivals_per_s": 5.0}
        found = usual_configuration(Run(result={"configuration": kept}))
        assert found == Configuration(streams=2, requests=4)
        assert usual_configuration(None) == usual_configuration(Run(result={})) == Configuration(hint="throughput")

    def test_a_race_that_fails_keeps_the_version_and_its_reports(
        self, lab: Laboratory, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def lost(*_: Any) -> None:
            raise JobFailed("out_of_memory", "It was too much.", "Take less.")

        monkeypatch.setattr("workbench.optimization.measuring.race", lost)
        job = quantized(lab, measure={"benchmark": True, "accuracy": True})
        assert (job.state, (job.error or {})["code"]) == ("failed", "out_of_memory")
        told = version_view(job).result
        assert told is not None
        assert (told.race, told.report_id is not None, bool(told.metrics)) == (None, True, True)


def side(project_id: str, precision: Any, ratio: float) -> RaceResultSide:
    return RaceResultSide(
        project_id=project_id, project="p", model_id="m", precision=precision, effective_precision="f32", run_id="r",
        throughput_fps=1.0, throughput_ci95=None, latency_median_ms=1.0, latency_median_ci95=None, latency_p99_ms=None,
        peak_memory_bytes=None, ratio=ratio, ratio_ci95=None, verdict="stable",
    )  # fmt: skip


class TestControl:
    def test_its_steps_are_kept_with_the_model(self, lab: Laboratory) -> None:
        job = quantized(lab, calibration={"samples": 4}, accuracy={"max_drop": 0.01})
        assert job.state == "succeeded", job.error
        told = version_view(job).result
        assert told is not None
        assert told.control is not None
        assert [step.operations for step in told.control.steps] == [["c0"]]
        model, _ = child(lab, job)
        assert (model.conversion or {})["control"] == told.control.model_dump(mode="json")


class TestRanking:
    def test_a_model_is_quantized_first(self, lab: Laboratory) -> None:
        wanted = SensitivityWanted.model_validate({"samples": 4, "quantize": {"calibration": {"samples": 3}}})
        job = lab.work(start(lab, lab.project_id, wanted))
        assert job.state == "succeeded", job.error
        told = ranking_view(job).result
        assert told is not None
        assert (told.model_id, told.parent_id) == (None, lab.model_id)
        assert [(one.rank, one.operations) for one in told.operations] == [(1, ["c0"])]
        assert told.options is not None
        assert told.options.calibration.samples == 3

    def test_a_quantized_one_is_held_against_its_original(self, lab: Laboratory) -> None:
        model, project = child(lab, quantized(lab, calibration={"samples": 5, "seed": 2}, preset="mixed"))
        with lab.runtime.db.write() as session:
            # The engine that stands in quantises nothing.
            session.get_one(Model, model.id).precision = "INT8"
        job = lab.work(start(lab, project.id, SensitivityWanted(samples=4)))
        assert job.state == "succeeded", job.error
        told = ranking_view(job).result
        assert told is not None
        assert (told.model_id, told.parent_id) == (model.id, lab.model_id)
        assert told.options is not None
        assert told.options.preset == "mixed"
        # Doing it again without some: the options go into the form as they are.
        again = told.options.model_copy(update={"name": None})
        assert json.loads(again.model_dump_json())["calibration"] == {
            "dataset": None, "samples": 5, "percent": None, "seed": 2,
        }  # fmt: skip

    @pytest.mark.parametrize("fault", ["crash", "error", "deep_nan", "types"])
    def test_a_bad_answer(self, lab: Laboratory, monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
        monkeypatch.setenv("STAND_IN_FAULT", fault)
        job = lab.work(start(lab, lab.project_id, SensitivityWanted(samples=4)))
        assert (job.state, (job.error or {}).get("code")) == ("failed", FAULTS[fault])
        assert ranking_view(job).result is None
