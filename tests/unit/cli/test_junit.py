"""The JUnit file of a check, read again by a parser."""

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from workbench.cli import junit
from workbench.client import BadFiles

HOSTILE = 'x"><failure/>&amp;\x00\x1b\ud800\uffff</testcase>'


def document(**changes: Any) -> dict[str, Any]:
    """A check that passed, as the API tells it."""
    job = {"id": "j", "state": "succeeded", "error": None, "elapsed_s": 7.5}
    job |= {"created_at": "2026-11-25T19:00:00+00:00", "finished_at": "2026-11-25T19:00:08.5+00:00"}
    result = {
        "verdict": "passed",
        "slowdown": 0.01,
        "slowdown_ci95": [-0.01, 0.03],
        "max_slowdown": 0.05,
        "max_p99_ms": 12.0,
        "p99_ms": 3.0,
        "interleaved": True,
        "rounds": 8,
        "measured_s": 2.5,
        "run_id": "r",
        "conditions": {"cpu_others": 0.01},
        "warnings": ["Mind this."],
        "criteria": [
            {"name": "throughput", "verdict": "passed", "reason": "Fast enough."},
            {"name": "p99", "verdict": "passed", "reason": "Short enough."},
        ],
        "baseline": {"throughput_fps": 100.0},
        "current": {"throughput_fps": 99.0, "model_name": HOSTILE},
    }
    return {"job": job, "project": {"name": HOSTILE, "device": "CPU"}, "result": result | changes}


def suite_of(content: bytes) -> ElementTree.Element:
    found = ElementTree.fromstring(content).find("testsuite")  # noqa: S314
    assert found is not None
    return found


def with_verdicts(throughput: str, p99: str) -> dict[str, Any]:
    criteria = [
        {"name": "throughput", "verdict": throughput, "reason": "Of the throughput."},
        {"name": "p99", "verdict": p99, "reason": "Of the p99."},
    ]
    return document(criteria=criteria)


def test_one_that_passed() -> None:
    suite = suite_of(junit.render(document()))
    counts = [suite.get(name) for name in ("name", "tests", "failures", "errors", "time", "timestamp")]
    assert counts == ["workbench check", "2", "0", "0", "7.500", "2026-11-25T19:00:08"]
    cases = suite.findall("testcase")
    assert [case.get("name") for case in cases] == ["throughput, at most 5 % slower", "p99, at most 12 ms"]
    assert [case.findtext("system-out") for case in cases] == ["Fast enough.", "Short enough."]
    properties = {entry.get("name"): entry.get("value") for entry in suite.iter("property")}
    assert properties["slowdown_high"] == "0.03"
    assert properties["warning.1"] == "Mind this."
    assert properties["conditions.cpu_others"] == "0.01"


def test_names_from_strangers() -> None:
    suite = suite_of(junit.render(document()))
    clean = 'x"><failure/>&amp;\ufffd\ufffd\ufffd\ufffd</testcase>'
    assert suite.findall("testcase")[0].get("classname") == clean
    assert not list(suite.iter("failure"))
    assert clean in {entry.get("value") for entry in suite.iter("property")}


@pytest.mark.parametrize(
    ("throughput", "p99", "failures", "errors"),
    [("regression", "passed", 1, 0), ("noisy", "regression", 1, 1), ("contended", "contended", 0, 2)],
)
def test_what_is_wrong(throughput: str, p99: str, failures: int, errors: int) -> None:
    suite = suite_of(junit.render(with_verdicts(throughput, p99)))
    assert (suite.get("failures"), suite.get("errors")) == (str(failures), str(errors))
    first = suite.findall("testcase")[0][0]
    assert (first.get("type"), first.get("message")) == (throughput, "Of the throughput.")
    assert first.text == "Of the throughput.\nMind this."


def test_one_that_failed() -> None:
    failed = document() | {"result": None}
    failed["job"] |= {
        "state": "failed",
        "error": {"code": "out_of_memory", "message": "Too large.", "action": "Shrink."},
    }
    (error,) = suite_of(junit.render(failed)).iter("error")
    assert (error.get("type"), error.get("message")) == ("out_of_memory", "Too large. Shrink.")
    cancelled = document() | {"result": None}
    cancelled["job"] |= {"state": "cancelled"}
    (error,) = suite_of(junit.render(cancelled)).iter("error")
    assert error.get("type") == "cancelled"


def test_where_it_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(BadFiles):
        junit.write(tmp_path, document())
    junit.write(tmp_path / "a.xml", document())
    assert (tmp_path / "a.xml").read_bytes().startswith(b"<?xml")
