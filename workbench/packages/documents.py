"""The texts of a package. What comes from users' files (labels, names) stands in JSON, labels.txt and the README alone,
never in a program or script."""

import json
import platform
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from workbench.packages import runtime_files
from workbench.packages.planning import Plan

_FOLDER = Path(__file__).parent / "templates"
FORMAT = 1
# A line of labels.txt, or a cell of a table, is one line.
_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_FOLDER),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - these are shell scripts and Markdown, for which `_cell` cleans the values
    )


def _render(template_name: str, /, **values: Any) -> bytes:
    return re.sub(r"\n{3,}", "\n\n", _environment().get_template(template_name).render(values)).encode(
        "utf-8", "replace"
    )


def template(name: str) -> Path:
    """A file that goes into packages as it is."""
    return _FOLDER / name


def config(plan: Plan, facts: Mapping[str, Any]) -> dict[str, Any]:
    """config.json: all that a program must know to run the model as it was measured. `facts`: of the engine."""
    return {
        "format": FORMAT,
        "model": "model/model.xml",
        "device": plan.device,
        "devices": plan.devices,
        "properties": properties(plan, facts),
        "requests": 1 if plan.configuration.api == "sync" else plan.configuration.requests,
        "batch": facts["batch"],
        "preprocessing": facts["preprocessing"],
        "preprocessing_in_model": facts["folded"],
        "inputs": [
            {name: value for name, value in given.items() if name != "original_shape"} for given in facts["inputs"]
        ],
        "outputs": facts["outputs"],
        "original_inputs": facts["original_inputs"],
        "labels": facts["labels"],
        "places": facts["places"],
        "show_score": plan.reading["metrics"]["report_score"],
        "reading": plan.reading,
        "openvino": facts["openvino"],
        "effective_precision": facts["effective_precision"],
        "configuration": plan.configuration.model_dump(),
        "measured": _measured(plan),
    }


