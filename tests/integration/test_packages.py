"""Packages are built from a real model, run in an empty environment, and offered only when they say what the workbench
says. The jobs are worked in this process; engines, virtual environments and compilers are real."""

import json
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.server import client_of, migrated, runtime_of
from tests.unit.optimization.laboratory import Laboratory
from workbench.db.tables import Dataset, Job, Package
from workbench.packages import archiving, contents
from workbench.packages.archiving import SUMS, Entry
from workbench.packages.contents import Part

pytestmark = pytest.mark.slow

F32 = {"configuration": {"hint": "throughput", "precision": "f32"}}
HOSTILE = ["$(touch owned)", "'; exit 1 #", 'a "b"\n{{ c }}', "\x1b[2J", "d", "e", "f", "g", "h", "日本 %s"]


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory, compiler: Path) -> Iterator[tuple[Laboratory, httpx.Client]]:
    folder = tmp_path_factory.mktemp("packages")
    (folder / "data").mkdir()
    with runtime_of(migrated(folder / "data", cancel_poll_s=0.1)) as runtime, client_of(runtime) as client:
        yield Laboratory(runtime, folder), client


def asked(machine: tuple[Laboratory, httpx.Client], **wanted: Any) -> Job:
    """The job of a package, worked to its end."""
    laboratory, client = machine
    route = f"/api/v1/projects/{laboratory.project_id}/packages"
    answer = client.post(route, json=F32 | wanted)
    assert answer.status_code == 202, answer.text
    return laboratory.work(answer.json()["job"]["id"])


def package(machine: tuple[Laboratory, httpx.Client], job: Job) -> dict[str, Any]:
    assert job.state == "succeeded", job.error
    assert job.result is not None
    found: dict[str, Any] = machine[1].get(f"/api/v1/packages/{job.result['package_id']}").json()
    return found


def unpacked(machine: tuple[Laboratory, httpx.Client], made: dict[str, Any], folder: Path) -> Path:
    answer = machine[1].get(f"/api/v1/packages/{made['id']}/download")
    assert made["filename"] in answer.headers["content-disposition"]
    (folder / "package.tar.gz").write_bytes(answer.content)
    assert len(answer.content) == made["size_bytes"]
    with tarfile.open(folder / "package.tar.gz") as archive:
        archive.extractall(folder, filter="data")
    (top,) = [path for path in folder.iterdir() if path.is_dir()]
    return top


@pytest.fixture
def hostile_labels(machine: tuple[Laboratory, httpx.Client]) -> Iterator[None]:
    """The dataset's labels are called as nobody would call them in good faith."""
    laboratory, _ = machine
    with laboratory.runtime.db.read() as session:
        artifact = str(session.get_one(Dataset, laboratory.dataset_id).artifact_id)
    path = laboratory.runtime.storage.artifact(artifact, "dataset.json")
    facts = path.read_text()
    path.chmod(0o644)
    path.write_text(json.dumps(json.loads(facts) | {"labels": HOSTILE}))
    yield
    path.write_text(facts)


@pytest.mark.usefixtures("hostile_labels")
def test_python_and_cpp_say_what_the_workbench_says(machine: tuple[Laboratory, httpx.Client], tmp_path: Path) -> None:
    """Whatever the labels are called: in scripts and programs there is nothing of them."""
    _, client = machine
    route = f"/api/v1/projects/{machine[0].project_id}/packages"
    plan = client.post(f"{route}/plan", json=F32 | {"samples": 5}).json()
    assert plan["will_run"]
    made = package(machine, asked(machine, samples=5))
    trial = made["trial"]
    assert (trial["state"], trial["samples"]) == ("passed", 5)
    assert trial["compared"] == ["Python sample", "C++ sample"]
    assert trial["max_difference"] <= 1e-4
    assert trial["throughput_fps"] > 0
    assert plan["archive_bytes"] == pytest.approx(made["size_bytes"], rel=0.03)
    assert [part["name"] for part in plan["parts"]] == [part["name"] for part in made["parts"]]
    log = client.get(f"/api/v1/packages/{made['id']}/log").text
    assert "in the virtual environment: numpy" in log
    assert str(machine[0].runtime.storage.root) not in log
    assert "\x1b" not in log
    root = unpacked(machine, made, tmp_path)
    assert subprocess.run(["sh", root / "install.sh", "--check"], capture_output=True).returncode == 0
    names = {path.name for path in (root / "runtime").iterdir()}
    assert {name.partition(".so")[0] for name in names} == {
        "libopenvino", "libopenvino_ir_frontend", "libopenvino_intel_cpu_plugin", "libtbb",
    }  # fmt: skip
    config = json.loads((root / "config.json").read_bytes())
    assert config["properties"]["own"] == {"INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": "THROUGHPUT"}
    assert config["inputs"][0]["type"] == "u8"
    assert config["labels"] == HOSTILE
    assert len((root / "labels.txt").read_text().splitlines()) == len(HOSTILE)
    for path in (*root.glob("*.sh"), *(root / "samples").rglob("*")):
        assert path.is_dir() or b"touch owned" not in path.read_bytes()
    assert not list(machine[0].runtime.storage.root.rglob("owned"))
    listed = client.get("/api/v1/packages", params={"project": machine[0].project_id, "kind": "deployment"}).json()
    assert made["id"] in [item["id"] for item in listed["items"]]
    assert {item["trial"]["log"] for item in listed["items"]} == {""}


