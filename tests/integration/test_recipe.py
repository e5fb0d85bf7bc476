"""The recipe of a project, run as a script and cell by cell as a notebook, comes to what the workbench came to."""

import hashlib
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.integration.stack import Stack

pytestmark = pytest.mark.slow

# What a notebook's kernel does: all cells of code in one namespace, one after another.
RUN_NOTEBOOK = """
import json, sys
space = {"__name__": "__main__"}
for cell in json.load(open(sys.argv[1]))["cells"]:
    if cell["cell_type"] == "code":
        exec(compile("".join(cell["source"]), cell["id"], "exec"), space)
"""


@pytest.fixture(scope="module")
def sample(stack: Stack) -> dict[str, Any]:
    """The sample project with its baseline and a report."""
    made = stack.finished(stack.post("/system/sample", {"duration_s": 0.5})["job"]["id"], 300)["result"]
    assert stack.finished(made["job_id"], 300)["state"] == "succeeded"
    job = stack.finished(stack.post(f"/projects/{made['project_id']}/reports", {"precision": "f32"})["job"]["id"], 300)
    assert job["state"] == "succeeded", job
    found: dict[str, Any] = stack.get(f"/projects/{made['project_id']}")
    return found


@pytest.fixture(scope="module")
def exported(stack: Stack, sample: dict[str, Any]) -> Path:
    path = stack.folder / "sample.tar.gz"
    code, told = stack.command("project", "export", sample["id"], "-o", str(path))
    assert code == 0, told
    return path


def run(command: list[str], folder: Path, arguments: list[str]) -> dict[str, Any]:
    """Away from the workbench's own code, with nothing of the test's environment but the libraries."""
    result = folder / "result.json"
    words = [*arguments, "--out", str(folder / "out"), "--result", str(result)]
    done = subprocess.run(
        command if "notebook" in str(command) else [*command, *words],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), "RECIPE_ARGUMENTS": " ".join(words)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, Any] = json.loads(result.read_text())
    return found


def require_same(stack: Stack, sample: dict[str, Any], result: dict[str, Any]) -> None:
    (model,) = result["models"]
    assert model["same"]
    assert model["sha256"] == stack.get(f"/models/{sample['model']['id']}")["sha256"]
    (report,) = stack.get("/reports", project=sample["id"])["items"]
    assert result["accuracy"]["samples"] == report["samples"]
    assert set(result["accuracy"]["metrics"]) >= {"accuracy@top1", "accuracy@top5"}
    for name, told in result["accuracy"]["metrics"].items():
        assert told["value"] == report["metrics"][name]["value"]


def test_script(stack: Stack, sample: dict[str, Any], exported: Path, tmp_path: Path) -> None:
    path = tmp_path / "recipe.py"
    code, told = stack.command("recipe", sample["id"], "-o", str(path))
    assert code == 0, told
    result = run([sys.executable, str(path)], tmp_path, ["--export", str(exported), "--duration", "1"])
    require_same(stack, sample, result)
    # The run that stands for the project: the quickest of the stable ones, where there are any.
    runs = stack.get("/runs", project=sample["id"], limit=100)["items"]
    stable = [run for run in runs if run["verdict"] == "stable"] or runs
    assert result["benchmark"]["expected_fps"] == max(run["throughput_fps"] for run in stable)
    # How near it is depends on what else the machine does: told, and only a different configuration would fail.
    print(f"throughput of the recipe over that of the workbench: {result['benchmark']['ratio']:.3f}")
    assert 0.2 < result["benchmark"]["ratio"] < 5


def test_notebook(stack: Stack, sample: dict[str, Any], exported: Path, tmp_path: Path) -> None:
    path = tmp_path / "notebook.ipynb"
    code, told = stack.command("recipe", sample["id"], "-o", str(path))
    assert code == 0, told
    document = json.loads(path.read_text())
    assert (document["nbformat"], document["nbformat_minor"]) == (4, 5)
    assert len({cell["id"] for cell in document["cells"]}) == len(document["cells"])
    result = run(
        [sys.executable, "-c", RUN_NOTEBOOK, str(path)], tmp_path, ["--export", str(exported), "--duration", "0"]
    )
    require_same(stack, sample, result)
    assert result["benchmark"] is None


def test_commands_are_those_of_the_workbench(stack: Stack, sample: dict[str, Any]) -> None:
    recipe = stack.get(f"/projects/{sample['id']}/recipe")
    assert [line.split()[1] for line in recipe["commands"]] == ["model", "dataset", "project", "accuracy", "benchmark"]
    assert recipe["warnings"] == []
    assert [line.partition("==")[0] for line in recipe["requirements"]] == [
        "openvino", "numpy", "opencv-python-headless",
    ]  # fmt: skip


def test_an_int8_version(stack: Stack, sample: dict[str, Any], tmp_path: Path) -> None:
    """The same calls of NNCF with the same samples give the same model, and it is as right."""
    options = ["--samples", "20", "--preset", "mixed", "--no-benchmark", "--no-accuracy", "--no-layers"]
    code, told = stack.command("quantize", sample["id"], *options)
    assert code == 0, told
    child = stack.get(f"/projects/{told['project']['id']}")
    job = stack.finished(stack.post(f"/projects/{child['id']}/reports", {"precision": "f32"})["job"]["id"], 300)
    assert job["state"] == "succeeded", job
    archive, path = tmp_path / "version.tar.gz", tmp_path / "version.py"
    for words in (("project", "export", child["id"], "-o", str(archive)), ("recipe", child["id"], "-o", str(path))):
        code, told = stack.command(*words)
        assert code == 0, told
    result = run([sys.executable, str(path)], tmp_path, ["--export", str(archive), "--duration", "0"])
    models = [stack.get(f"/models/{of['model']['id']}") for of in (sample, child)]
    assert result["models"][0]["sha256"] == models[0]["sha256"]
    # Every weight and every layer; names of layers that OpenVINO adds are numbered differently in every process.
    assert all(one["alike"] for one in result["models"])
    report = stack.get(f"/reports/{job['result']['report_id']}")
    for name, figure in result["accuracy"]["metrics"].items():
        assert figure["value"] == report["metrics"][name]["value"]
    _require_downloaded(stack, models[1], tmp_path)


def _require_downloaded(stack: Stack, model: dict[str, Any], folder: Path) -> None:
    """A version is taken away as any model is: the file has what was measured."""
    code, told = stack.command("model", "download", model["id"], "-o", str(folder / "model.zip"))
    assert code == 0, told
    with zipfile.ZipFile(folder / "model.zip") as archive:
        weights, xml = sorted(archive.namelist())
        assert hashlib.sha256(archive.read(xml) + archive.read(weights)).hexdigest() == model["sha256"]
