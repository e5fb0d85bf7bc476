"""A check as a JUnit XML file, for the page of a build server."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from workbench.client import BadFiles

# Names come from files of strangers, and XML 1.0 has no way to write these.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
FIGURES = ("verdict", "slowdown", "max_slowdown", "p99_ms", "max_p99_ms", "interleaved", "rounds", "measured_s")
# What could not be told is an error and no failure: nothing got slower, but nothing was shown either.
ELEMENTS = {"regression": "failure", "noisy": "error", "contended": "error"}


def write(path: Path, check: Mapping[str, Any]) -> None:
    """One test suite, with a test case for each criterion, or one that says why the check failed.

    `check` is what `GET /checks/{job}` gives of a check that has ended. Raises BadFiles.
    """
    try:
        path.write_bytes(render(check))
    except OSError as error:
        raise BadFiles(f"'{path}' cannot be written: {error.strerror or error}.", "Choose another --junit.") from error


def render(check: Mapping[str, Any]) -> bytes:
    """The file's content, in UTF-8."""
    job, project, result = check["job"], check["project"], check["result"]
    cases = _cases(job, result)
    wrong = [case[2] for case in cases]
    root = ElementTree.Element("testsuites")
    suite = _child(
        root,
        "testsuite",
        name="workbench check",
        tests=len(cases),
        failures=wrong.count("failure"),
        errors=wrong.count("error"),
        skipped=0,
        time=f"{job['elapsed_s'] or 0:.3f}",
        timestamp=str(job["finished_at"] or job["created_at"])[:19],
    )
    properties = _child(suite, "properties")
    for name, value in _properties(job, project, result).items():
        if value is not None:
            _child(properties, "property", name=name, value=value)
    for name, reason, element, kind in cases:
        seconds = (result or {}).get("measured_s") or 0.0
        case = _child(suite, "testcase", classname=project["name"], name=name, time=f"{seconds:.3f}")
        if element:
            _child(case, element, type=kind, message=reason).text = _clean(_detail(result, reason))
        else:
            _child(case, "system-out").text = _clean(reason)
    ElementTree.indent(root)
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def _cases(job: Mapping[str, Any], result: Mapping[str, Any] | None) -> list[tuple[str, str, str, str]]:
    """(name, reason, element or "", kind) of every test case."""
    if result is None:
        error = job["error"] or {"code": job["state"], "message": f"The check was {job['state']}.", "action": ""}
        return [("throughput", f"{error['message']} {error['action']}".strip(), "error", error["code"])]
    titles = {"throughput": f"throughput, at most {100 * result['max_slowdown']:.4g} % slower"}
    if result["max_p99_ms"] is not None:
        titles["p99"] = f"p99, at most {result['max_p99_ms']:g} ms"
    return [
        (titles[one["name"]], one["reason"], ELEMENTS.get(one["verdict"], ""), one["verdict"])
        for one in result["criteria"]
    ]


def _properties(job: Mapping[str, Any], project: Mapping[str, Any], result: Mapping[str, Any] | None) -> dict[str, Any]:
    found = {"project": project["name"], "device": project["device"], "job": job["id"]}
    if result is None:
        return found
    interval = result["slowdown_ci95"] or [None, None]
    found |= {
        name: result[name]
        for name in (
            "verdict",
            "slowdown",
            "max_slowdown",
            "p99_ms",
            "max_p99_ms",
            "interleaved",
            "rounds",
            "measured_s",
        )
    }
    found |= {"slowdown_low": interval[0], "slowdown_high": interval[1], "run": result["run_id"]}
    for side in ("baseline", "current"):
        for name in ("run_id", "model_name", "throughput_fps", "effective_precision", "machine"):
            found[f"{side}.{name}"] = result[side].get(name)
    found |= {f"conditions.{name}": value for name, value in result["conditions"].items()}
    found |= {f"warning.{number}": text for number, text in enumerate(result["warnings"], 1)}
    return found


def _detail(result: Mapping[str, Any] | None, reason: str) -> str:
    return "\n".join([reason, *(result["warnings"] if result else [])])


def _child(parent: ElementTree.Element, tag: str, **attributes: Any) -> ElementTree.Element:
    return ElementTree.SubElement(parent, tag, {name: _clean(str(value)) for name, value in attributes.items()})


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)
