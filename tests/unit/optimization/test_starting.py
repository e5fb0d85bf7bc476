"""What speaks against a version or a ranking is told before its job exists."""

import gzip
import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.server import client_of, migrated, runtime_of
from tests.unit.accuracy.material import settle
from workbench.db.tables import Dataset, Device, Job, Model, Project
from workbench.errors import Conflict
from workbench.optimization.planning import calibrating
from workbench.optimization.schemas import Calibration
from workbench.runtime import Runtime

LAYERS = [{"name": "conv/1", "type": "Convolution"}, {"name": "fc", "type": "MatMul"}]


class Room:
    """A server with a classifier of three classes, its project, and eight annotated pictures."""

    def __init__(self, runtime: Runtime, client: httpx.Client, ids: dict[str, str]) -> None:
        self.runtime, self.client, self.ids = runtime, client, ids

    def post(self, what: str, body: Any, project: str = "project") -> httpx.Response:
        return self.client.post(
            f"/api/v1/projects/{self.ids[project]}/{what}",
            content=json.dumps(body),
            headers={"Content-Type": "application/json"},
        )

    def jobs(self) -> int:
        total: int = self.client.get("/api/v1/jobs").json()["total"]
        return total

    def change(self, table: Any, name: str, **values: Any) -> None:
        with self.runtime.db.write() as session:
            row = session.get_one(table, self.ids[name])
            for field, value in values.items():
                setattr(row, field, value)


def furnished(runtime: Runtime, **more: Any) -> dict[str, str]:
    ids = settle(runtime, **more)
    with runtime.db.write() as session:
        for name in ("model", "child"):
            row = session.get_one(Model, ids[name])
            row.precision = "FP32"
            path = runtime.storage.artifact(str(row.artifact_id), "analysis_layers.json.gz")
            path.write_bytes(gzip.compress(json.dumps(LAYERS).encode()))
        cpu = {"name": "CPU", "full_name": "A processor", "precisions": ["f32", "bf16", "i8"]}
        session.add(Device(target_id=ids["target"], name="CPU", full_name="A processor", properties=cpu))
    return ids


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    with runtime_of(migrated(tmp_path)) as runtime:
        ids = furnished(runtime)
        with client_of(runtime) as client:
            yield Room(runtime, client, ids)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    """One for tests that leave it as it is, but for queued jobs."""
    with runtime_of(migrated(tmp_path_factory.mktemp("shared"))) as runtime:
        ids = furnished(runtime)
        with client_of(runtime) as client:
            yield Room(runtime, client, ids)


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Room]:
    """The same without annotations."""
    with runtime_of(migrated(tmp_path)) as runtime:
        ids = furnished(runtime, annotated=False)
        with client_of(runtime) as client:
            yield Room(runtime, client, ids)


