"""`workbench target ceilings`, and how ceilings are shown."""

import json
from typing import Any

from tests.unit.cli.test_commands import JOB, FakeServer, run, server

__all__ = ["server"]

CEILINGS: dict[str, Any] = {
    "device": "CPU",
    "measured_at": "2026-01-02T03:04:05Z",
    "openvino": "2026.4.1",
    "memory_gbps": 31.16,
    "compute_gflops": {"i8": 871.4, "f32": 215.3},
    "notes": ["f16 is left out: CPU executes it in bf16."],
}
LOAD = dict.fromkeys(
    ("at", "cpu_percent", "memory_used_bytes", "memory_total_bytes", "disk_free_bytes", "measuring_job")
)


def target(*ceilings: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": "t1",
        "name": "bench",
        "state": "online",
        "workers": 1,
        "info": None,
        "devices": [],
        "unavailable": [],
        "ceilings": list(ceilings),
        "last_seen_at": None,
    }


class TestCeilings:
    def measure(self, server: FakeServer, *arguments: str) -> Any:
        job = JOB | {"kind": "ceilings", "state": "succeeded"}
        server.answer("POST", "/targets/bench/ceilings", {"target": target(), "job": JOB}, status=202)
        server.answer("GET", "/jobs/j1", job)
        gpu = CEILINGS | {"device": "GPU", "memory_gbps": 999.0}
        server.answer("GET", "/targets/t1", target(CEILINGS, gpu))
        return run("target", "ceilings", "bench", *arguments)

    def test_shown_with_their_units(self, server: FakeServer) -> None:
        result = self.measure(server)
        assert result.exit_code == 0
        assert server.heard["POST", "/targets/bench/ceilings"] == {"device": "CPU"}
        heading, row = (line.split() for line in result.stdout.strip().splitlines()[:2])
        assert heading == "ceilings of memory GB/s f32 GFLOP/s i8 GOP/s measured".split()
        assert row[:4] == ["CPU", "31.16", "215.3", "871.4"]
        assert "CPU: f16 is left out: CPU executes it in bf16." in result.stdout
        assert "999" not in result.stdout

    def test_another_device_as_json(self, server: FakeServer) -> None:
        result = self.measure(server, "--device", "GPU", "--json")
        assert server.heard["POST", "/targets/bench/ceilings"] == {"device": "GPU"}
        assert json.loads(result.stdout)["target"]["ceilings"][1]["memory_gbps"] == 999.0

    def test_no_wait(self, server: FakeServer) -> None:
        result = self.measure(server, "--no-wait", "--json")
        assert json.loads(result.stdout)["job"]["id"] == "j1"


def test_show_tells_them(server: FakeServer) -> None:
    server.answer("GET", "/targets/bench", target(CEILINGS | {"compute_gflops": {"f32": 200.0, "f8": 1.0}}))
    server.answer("GET", "/targets/t1/load", LOAD)
    result = run("target", "show", "bench")
    assert result.exit_code == 0, result.stderr
    assert "31.16" in result.stdout
    assert "f8 GFLOP/s" in result.stdout
