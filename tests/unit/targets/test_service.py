"""Ceilings of targets: kept by device, whatever a new probe finds, and found for virtual devices."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.server import client_of, migrated, runtime_of
from workbench.db.tables import Device, Job, Machine, Target
from workbench.runtime import Runtime
from workbench.targets import service

RESULT: dict[str, Any] = {
    "openvino": "2026.4.1",
    "memory_gbps": 20.0,
    "compute_gflops": {"f32": 200.0},
    "notes": ["a note"],
    "measurements": [{"pattern": "something", "gbps": 20.0}],
}


@pytest.fixture
def runtime(tmp_path: Path) -> Iterator[Runtime]:
    with runtime_of(migrated(tmp_path / "data")) as runtime:
        yield runtime


@pytest.fixture
def target_id(runtime: Runtime) -> str:
    with runtime.db.write() as session:
        session.add(Machine(id="m", turns=0))
        target = Target(name="bench", kind="local", machine_id="m")
        session.add(target)
        session.flush()
        for name in ("CPU", "GPU.0"):
            session.add(Device(target_id=target.id, name=name, full_name=name, properties=device(name)))
        return target.id


def device(name: str) -> dict[str, Any]:
    return {"name": name, "full_name": name}


def record(runtime: Runtime, target_id: str, name: str, **more: Any) -> None:
    with runtime.db.write() as session:
        service.record_ceilings(session, target_id, name, RESULT | more)


def found(runtime: Runtime, target_id: str, name: str) -> float | None:
    with runtime.db.read() as session:
        kept = service.ceilings(session, target_id, name)
        return None if kept is None else kept.memory_gbps


class TestCeilings:
    def test_each_device_has_its_own(self, runtime: Runtime, target_id: str) -> None:
        record(runtime, target_id, "CPU")
        record(runtime, target_id, "GPU.0", memory_gbps=300.0)
        record(runtime, target_id, "CPU", memory_gbps=25.0)
        assert found(runtime, target_id, "CPU") == 25.0
        assert found(runtime, target_id, "GPU.0") == 300.0
        with client_of(runtime) as client:
            told = client.get("/api/v1/targets/bench").json()["ceilings"]
        assert [item["device"] for item in told] == ["CPU", "GPU.0"]
        assert told[0]["compute_gflops"] == {"f32": 200.0}
        assert told[0]["notes"] == ["a note"]
        assert told[0]["measured_at"].endswith("Z")

    def test_a_new_probe_keeps_them(self, runtime: Runtime, target_id: str) -> None:
        record(runtime, target_id, "CPU")
        with runtime.db.write() as session:
            service.record_probe(session, target_id, {"devices": [device("CPU")], "openvino_version": "x"})
        assert found(runtime, target_id, "CPU") == 20.0

    @pytest.mark.parametrize(
        ("name", "memory"),
        [("AUTO:CPU", 20.0), ("GPU", 300.0), ("HETERO:GPU.0", 300.0), ("AUTO", None), ("HETERO:GPU.0,CPU", None)],
    )
    def test_devices_behind_others(self, runtime: Runtime, target_id: str, name: str, memory: float | None) -> None:
        record(runtime, target_id, "CPU")
        record(runtime, target_id, "GPU.0", memory_gbps=300.0)
        assert found(runtime, target_id, name) == memory

    def test_none_yet(self, runtime: Runtime, target_id: str) -> None:
        assert found(runtime, target_id, "CPU") is None
        with client_of(runtime) as client:
            assert client.get("/api/v1/targets/bench").json()["ceilings"] == []


class TestMeasuringThem:
    def test_it_is_a_measuring_job_of_the_target(self, runtime: Runtime, target_id: str) -> None:
        with client_of(runtime) as client:
            answer = client.post("/api/v1/targets/bench/ceilings", json={"device": "CPU"})
        assert answer.status_code == 202
        with runtime.db.read() as session:
            job = session.get(Job, answer.json()["job"]["id"])
            assert job is not None
            assert (job.kind, job.measuring, job.target_id) == ("ceilings", True, target_id)
            assert job.parameters == {"device": "CPU"}

    @pytest.mark.parametrize(
        ("body", "status", "code"),
        [
            ({"device": "GPU.7"}, 409, "device_not_available"),
            ({"device": "x" * 65}, 422, None),
            ({"device": ["CPU"]}, 422, None),
        ],
    )
    def test_devices_that_are_not_there(
        self, runtime: Runtime, target_id: str, body: dict[str, Any], status: int, code: str | None
    ) -> None:
        with client_of(runtime) as client:
            answer = client.post("/api/v1/targets/bench/ceilings", json=body)
        assert answer.status_code == status
        assert code is None or answer.json()["code"] == code

    def test_asking_twice_measures_once(self, runtime: Runtime, target_id: str) -> None:
        with client_of(runtime) as client:
            made = [client.post("/api/v1/targets/bench/ceilings", json={"device": name}) for name in ("CPU", "CPU")]
            other = client.post("/api/v1/targets/bench/ceilings", json={"device": "GPU.0"})
        first, second = (answer.json()["job"]["id"] for answer in made)
        assert first == second
        assert other.json()["job"]["id"] != first