class TestQueueing:
    @pytest.mark.parametrize(
        ("what", "kind", "body"),
        [
            ("quantizations", "quantize", {}),
            ("quantizations", "quantize", {"ignored": {"names": ["conv/1"], "types": ["MatMul"], "patterns": ["f."]}}),
            ("quantizations", "quantize", {"accuracy": {"max_drop": 0.02, "metric": "accuracy@top1"}}),
            ("quantizations", "quantize", {"calibration": {"percent": 25}}),
            ("compressions", "compress", {"mode": "fp16"}),
            ("compressions", "compress", {"mode": "int4_sym", "awq": True, "calibration": {"samples": 2}}),
            ("sensitivities", "sensitivity", {"samples": 4}),
            ("sensitivities", "sensitivity", {"samples": 4, "measure": "metric", "metric": "f1_macro"}),
        ],
    )
    def test_what_is_possible_is_queued(self, shared: Room, what: str, kind: str, body: dict[str, Any]) -> None:
        room, before = shared, shared.jobs()
        answer = room.post(what, body)
        assert answer.status_code == 202, answer.text
        told = answer.json()
        assert (told["job"]["kind"], told["job"]["state"], told["result"]) == (kind, "queued", None)
        assert told["job"]["measuring"] is True
        assert (told["job"]["model_id"], told["job"]["dataset_id"]) == (room.ids["model"], room.ids["dataset"])
        assert room.client.get(f"/api/v1/projects/{room.ids['project']}").json()["state"] == "queued"
        found = "sensitivities" if what == "sensitivities" else "quantizations"
        assert room.client.get(f"/api/v1/{found}/{told['job']['id']}").json() == told | {"job": told["job"]}
        # Asked twice, done once.
        assert room.post(what, body).json()["job"]["id"] == told["job"]["id"]
        assert room.jobs() == before + 1

    def test_each_route_tells_of_its_own_jobs(self, room: Room) -> None:
        made = room.post("quantizations", {}).json()["job"]["id"]
        ranked = room.post("sensitivities", {"samples": 2}).json()["job"]["id"]
        for path, code in (
            (f"sensitivities/{made}", "sensitivity_not_found"),
            (f"quantizations/{ranked}", "quantization_not_found"),
            ("quantizations/none", "job_not_found"),
        ):
            answer = room.client.get(f"/api/v1/{path}")
            assert (answer.status_code, answer.json()["code"]) == (404, code)

    def test_the_newest_ranking_of_a_project(self, room: Room) -> None:
        address = f"/api/v1/projects/{room.ids['project']}/sensitivity"
        assert room.client.get(address).json() is None
        room.post("sensitivities", {"samples": 2})
        second = room.post("sensitivities", {"samples": 3}).json()["job"]["id"]
        assert room.client.get(address).json()["job"]["id"] == second
        assert room.client.get("/api/v1/projects/nobody/sensitivity").status_code == 404

    def test_a_result_is_told_as_far_as_it_got(self, room: Room) -> None:
        job_id = room.post("quantizations", {}).json()["job"]["id"]
        for kept, told in (({"control_steps": []}, False), (RESULT, True), ({"model_id": 7}, False)):
            with room.runtime.db.write() as session:
                session.get_one(Job, job_id).result = kept
            result = room.client.get(f"/api/v1/quantizations/{job_id}").json()["result"]
            assert (result is not None) == told
        assert room.client.get("/api/v1/quantizations/" + job_id).status_code == 200


RESULT = {
    "model_id": "m", "project_id": "p", "parent_id": "q", "parent_project_id": "r", "size_bytes": 1,
    "parent_size_bytes": 4, "size_ratio": 4.0, "calibration_samples": None, "calibration_s": 0.0, "race": None,
    "throughput_ratio": None, "report_id": None, "parent_report_id": None, "metrics": {}, "distance_report_id": None,
    "control": None, "notes": [],
}  # fmt: skip

REFUSED: list[tuple[str, dict[str, Any], int, str]] = [
    ("quantizations", {"calibration": {"samples": 9}}, 409, "subset_too_large"),
    # All eight: none would be left to judge by.
    ("quantizations", {"calibration": {"samples": 8}}, 409, "subset_too_large"),
    ("quantizations", {"calibration": {"percent": 100}}, 409, "subset_too_large"),
    ("quantizations", {"calibration": {"dataset": "nothing"}}, 409, "dataset_not_found"),
    ("quantizations", {"ignored": {"names": ["conv/2"]}}, 409, "ignored_scope_unmatched"),
    ("quantizations", {"ignored": {"names": ["\ud800"]}}, 409, "ignored_scope_unmatched"),
    ("quantizations", {"ignored": {"types": ["Softmax"]}}, 409, "ignored_scope_unmatched"),
    ("quantizations", {"ignored": {"patterns": ["(" * 50]}}, 422, "invalid_pattern"),
    ("quantizations", {"ignored": {"patterns": [""]}}, 422, "invalid_pattern"),
    ("quantizations", {"accuracy": {"metric": "psnr"}}, 409, "metric_unknown"),
    ("quantizations", {"name": "thing"}, 409, "name_taken"),
    ("quantizations", {"name": "../x"}, 422, "invalid_name"),
    ("quantizations", {"measure": {"configuration": {"arrivals_per_s": 5}}}, 409, "configuration_not_possible"),
    ("compressions", {"mode": "int8_sym", "calibration": {"samples": 80}}, 409, "subset_too_large"),
    ("compressions", {"mode": "int8_sym", "ignored": {"names": ["x"]}}, 409, "ignored_scope_unmatched"),
    ("sensitivities", {"samples": 9}, 409, "subset_too_large"),
    ("sensitivities", {"samples": 4, "metric": "map"}, 409, "metric_unknown"),
    ("sensitivities", {"samples": 4, "quantize": {"calibration": {"samples": 8}}}, 409, "subset_too_large"),
]


