"""What is told of a family of versions: the figures that stand for each, what speaks against holding them against each
other, and what they lack."""

import csv
import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete

from tests.server import migrated, runtime_of
from tests.unit.comparisons.laboratory import add_run
from tests.unit.comparisons.measured import NOW
from tests.unit.comparisons.measured import run as run_of
from workbench.db.base import new_id
from workbench.db.tables import Dataset, Device, Job, Model, Project, Report, Run, Target
from workbench.errors import NotFound
from workbench.optimization.schemas import Axis, Version, Versions
from workbench.optimization.versions import Pick, representative, versions
from workbench.optimization.versions_table import versions_csv
from workbench.runtime import Runtime

OPEN = {
    "arrivals_per_s": 5.0, "arrived": 9, "completed": 9, "achieved_per_s": 5.0, "kept_up": True, "service_ms": 1.0,
    "wait_ms": 0.1,
}  # fmt: skip


NOT_MADE = "distances are to the model that a version was made from; this one was not made"


class Family:
    """Models and their projects on one target; names are those of the models."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self.models: dict[str, str] = {}
        self.projects: dict[str, str] = {}
        with runtime.db.write() as session:
            target, dataset = Target(name="bench", kind="local"), Dataset(name="pictures", state="ready")
            session.add_all([target, dataset])
            session.flush()
            session.add(Device(target_id=target.id, name="CPU", full_name="A CPU", properties={"name": "CPU"}))
            self.target_id, self.dataset_id = target.id, dataset.id

    def add(self, name: str, parent: str | None = None, size: int = 1000, project: bool = True, **more: Any) -> None:
        with self.runtime.db.write() as session:
            at = NOW + timedelta(seconds=len(self.models))
            parent_id = self.models.get(parent or "")
            model = Model(name=name, state="ready", size_bytes=size, parent_id=parent_id, created_at=at, **more)
            session.add(model)
            session.flush()
            self.models[name] = model.id
            if project:
                row = Project(
                    name=f"{name} on pictures", model_id=model.id, dataset_id=self.dataset_id,
                    target_id=self.target_id, device="CPU",
                )  # fmt: skip
                session.add(row)
                session.flush()
                self.projects[name] = row.id

    def run(self, name: str, fps: float, precision: str = "f32", **more: Any) -> str:
        job_id = more.pop("job_id", None)
        with self.runtime.db.write() as session:
            run_id = add_run(session, self.runtime, self.projects[name], fps, None, effective_precision=precision,
                             throughput_fps=fps, **more)  # fmt: skip
            session.get_one(Run, run_id).job_id = job_id
        return run_id

    def race(self, name: str) -> str:
        with self.runtime.db.write() as session:
            job = Job(kind="race", title="race", state="succeeded", measuring=True, parameters={},
                      project_id=self.projects[name])  # fmt: skip
            session.add(job)
            session.flush()
            return job.id

    def report(
        self, name: str, value: float, precision: str = "f32", kind: str = "annotations", metric: str = "accuracy@top1",
        after: int = 0, **more: Any,
    ) -> str:  # fmt: skip
        told = {"label": metric, "unit": "", "better": "lower" if kind == "tensor_distance" else "higher",
                "value": value, "ci95": [value - 0.01, value + 0.01]}  # fmt: skip
        result = {"metrics": {metric: told}, "effective_precision": precision, "device": "CPU", "elapsed_s": 1.0} | more
        with self.runtime.db.write() as session:
            row = Report(
                id=new_id(), project_id=self.projects[name], kind=kind, task="classification",
                samples=more.get("samples", 100), primary_metric=metric, primary_value=value, result=result,
                created_at=NOW + timedelta(seconds=after),
            )  # fmt: skip
            session.add(row)
            session.flush()
            return row.id

    def told(self, name: str, x: Axis = "latency_ms", y: Axis = "accuracy", pick: Pick = "best") -> Versions:
        with self.runtime.db.read() as session:
            return versions(session, self.projects[name], x, y, pick)

    def items(self, name: str, *more: Any) -> dict[tuple[str, str | None], Version]:
        return {(item.name, item.effective_precision): item for item in self.told(name, *more).items}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    with runtime_of(migrated(tmp_path_factory.mktemp("family"))) as runtime:
        yield runtime


@pytest.fixture
def family(server: Runtime) -> Iterator[Family]:
    made = Family(server)
    made.add("first")
    made.add("int8", "first", 300, precision="INT8", conversion={"method": "int8"})
    yield made
    with server.db.write() as session:
        for table in (Run, Report, Job, Project, Model, Dataset, Device, Target):
            session.execute(delete(table))


def latency(median: float) -> dict[str, Any]:
    return {"latency_ms": {"min": 1, "mean": median, "median": median, "p90": 20, "p95": 20, "p99": 20, "max": 20}}


class TestFamily:
    def test_all_of_them_whoever_is_asked(self, family: Family) -> None:
        family.add("mixed", "first", conversion={"method": "int8"})
        family.add("again", "int8", conversion={"folded_preprocessing": {}})
        family.add("stranger")
        for name in ("first", "int8", "again"):
            found = family.told(name).items
            told = [(item.name, item.method, item.depth) for item in found]
            assert told == [("first", "original", 0), ("int8", "int8", 1), ("mixed", "int8", 1), ("again", "folded", 2)]

    def test_a_version_for_each_precision_that_executed(self, family: Family) -> None:
        family.run("first", 100, "f32")
        family.run("first", 200, "bf16")
        family.report("first", 0.9, "f16")
        keys = [(item.effective_precision, item.run is not None) for item in family.told("first").items[:3]]
        assert keys == [("f32", True), ("bf16", True), ("f16", False)]
        assert len({item.key for item in family.told("first").items}) == 4

    def test_other_devices_and_datasets_are_not_among_them(self, family: Family) -> None:
        with family.runtime.db.write() as session:
            other = Dataset(name="other", state="ready")
            session.add(other)
            session.flush()
            for device, dataset_id in (("GPU", family.dataset_id), ("CPU", other.id)):
                session.add(
                    Project(
                        name=f"{device} {dataset_id}",
                        model_id=family.models["int8"],
                        dataset_id=dataset_id,
                        target_id=family.target_id,
                        device=device,
                    )
                )
        assert family.items("first")["int8", None].project_id == family.projects["int8"]

    def test_one_without_a_project(self, family: Family) -> None:
        family.add("lost", "first", project=False)
        item = family.items("first")["lost", None]
        assert (item.project_id, item.lacks) == (None, ["no project on this target with this dataset"])

    def test_a_model_that_is_not_ready(self, family: Family) -> None:
        with family.runtime.db.write() as session:
            session.add(Model(name="half made", state="importing", parent_id=family.models["first"]))
        assert {item.name for item in family.told("first").items} == {"first", "int8"}

    def test_a_model_that_is_gone(self, family: Family) -> None:
        with family.runtime.db.write() as session:
            session.get_one(Project, family.projects["first"]).model_id = None
        told = family.told("first")
        assert (told.items, told.warnings) == ([], ["The model of this project is gone."])

    def test_nobody(self, family: Family) -> None:
        with family.runtime.db.read() as session, pytest.raises(NotFound):
            versions(session, "nobody", "latency_ms", "accuracy", "best")


class TestFigures:
    def test_the_front_by_hand(self, family: Family) -> None:
        family.run("first", 100, "f32", **latency(10))
        family.run("first", 150, "bf16", **latency(6))
        family.run("int8", 400, "int8/f32", **latency(3))
        family.report("first", 0.90, "f32")
        family.report("first", 0.85, "bf16")
        family.report("int8", 0.86, "int8/f32")
        found = family.items("first")
        slow, middle, fast = found["first", "f32"], found["first", "bf16"], found["int8", "int8/f32"]
        assert (slow.on_front, middle.on_front, fast.on_front) == (True, False, True)
        assert middle.dominated_by == fast.key
        # By size and throughput the small one beats all.
        sized = family.items("first", "size_bytes", "throughput_fps")
        assert [item.on_front for item in sized.values()] == [False, False, True]

    def test_the_best_run_for_the_axis(self, family: Family) -> None:
        quick = family.run("first", 100, **latency(5))
        strong = family.run("first", 300, **latency(20))
        family.run("first", 900, verdict="noisy", verdict_reason="It varied.", **latency(1))
        family.run("first", 901, open_loop=OPEN, **latency(0.5))
        one = family.items("first")["first", "f32"].run
        other = family.items("first", "throughput_fps")["first", "f32"].run
        assert one is not None
        assert other is not None
        assert (one.run_id, other.run_id) == (quick, strong)

    def test_only_unstable_runs_are_warned_of(self, family: Family) -> None:
        family.run("first", 100, verdict="noisy", verdict_reason="It varied.")
        item = family.items("first")["first", "f32"]
        assert item.run is not None
        assert item.warnings == ["Its run was noisy: It varied."]

    def test_the_newest_report_of_the_precision(self, family: Family) -> None:
        newest = family.report("first", 0.7, after=10)
        family.report("first", 0.9)
        family.report("first", 0.99, "bf16", after=20)
        told = family.items("first")["first", "f32"].accuracy
        assert told is not None
        assert (told.report_id, told.value, told.samples) == (newest, 0.7, 100)

    def test_what_is_missing(self, family: Family) -> None:
        family.run("first", 100, peak_memory_bytes=None)
        assert family.items("first")["first", "f32"].lacks == ["no accuracy report"]
        assert family.items("first")["int8", None].lacks == ["not measured", "no accuracy report"]
        item = family.items("first", "memory_bytes", "distance")["first", "f32"]
        assert item.lacks == ["memory not measured", NOT_MADE]
        assert not item.on_front

    def test_distances(self, family: Family) -> None:
        family.add("mixed", "first", 310)
        for name, value in (("int8", 0.02), ("mixed", 0.01)):
            family.run(name, 300, "int8/f32", **latency(3))
            family.report(name, value, "int8/f32", "tensor_distance", "nrmse", reference={"sha256": "ab"})
        found = family.items("first", "latency_ms", "distance")
        assert found["mixed", "int8/f32"].on_front
        assert found["int8", "int8/f32"].dominated_by == found["mixed", "int8/f32"].key
        family.report("mixed", 0.01, "int8/f32", "tensor_distance", "nrmse", after=9, reference={"sha256": "cd"})
        assert any("different models" in warning for warning in family.told("first", y="distance").warnings)


class TestHonesty:
    def test_the_same_samples_the_same_way(self, family: Family) -> None:
        without = {"count": 5, "seed": 0}
        family.report("first", 0.9, without=without)
        family.report("int8", 0.8, without=without)
        assert family.told("first").warnings == []
        family.report("int8", 0.8, after=9, without={"count": 5, "seed": 1})
        assert family.told("first").warnings == [
            "Accuracy reports are not of the same samples: make them again on the same ones."
        ]

    def test_another_metric_is_not_held_against_the_first(self, family: Family) -> None:
        for name, median, metric in (("first", 10, "accuracy@top1"), ("int8", 3, "accuracy@top5")):
            family.run(name, 100, **latency(median))
            family.report(name, 0.9, metric=metric)
        found = family.items("first")
        assert found["first", "f32"].on_front
        assert not found["int8", "f32"].on_front
        assert found["int8", "f32"].lacks == ["its accuracy is accuracy@top5, not accuracy@top1"]
        assert any("not the same metric" in warning for warning in family.told("first").warnings)


class TestRaces:
    def test_only_the_newest_race_counts(self, family: Family) -> None:
        family.run("first", 999)
        old, new = family.race("first"), family.race("first")
        family.run("first", 100, source="race", job_id=old)
        family.run("int8", 300, "int8/f32", source="race", job_id=old)
        raced = family.run("first", 500, source="race", job_id=new)
        found = family.items("first", "latency_ms", "throughput_fps", "race")
        run = found["first", "f32"].run
        assert run is not None
        assert run.run_id == raced
        assert found["int8", "int8/f32"].run is None
        assert found["int8", "int8/f32"].lacks == ["not part of the newest race"]

    def test_precisions_are_no_other_configuration(self, family: Family) -> None:
        race = family.race("first")
        common = {"source": "race", "job_id": race, "label": "1 × 1"}
        family.run("first", 100, "f32", **common, configuration={"streams": 1, "batch": 1, "precision": "f32"})
        family.run("first", 150, "bf16", **common, configuration={"streams": 1, "batch": 1, "precision": "bf16"})
        assert family.told("first", pick="race").warnings == []
        family.run("int8", 300, "int8/f32", **common, configuration={"streams": 2, "batch": 1})
        assert family.told("first", pick="race").warnings == ["The versions were measured in different configurations."]

    def test_no_race_yet(self, family: Family) -> None:
        family.run("first", 100)
        told = family.told("first", pick="race")
        assert told.warnings == ["No versions were measured in turn yet."]
        assert told.items[0].run is not None


class TestRepresentative:
    def test_one_that_tells_both_axes(self) -> None:
        """A race does not measure memory: another run stands for the version where memory is asked for."""
        without = run_of(id="a", peak_memory_bytes=None, **latency(1))
        whole = run_of(id="b", **latency(5))
        for axes, expected in ((("latency_ms", "memory_bytes"), whole), (("latency_ms", "accuracy"), without)):
            assert representative([without, whole], axes) is expected  # type: ignore[arg-type]
        assert representative([without], ("latency_ms", "memory_bytes")) is without
        assert representative([], ("latency_ms", "accuracy")) is None


def test_the_table(family: Family) -> None:
    family.add("=cmd|'/c calc'!A1", "first")
    family.run("first", 123.456789)
    family.report("first", 0.9)
    rows = list(csv.reader(io.StringIO(versions_csv(family.told("first")).removeprefix("\ufeff"))))
    assert {len(row) for row in rows} == {len(rows[0])}
    named = [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
    assert (float(named[0]["throughput_fps"]), float(named[0]["accuracy"])) == (123.456789, 0.9)
    assert named[0]["run_id"]
    # No program takes it for a formula.
    assert not any(row["name"].startswith("=") for row in named)
