"""Baselines from files: which documents serve, and what is said of those that do not."""

import json
from pathlib import Path
from typing import Any

import pytest

from workbench.client import baselines
from workbench.client.baselines import BaselineUnreadable

RUN: dict[str, Any] = {
    "id": "r1",
    "throughput_fps": 100.0,
    "throughput_ci95": [99.0, 101.0],
    "latency_ms": {"median": 9.9, "p99": None},
    "configuration": {"hint": "latency"},
    "verdict": "stable",
    "effective_precision": "bf16",
    "provenance": {"model_sha256": "ab", "cpu": "EPYC"},
}


def read(folder: Path, document: Any) -> Any:
    path = folder / "x.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    return baselines.read(path)


def test_a_run(tmp_path: Path) -> None:
    assert read(tmp_path, RUN) == {
        "run_id": "r1",
        "model_sha256": "ab",
        "configuration": {"hint": "latency"},
        "throughput_fps": 100.0,
        "throughput_ci95": [99.0, 101.0],
        "latency_ms": {"median": 9.9, "p99": None},
        "verdict": "stable",
        "machine": "EPYC",
        "effective_precision": "bf16",
    }


def test_a_run_of_an_older_version(tmp_path: Path) -> None:
    older = RUN | {"configuration": None, "hint": "none", "streams": 2, "requests": 2, "batch": 1}
    found = read(tmp_path, older)["configuration"]
    assert found == {"hint": "none", "streams": 2, "requests": 2, "batch": 1, "precision": None}


def test_a_check_gives_its_project(tmp_path: Path) -> None:
    current: dict[str, Any] = {"throughput_fps": 90.0, "throughput_ci95": None, "machine": "EPYC", "latency_ms": {}}
    result = {"run_id": "r2", "configuration": {"streams": 1}, "current": current}
    found = read(tmp_path, {"job": {}, "project": {}, "result": result})
    assert (found["run_id"], found["throughput_fps"], found["configuration"]) == ("r2", 90.0, {"streams": 1})


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ("", "not JSON"),
        ("[]", "not a JSON object"),
        ({"runs": []}, "neither"),
        ({"job": {}, "result": None}, "without a result"),
        ({"job": {}, "result": {"current": 3}}, "without a result"),
        (RUN | {"throughput_fps": 0}, "above 0"),
        (RUN | {"throughput_fps": True}, "above 0"),
        (RUN | {"throughput_fps": float("inf")}, "above 0"),
        (RUN | {"throughput_ci95": [101.0, 99.0]}, "around"),
        (RUN | {"throughput_ci95": [99.0]}, "around"),
        (RUN | {"latency_ms": [1]}, "not numbers"),
        (RUN | {"id": 7}, "run_id is not a text"),
        (RUN | {"configuration": "fast"}, "configuration"),
    ],
)
def test_others(tmp_path: Path, document: Any, told: str) -> None:
    with pytest.raises(BaselineUnreadable, match="cannot be a baseline") as caught:
        read(tmp_path, document)
    assert told in caught.value.detail
    assert caught.value.code == "baseline_unreadable"


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    for path in (tmp_path / "none", tmp_path, tmp_path / "binary"):
        with pytest.raises(BaselineUnreadable):
            baselines.read(path)