def test_twice_the_same(machine: tuple[Laboratory, httpx.Client]) -> None:
    both = [package(machine, asked(machine, runtime=False)) for _ in range(2)]
    assert both[0]["sha256"] == both[1]["sha256"]


def test_a_batch_and_preprocessing_outside(machine: tuple[Laboratory, httpx.Client]) -> None:
    configuration = {"hint": "none", "streams": 2, "requests": 3, "batch": 4, "precision": "f32"}
    wanted = {"fold_preprocessing": False, "runtime": False, "samples": 6, "configuration": configuration}
    made = package(machine, asked(machine, **wanted))
    assert made["trial"]["compared"] == ["Python sample"]
    assert made["trial"]["max_difference"] <= 1e-4
    assert "CPU: 3 requests of 4 at once" in made["trial"]["log"]


def test_a_device_that_is_not_here(machine: tuple[Laboratory, httpx.Client], tmp_path: Path) -> None:
    made = package(machine, asked(machine, devices=["GPU"], include_samples=True))
    assert made["trial"]["state"] == "not_run"
    assert "no device GPU" in made["trial"]["reason"]
    root = unpacked(machine, made, tmp_path)
    assert (root / "runtime/libopenvino_intel_gpu_plugin.so").is_file()
    assert not (root / "runtime/libopenvino_intel_cpu_plugin.so").exists()
    assert len(list((root / "pictures").iterdir())) == 4
    assert "was not run" in (root / "README.md").read_text()


@pytest.mark.parametrize(
    ("kind", "inside"),
    [
        ("docker", ["Dockerfile", "package/config.json", "package/samples/python/sample.py"]),
        ("model_server", ["config.json", "models/small/1/model.xml", "models/small/1/model.bin", "labels.txt"]),
    ],
)
def test_other_kinds(machine: tuple[Laboratory, httpx.Client], tmp_path: Path, kind: str, inside: list[str]) -> None:
    made = package(machine, asked(machine, kind=kind, runtime=False))
    assert made["trial"]["state"] == "passed"
    root = unpacked(machine, made, tmp_path)
    for name in inside:
        assert (root / name).is_file(), name
    if kind == "model_server":
        (served,) = json.loads((root / "config.json").read_bytes())["model_config_list"]
        assert served["config"]["plugin_config"]["PERFORMANCE_HINT"] == "THROUGHPUT"


def other_weights(parts: list[Part]) -> list[Part]:
    """With the sign of a hundred weights changed, and checksums that fit."""
    for part in parts:
        for number, entry in enumerate(part.entries):
            if entry.name == "model/model.bin":
                data = bytearray(b"".join(entry.blocks()))
                middle = len(data) // 8 * 4
                for place in range(middle, middle + 400, 4):
                    data[place + 3] ^= 0x80
                part.entries[number] = Entry(entry.name, bytes(data))
    last = parts[-1].entries
    last[-1] = Entry(SUMS, archiving.sums([entry for entry in contents.entries(parts) if entry.name != SUMS]))
    return parts


def test_a_tampered_model_is_not_offered(
    machine: tuple[Laboratory, httpx.Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    built = contents.built
    monkeypatch.setattr(contents, "built", lambda *given: other_weights(built(*given)))
    before = machine[1].get("/api/v1/packages").json()["total"]
    stored = machine[0].stored()
    job = asked(machine, runtime=False)
    assert job.state == "failed"
    assert job.error is not None
    assert job.error["code"] == "package_failed"
    assert "differs from what the workbench got" in job.error["message"]
    assert job.result is not None
    assert "000.ppm" in job.result["log"]
    assert machine[1].get("/api/v1/packages").json()["total"] == before
    assert machine[0].stored() == stored


def test_it_goes_with_its_project_or_alone(machine: tuple[Laboratory, httpx.Client]) -> None:
    laboratory, client = machine
    made = package(machine, asked(machine, runtime=False))
    with laboratory.runtime.db.read() as session:
        artifact = str(session.get_one(Package, made["id"]).artifact_id)
    assert laboratory.runtime.storage.artifact(artifact).is_dir()
    assert client.delete(f"/api/v1/packages/{made['id']}").status_code == 204
    assert not laboratory.runtime.storage.artifact(artifact).exists()
    for path in ("", "/log", "/download"):
        answer = client.get(f"/api/v1/packages/{made['id']}{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "package_not_found")
    rest = [item["id"] for item in client.get("/api/v1/packages").json()["items"]]
    assert rest
    assert client.delete(f"/api/v1/projects/{laboratory.project_id}").status_code == 204
    assert client.get("/api/v1/packages").json()["total"] == 0