def properties(plan: Plan, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Of OpenVINO, as texts. Where the device is not here, all go to it: nobody can be asked what it takes."""
    told: Mapping[str, Any] = facts["properties"]
    if told["own"] or told["behind"]:
        return {
            "own": _texts(told["own"]),
            "behind": {device: _texts(values) for device, values in sorted(told["behind"].items())},
        }
    wanted = plan.configuration
    chosen = {
        "PERFORMANCE_HINT": wanted.hint.upper() if wanted.hint != "none" else None,
        "NUM_STREAMS": wanted.streams,
        "INFERENCE_NUM_THREADS": wanted.threads,
        "INFERENCE_PRECISION_HINT": plan.parameters["precision"],
        "PERFORMANCE_HINT_NUM_REQUESTS": wanted.requests,
    }
    return {"own": _texts({name: value for name, value in chosen.items() if value is not None}), "behind": {}}


def _texts(values: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in sorted(values.items())}


def _measured(plan: Plan) -> dict[str, Any] | None:
    if plan.run is None:
        return None
    run = plan.run
    return {
        "throughput_fps": run.throughput_fps,
        "throughput_ci95": run.throughput_ci95,
        "latency_ms": run.latency_ms.model_dump(),
        "peak_memory_bytes": run.peak_memory_bytes,
        "effective_precision": run.effective_precision,
        "verdict": run.verdict,
        "run": run.id,
        "at": run.created_at.isoformat(),
    }


def server_config(plan: Plan, facts: Mapping[str, Any]) -> dict[str, Any]:
    """config.json of OpenVINO Model Server."""
    told = properties(plan, facts)
    model: dict[str, Any] = {
        "name": plan.name,
        "base_path": f"/workspace/models/{plan.name}",
        "target_device": plan.device,
        "plugin_config": told["own"]
        | {name: value for values in told["behind"].values() for name, value in values.items()},
    }
    if plan.configuration.requests is not None:
        model["nireq"] = plan.configuration.requests
    # An infer request takes whole batches; the file of the model has its shapes already.
    return {"model_config_list": [{"config": model}]}


def as_json(document: Any) -> bytes:
    """ASCII alone: readers as small as the C++ sample's need no more."""
    return (json.dumps(document, indent=1, ensure_ascii=True, allow_nan=False) + "\n").encode()


def labels(names: Sequence[str]) -> bytes:
    """One a line; what would break a line is a space. config.json has them as they are."""
    return "".join(f"{_line(name)}\n" for name in names).encode("utf-8", "replace")


def _line(text: str) -> str:
    return _BREAKS.sub(" ", text).strip()


def _cell(value: Any) -> str:
    """For a table of Markdown: no markup, no line break, not too long."""
    text = _line(str(value))[:200]
    return re.sub(r"([\\`*_\[\]<>|#!])", r"\\\1", text)


def scripts(plan: Plan) -> dict[str, bytes]:
    """install.sh and what runs the samples."""
    wanted = plan.wanted
    made = {}
    if wanted.install_script:
        made["install.sh"] = _render(
            "install.sh.in",
            machine=platform.machine(),
            python=wanted.python,
            cpp=wanted.cpp,
            python_version=runtime_files.python_version(),
        )
    for asked, name in ((wanted.python, "run_python.sh"), (wanted.cpp, "run_cpp.sh")):
        if asked:
            made[name] = template(f"{name}.in").read_bytes()
    return made


def requirements(plan: Plan) -> bytes:
    lines = [f"numpy=={metadata.version('numpy')}"]
    if not plan.wanted.runtime:
        lines.append(f"openvino=={runtime_files.version()}")
    return ("\n".join([*lines, "# opencv-python-headless  (to read JPEG, PNG and others)"]) + "\n").encode()


def dockerfile(plan: Plan) -> bytes:
    return _render(
        "Dockerfile.in",
        name=plan.name,
        gpu="GPU" in runtime_files.kinds(plan.devices),
        python_version=runtime_files.python_version(),
        numpy_version=metadata.version("numpy"),
        openvino_version=runtime_files.version(),
        runtime=plan.wanted.runtime,
    )


def readme(plan: Plan, parts: Sequence[Any], facts: Mapping[str, Any], template_name: str = "README.md.j2") -> bytes:
    wanted, kinds = plan.wanted, runtime_files.kinds(plan.devices)
    return _render(
        template_name,
        title=_cell(plan.title),
        name=plan.name,
        sentence=f"A model with what runs it on {_cell(', '.join(plan.devices))}, as it was measured.",
        facts=_facts(plan, facts),
        figures=_figures(plan),
        parts=[
            {"description": part.description, "files": part.files, "size": _size(part.size_bytes)} for part in parts
        ],
        python=wanted.python,
        cpp=wanted.cpp,
        runtime=wanted.runtime,
        folded=facts["folded"],
        gpu="GPU" in kinds,
        npu="NPU" in kinds,
        python_version=runtime_files.python_version(),
        openvino_version=runtime_files.version(),
        glibc=runtime_files.GLIBC,
        notes=[_cell(note) for note in (*plan.notes, *facts["notes"], *_not_run(plan))],
    )


def _not_run(plan: Plan) -> list[str]:
    return [f"It was not run before it left the workbench: {plan.why_not}"] if plan.why_not is not None else []


def _facts(plan: Plan, facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    model = plan.model
    return [
        ("Model", _cell(model.name)),
        ("Task", _cell((model.task or "generic").replace("_", " "))),
        ("Precision of its weights", _cell(model.precision or "unknown")),
        ("SHA-256 in the workbench", _cell(model.sha256 or "unknown")),
        ("Device", _cell(plan.device)),
        ("Configuration", _cell(plan.label)),
        ("Executes in", _cell(facts["effective_precision"] or "not known: it was not run")),
        ("Preprocessing", "part of the model" if facts["folded"] else "in the sample programs"),
        ("OpenVINO", _cell(facts["openvino"])),
    ]


def _figures(plan: Plan) -> list[tuple[str, str]]:
    if plan.run is None:
        return []
    run, latency = plan.run, plan.run.latency_ms
    interval = (
        f", 95 % interval {run.throughput_ci95[0]:.4g} to {run.throughput_ci95[1]:.4g}" if run.throughput_ci95 else ""
    )
    found = [
        ("Throughput", f"{run.throughput_fps:.4g} FPS{interval}"),
        ("Latency", f"median {latency.median:.4g} ms" + (f", p99 {latency.p99:.4g} ms" if latency.p99 else "")),
        ("Executed in", _cell(run.effective_precision)),
        ("Verdict", _cell(f"{run.verdict}: {run.verdict_reason}")),
        ("Machine", _cell(run.provenance.get("cpu") or "unknown")),
    ]
    if run.peak_memory_bytes:
        found.append(("Memory, at most", _size(run.peak_memory_bytes)))
    report = plan.report
    if report is not None and report.primary is not None and report.primary in report.metrics:
        metric = report.metrics[report.primary]
        found.append(
            (_cell(metric.label), f"{metric.value:.6g} on {report.samples} samples of {_cell(plan.dataset.name)}")
        )
    return found


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 100_000 else f"{count / 1e3:.1f} kB"