class TestRefusing:
    @pytest.mark.parametrize(("what", "body", "status", "code"), REFUSED)
    def test_with_a_reason(self, shared: Room, what: str, body: dict[str, Any], status: int, code: str) -> None:
        before = shared.jobs()
        answer = shared.post(what, body)
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
        assert answer.json()["detail"]
        assert answer.json()["action"]
        assert shared.jobs() == before

    @pytest.mark.parametrize("precision", ["INT8", "INT4"])
    def test_what_is_quantized(self, room: Room, precision: str) -> None:
        room.change(Model, "child", precision=precision)
        for what, body in (("quantizations", {}), ("compressions", {"mode": "int4_sym"})):
            answer = room.post(what, body, "child_project")
            assert (answer.status_code, answer.json()["code"]) == (409, "already_quantized")
        # What computes in floating point there may still be stored in less.
        assert room.post("compressions", {"mode": "fp16"}, "child_project").status_code == 202

    def test_what_is_compressed(self, room: Room) -> None:
        room.change(Model, "model", precision="FP16")
        answer = room.post("compressions", {"mode": "fp16"})
        assert (answer.status_code, answer.json()["code"]) == (409, "nothing_to_compress")

    def test_a_ranking_of_a_model_with_smaller_weights(self, room: Room) -> None:
        room.change(Model, "child", precision="INT8", conversion={"method": "int8 weights"})
        answer = room.post("sensitivities", {"samples": 2}, "child_project")
        assert (answer.status_code, answer.json()["code"]) == (409, "not_quantized")

    def test_a_quantized_model_without_its_original(self, room: Room) -> None:
        room.change(Model, "child", precision="INT8", parent_id=None)
        answer = room.post("sensitivities", {"samples": 2}, "child_project")
        assert (answer.status_code, answer.json()["code"]) == (409, "no_parent_model")

    def test_samples_of_an_earlier_calibration_are_left_out(self, room: Room) -> None:
        calibration = {"dataset_id": room.ids["dataset"], "samples": 8, "seed": 0}
        room.change(Model, "child", precision="INT8", conversion={"method": "int8", "calibration": calibration})
        answer = room.post("sensitivities", {"samples": 2}, "child_project")
        assert (answer.status_code, answer.json()["code"]) == (409, "subset_too_large")
        calibration["samples"] = 5
        room.change(Model, "child", conversion={"method": "int8", "calibration": calibration})
        assert room.post("sensitivities", {"samples": 2}, "child_project").status_code == 202

    def test_noise(self, room: Room) -> None:
        with room.runtime.db.read() as session:
            artifact = str(session.get_one(Dataset, room.ids["dataset"]).artifact_id)
        path = room.runtime.storage.artifact(artifact, "dataset.json")
        path.write_text(json.dumps(json.loads(path.read_text()) | {"synthetic": True}))
        for what, body in (
            ("quantizations", {}),
            ("sensitivities", {"samples": 2}),
            ("compressions", {"mode": "int8_sym", "calibration": {}}),
        ):
            answer = room.post(what, body)
            assert (answer.status_code, answer.json()["code"]) == (409, "dataset_is_noise"), what
        # Weights alone need no data.
        assert room.post("compressions", {"mode": "int8_sym"}).status_code == 202

    def test_without_annotations(self, bare: Room) -> None:
        answer = bare.post("quantizations", {"accuracy": {}})
        assert (answer.status_code, answer.json()["code"]) == (409, "dataset_not_annotated")
        answer = bare.post("sensitivities", {"samples": 2, "measure": "metric"})
        assert (answer.status_code, answer.json()["code"]) == (409, "dataset_not_annotated")
        assert bare.post("quantizations", {}).status_code == 202
        assert bare.post("sensitivities", {"samples": 2}).status_code == 202

    def test_a_reading_that_lacks_something(self, room: Room) -> None:
        room.change(Model, "model", task="generic")
        answer = room.post("quantizations", {"accuracy": {}})
        assert (answer.status_code, answer.json()["code"]) == (409, "reading_incomplete")
        assert room.post("quantizations", {}).status_code == 202

    def test_a_project_that_lost_a_part(self, room: Room) -> None:
        room.change(Project, "project", dataset_id=None)
        for what in ("quantizations", "compressions", "sensitivities"):
            answer = room.post(what, {})
            assert (answer.status_code, answer.json()["code"]) == (409, "project_archived")


