"""Baselines of checks from files: what `workbench run show --json` or `workbench check --json` printed."""

import json
import math
from pathlib import Path
from typing import Any

from workbench.client.connection import Json
from workbench.client.errors import BadFiles

MAX_BYTES = 50_000_000
ACTION = "Write it with 'workbench run show RUN --json' or 'workbench check … --json'."


class BaselineUnreadable(BadFiles):
    """The file cannot be a baseline; the sentence says what is wrong with it."""

    code = "baseline_unreadable"

    def __init__(self, path: Path, what: str) -> None:
        super().__init__(f"'{path}' cannot be a baseline: {what}.", ACTION)


def read(path: Path) -> Json:
    """The field `baseline` of a check. Raises BaselineUnreadable."""
    document = _document(path)
    if "job" in document and "result" in document:
        record = _of_check(path, document)
    elif "id" in document and "throughput_fps" in document:
        record = _of_run(document)
    else:
        raise BaselineUnreadable(path, "it is neither the document of a run nor that of a check")
    rate = record["throughput_fps"]
    if not _is_number(rate) or rate <= 0:
        raise BaselineUnreadable(path, "its throughput_fps is not a number above 0")
    interval = record["throughput_ci95"]
    if interval is not None and not (
        isinstance(interval, list)
        and len(interval) == 2
        and all(_is_number(bound) for bound in interval)
        and 0 < interval[0] <= rate <= interval[1]
    ):
        raise BaselineUnreadable(path, "its throughput_ci95 is not an interval around its throughput_fps")
    latency = record["latency_ms"]
    if not isinstance(latency, dict) or not all(value is None or _is_number(value) for value in latency.values()):
        raise BaselineUnreadable(path, "its latency_ms are not numbers")
    for name in ("run_id", "model_sha256", "verdict", "machine", "effective_precision"):
        if record[name] is not None and not isinstance(record[name], str):
            raise BaselineUnreadable(path, f"its {name} is not a text")
    if not isinstance(record["configuration"], dict):
        raise BaselineUnreadable(path, "it does not say in which configuration it was measured")
    return record


def _document(path: Path) -> Json:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise BaselineUnreadable(path, "it is far larger than such a document")
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise BaselineUnreadable(path, error.strerror or "it cannot be read") from error
    except UnicodeDecodeError as error:
        raise BaselineUnreadable(path, "it is not text in UTF-8") from error
    try:
        document = json.loads(text)
    except ValueError as error:
        raise BaselineUnreadable(path, f"it is not JSON ({error})") from error
    except RecursionError as error:
        raise BaselineUnreadable(path, "it is nested too deeply") from error
    if not isinstance(document, dict):
        raise BaselineUnreadable(path, "it is not a JSON object")
    return document


def _of_run(run: Json) -> Json:
    provenance = run.get("provenance")
    facts: Json = provenance if isinstance(provenance, dict) else {}
    configuration = run.get("configuration")
    if configuration is None:
        # Runs of older versions did not keep it; this is how it was measured.
        hint = run.get("hint", "none")
        configuration = {
            "hint": hint,
            "streams": run.get("streams") if hint == "none" else None,
            "requests": run.get("requests"),
            "batch": run.get("batch"),
            "precision": run.get("requested_precision"),
        }
    return {
        "run_id": run["id"],
        "model_sha256": facts.get("model_sha256"),
        "configuration": configuration,
        "throughput_fps": run["throughput_fps"],
        "throughput_ci95": run.get("throughput_ci95"),
        "latency_ms": run.get("latency_ms") or {},
        "verdict": run.get("verdict"),
        "machine": facts.get("cpu"),
        "effective_precision": run.get("effective_precision"),
    }


def _of_check(path: Path, document: Json) -> Json:
    """The project of a check becomes the baseline of the next."""
    result = document["result"]
    current = result.get("current") if isinstance(result, dict) else None
    if not isinstance(current, dict):
        raise BaselineUnreadable(path, "the check ended without a result")
    names = ("model_sha256", "throughput_fps", "throughput_ci95", "verdict", "machine", "effective_precision")
    return {
        **{name: current.get(name) for name in names},
        "run_id": result.get("run_id"),
        "configuration": result.get("configuration"),
        "latency_ms": current.get("latency_ms") or {},
    }


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
