"""The steps of a project as commands of the workbench."""

import shlex
from typing import Any

from workbench.packages.recipe_facts import Facts


def commands(facts: Facts) -> list[str]:
    """One command a line, for a shell; names are quoted."""
    plan, first = facts.plan, facts.plan["models"][0]
    found = [_command("model", "import", first["main"], "--name", first["name"], *_import_options(first))]
    found.append(_command("dataset", "import", "PATH", "--name", facts.dataset.name))
    project = f"{first['name']} on {facts.dataset.name}"
    device = [] if facts.project.device == "CPU" else ["--device", facts.project.device]
    precision = ["--precision", facts.project.precision] if facts.project.precision else []
    created = ["project", "create", "--model", first["name"], "--dataset", facts.dataset.name, *device, *precision]
    found.append(_command(*created, "--no-baseline"))
    for step in plan["models"][1:]:
        found.append(_version(step, project))
        project = f"{step['name']} on {facts.dataset.name}"
        if step["kind"] == "fold":
            child = ["project", "create", "--model", step["name"], "--dataset", facts.dataset.name]
            found.append(_command(*child, *device, *precision, "--no-baseline"))
    if facts.report is not None:
        subset = facts.report.result.get("subset")
        drawn = ["--samples", str(subset["count"]), "--seed", str(subset["seed"])] if subset else []
        found.append(_command("accuracy", project, *drawn))
    if plan["benchmark"] is not None:
        found.append(_command("benchmark", project, *_configuration(plan["benchmark"])))
    return found


def _command(*words: str) -> str:
    return shlex.join(["workbench", *words])


def _import_options(step: dict[str, Any]) -> list[str]:
    words = [] if step["kept"] else ["--precision", "FP16" if step["compress_to_fp16"] else "FP32"]
    for wanted in step["inputs"]:
        if wanted.get("shape"):
            words += ["--input", f"{wanted['name']}={','.join(str(size) for size in wanted['shape'])}"]
    return words


def _version(step: dict[str, Any], project: str) -> str:
    if step["kind"] == "fold":
        model = project.rpartition(" on ")[0]
        return _command("model", "fold", model, "--name", step["name"], *(["--resize"] if step["resize"] else []))
    words = ["quantize" if step["kind"] == "quantize" else "compress", project, "--name", step["name"]]
    if step["kind"] == "quantize":
        words += ["--preset", str(step["preset"])]
    else:
        words += ["--mode", str(step["mode"])]
    if step["calibration"] is not None:
        words += ["--samples", str(step["calibration"]["count"]), "--seed", str(step["calibration"]["seed"])]
    for option, entries in (
        ("--ignore", step["ignored"]["names"]),
        ("--ignore-pattern", step["ignored"]["patterns"]),
        ("--ignore-type", step["ignored"]["types"]),
    ):
        for entry in entries:
            words += [option, entry]
    return _command(*words)


def _configuration(how: dict[str, Any]) -> list[str]:
    words = ["--hint", how["hint"]] if how["hint"] != "none" else ["--streams", str(how["streams"] or 1)]
    words += ["--batch", str(how["batch"])]
    for option, name in (("--requests", "asked_requests"), ("--threads", "threads"), ("--precision", "precision")):
        if how[name] is not None:
            words += [option, str(how[name])]
    return words + (["--api", "sync"] if how["api"] == "sync" else [])