class TestCalibrating:
    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        count=st.integers(1, 5000),
        samples=st.none() | st.integers(1, 6000),
        percent=st.none() | st.floats(0.01, 100, allow_nan=False),
        same=st.booleans(),
        judged=st.booleans(),
    )
    def test_how_many_samples(
        self, monkeypatch: pytest.MonkeyPatch, count: int, samples: int | None, percent: float | None, same: bool,
        judged: bool,
    ) -> None:  # fmt: skip
        own, other = (Dataset(id=name, name=name, count=count) for name in ("own", "other"))
        monkeypatch.setattr("workbench.datasets.service.refuse_noise", lambda *_: None)
        monkeypatch.setattr("workbench.datasets.service.ready", lambda *_: other)
        asked = {"samples": samples} if samples is not None else {"percent": percent} if percent else {}
        wanted = Calibration(dataset=None if same else "other", **asked)
        size = samples if samples is not None else math.ceil(count * (percent or 0) / 100)
        if size > count or (same and judged and size == count):
            with pytest.raises(Conflict, match="samples") as refused:
                calibrating(None, None, own, wanted, judged)  # type: ignore[arg-type]
            assert refused.value.code == "subset_too_large"
            return
        found = calibrating(None, None, own, wanted, judged)  # type: ignore[arg-type]
        assert 1 <= found.samples <= count
        assert found.same == same
        assert (found.left_out() is not None) == same
        if samples is not None:
            assert found.samples == samples
        elif percent:
            assert found.samples - 1 < count * percent / 100 + 1e-5
            assert found.samples >= count * percent / 100 - 1e-5
        else:
            assert found.samples <= 300
            assert found.samples * 2 <= count or count == 1
        if same and judged and count > 1:
            assert found.samples < count

    def test_seven_percent_of_a_hundred_are_seven(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("workbench.datasets.service.refuse_noise", lambda *_: None)
        own = Dataset(id="own", name="own", count=100)
        for percent in range(1, 100):
            found = calibrating(None, None, own, Calibration(percent=percent))  # type: ignore[arg-type]
            assert found.samples == percent


# Half characters among them.
TEXT = st.text(st.characters(), max_size=12)
ANYTHING: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
PARTS = {
    "name": st.none() | TEXT,
    "calibration": st.none()
    | st.fixed_dictionaries(
        {},
        optional={
            "samples": st.integers(-1, 20),
            "percent": st.floats(-1, 101),
            "seed": st.integers(-1, 2**40),
            "dataset": TEXT | st.just("things"),
        },
    ),
    "ignored": st.fixed_dictionaries(
        {}, optional={name: st.lists(TEXT | st.just("conv/1"), max_size=3) for name in ("names", "types", "patterns")}
    ),
    "accuracy": st.none()
    | st.fixed_dictionaries(
        {}, optional={"metric": TEXT, "max_drop": st.floats(-1, 2000), "drop_type": st.sampled_from(["relative", "x"])}
    ),
    "mode": st.sampled_from(["fp16", "int8_sym", "int4_asym", "int2"]),
    "group_size": st.integers(-2, 70_000),
    "ratio": st.floats(-0.5, 1.5),
    "awq": st.booleans(),
    "samples": st.integers(-1, 20),
    "metric": st.none() | TEXT,
    "measure": ANYTHING | st.sampled_from(["auto", "metric", "distance"]),
    "preset": st.sampled_from(["performance", "mixed", ""]),
    "quantize": ANYTHING,
}


def test_no_body_breaks_the_server(tmp_path: Path) -> None:
    """Whatever is asked is queued or refused with a code."""
    with runtime_of(migrated(tmp_path)) as runtime:
        ids = furnished(runtime)
        with client_of(runtime) as client:

            @settings(max_examples=60, deadline=None)
            @given(
                what=st.sampled_from(["quantizations", "compressions", "sensitivities"]),
                body=ANYTHING | st.fixed_dictionaries({}, optional=PARTS),
            )
            def ask(what: str, body: Any) -> None:
                answer = client.post(
                    f"/api/v1/projects/{ids['project']}/{what}",
                    content=json.dumps(body),
                    headers={"Content-Type": "application/json"},
                )
                assert answer.status_code in (202, 400, 404, 409, 422), answer.text
                if answer.status_code != 202:
                    assert answer.json()["code"]
                    assert answer.json()["detail"]

            ask()
