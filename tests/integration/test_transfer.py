"""A project with its family goes to a fresh server and is the same there; what was changed on the way is refused."""

import hashlib
import io
import json
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.material import picture_zip, small_onnx
from tests.integration.stack import Stack, running

pytestmark = pytest.mark.slow

RUN_FIELDS = (
    "label", "source", "configuration", "device", "hint", "streams", "requests", "batch", "threads", "verdict",
    "effective_precision", "throughput_fps", "throughput_ci95", "latency_ms", "latency_median_ci95", "samples",
    "windows", "provenance", "layers_summary", "created_at",
)  # fmt: skip
REPORT_FIELDS = (
    "kind", "task", "samples", "metrics", "primary", "columns", "reading", "model_sha256", "effective_precision",
    "elapsed_s", "notes", "created_at",
)  # fmt: skip


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Another server, with nothing in it."""
    other = Stack(tmp_path_factory.mktemp("elsewhere"))
    with running(other):
        other.up()
        yield other


@pytest.fixture(scope="module")
def project(stack: Stack) -> dict[str, Any]:
    """A measured and judged project of a model with a child, which has a project as well."""
    model = stack.import_model(small_onnx(stack.folder / "small.onnx"), task="classification")
    dataset = stack.import_dataset(picture_zip(stack.folder / "labelled.zip"), name="labelled")
    made = stack.post(
        "/projects", {"model": model["id"], "dataset": dataset["id"], "precision": "f32", "duration_s": 0.2}
    )
    assert stack.finished(made["job"]["id"])["state"] == "succeeded"
    reading = stack.get(f"/projects/{made['project']['id']}/reading")["reading"]
    reading["classes"]["label_set"] = [str(number) for number in range(10)]
    stack.client.put(f"/projects/{made['project']['id']}/reading", json={"reading": reading}).raise_for_status()
    _report(stack, made["project"]["id"], "annotations")
    code, folded = stack.command("model", "fold", model["id"])
    assert code == 0, folded
    child = stack.post(
        "/projects", {"model": folded["model"]["id"], "dataset": dataset["id"], "precision": "f32", "baseline": False}
    )["project"]
    assert child["parent_id"] == made["project"]["id"]
    _report(stack, child["id"], "annotations")
    found: dict[str, Any] = stack.get(f"/projects/{made['project']['id']}")
    return found


def _report(stack: Stack, project_id: str, kind: str) -> None:
    job = stack.finished(stack.post(f"/projects/{project_id}/reports", {"kind": kind})["job"]["id"])
    assert job["state"] == "succeeded", (job["error"], stack.client.get(f"/jobs/{job['id']}/log").text[-1500:])


@pytest.fixture(scope="module")
def exported(stack: Stack, project: dict[str, Any]) -> Path:
    path = stack.folder / "exported.tar.gz"
    code, told = stack.command("project", "export", project["name"], "-o", str(path))
    assert code == 0, told
    assert told["package"]["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert told["package"]["kind"] == "project"
    assert {part["name"] for part in told["package"]["parts"]} == {
        "models", "dataset", "runs", "reports", "configuration",
    }  # fmt: skip
    return path


@pytest.fixture(scope="module")
def imported(elsewhere: Stack, exported: Path) -> dict[str, Any]:
    code, told = elsewhere.command("project", "import", str(exported))
    assert code == 0, told
    found: dict[str, Any] = told
    return found


def test_nothing_of_the_server_is_in_an_export(stack: Stack, exported: Path, project: dict[str, Any]) -> None:
    told = b"".join(content for _, content in members(exported).items() if content[:1] in (b"{", b"["))
    assert b"conv0" not in told
    for secret in (stack.data_dir, stack.folder, project["id"], project["model"]["id"], project["dataset"]["id"]):
        assert str(secret).encode() not in told


def test_the_same_runs_reports_and_hashes(
    stack: Stack, elsewhere: Stack, imported: dict[str, Any], project: dict[str, Any]
) -> None:
    there = imported["project"]
    assert there["name"] == project["name"]
    assert there["id"] != project["id"]
    assert (there["state"], there["created_at"]) == ("ready", project["created_at"])
    _same_runs(stack, elsewhere, project["id"], there["id"])
    _same_reports(stack, elsewhere, project["id"], there["id"])
    models = [one.get(f"/models/{of['model']['id']}") for one, of in ((stack, project), (elsewhere, there))]
    assert models[0]["sha256"] == models[1]["sha256"]
    assert models[0]["analysis"] == models[1]["analysis"]
    assert models[0]["conversion"] == models[1]["conversion"]
    datasets = [one.get(f"/datasets/{key['dataset']['id']}") for one, key in ((stack, project), (elsewhere, there))]
    for name in ("name", "format", "count", "labels", "tasks", "class_counts", "checks", "size_bytes", "created_at"):
        assert datasets[0][name] == datasets[1][name]
    assert _artifacts(stack) == _artifacts(elsewhere)


def _artifacts(stack: Stack) -> list[tuple[str, str, int]]:
    """What the store holds of results and datasets: kind, hash and size."""
    import sqlite3

    with sqlite3.connect(f"file:{stack.data_dir / 'workbench.db'}?mode=ro", uri=True) as database:
        rows = database.execute(
            "select kind, sha256, size_bytes from artifacts where kind in ('run','report','dataset')"
        )
        return sorted(rows)


def _same_runs(stack: Stack, elsewhere: Stack, project_id: str, there_id: str) -> None:
    before = stack.get("/runs", project=project_id, sort="created_at")["items"]
    now = elsewhere.get("/runs", project=there_id, sort="created_at")["items"]
    assert len(before) == 3
    for one, other in zip(before, now, strict=True):
        assert {name: one[name] for name in RUN_FIELDS} == {name: other[name] for name in RUN_FIELDS}
        assert stack.get(f"/runs/{one['id']}/latencies") == elsewhere.get(f"/runs/{other['id']}/latencies")
        layers = [found.get(f"/runs/{run['id']}/layers") for found, run in ((stack, one), (elsewhere, other))]
        assert layers[0]["layers"] == layers[1]["layers"]
        # It was measured elsewhere, and says so.
        assert one["imported"] is None
        assert other["imported"]["cpu"] == one["provenance"]["cpu"]
        assert other["job_id"] is None


def _same_reports(stack: Stack, elsewhere: Stack, project_id: str, there_id: str) -> None:
    before = stack.get("/reports", project=project_id, sort="created_at")["items"]
    now = elsewhere.get("/reports", project=there_id, sort="created_at")["items"]
    for one, other in zip(before, now, strict=True):
        assert {name: one[name] for name in REPORT_FIELDS} == {name: other[name] for name in REPORT_FIELDS}
        for path in ("samples", "tables"):
            assert stack.get(f"/reports/{one['id']}/{path}") == elsewhere.get(f"/reports/{other['id']}/{path}")
        assert other["model_id"] is not None
        assert other["dataset_id"] is not None


def test_the_family_comes_along(stack: Stack, elsewhere: Stack, imported: dict[str, Any]) -> None:
    there = imported["project"]
    models = elsewhere.get("/models", sort="created_at")["items"]
    assert [model["name"] for model in models] == ["small", "small folded"]
    assert [model["parent_id"] for model in models] == [None, models[0]["id"]]
    projects = elsewhere.get("/projects", sort="created_at")["items"]
    assert [one["parent_id"] for one in projects] == [None, there["id"]]
    (report,) = elsewhere.get("/reports", project=projects[1]["id"])["items"]
    assert report["model_id"] == models[1]["id"]
    before, now = (_report_of(one, "small folded") for one in (stack, elsewhere))
    assert before["metrics"] == now["metrics"]


def _report_of(stack: Stack, model: str) -> dict[str, Any]:
    (project,) = stack.get("/projects", model=model)["items"]
    (report,) = stack.get("/reports", project=project["id"])["items"]
    return report  # type: ignore[no-any-return]


def test_an_imported_project_can_be_worked_on(elsewhere: Stack, imported: dict[str, Any]) -> None:
    there = imported["project"]["id"]
    _report(elsewhere, there, "annotations")
    first, second = elsewhere.get("/reports", project=there, sort="created_at")["items"]
    assert first["metrics"] == second["metrics"]


def test_a_second_import_gets_names_of_its_own(elsewhere: Stack, imported: dict[str, Any], exported: Path) -> None:
    code, told = elsewhere.command("project", "import", str(exported))
    assert code == 0, told
    assert told["project"]["name"] == f"{imported['project']['name']} (2)"


def test_without_its_dataset(stack: Stack, elsewhere: Stack, project: dict[str, Any], imported: dict[str, Any]) -> None:
    path = stack.folder / "slim.tar.gz"
    code, told = stack.command("project", "export", project["id"], "-o", str(path), "--without-dataset", "--only")
    assert code == 0, told
    assert not any(name.startswith("dataset/") for name in members(path))
    code, told = elsewhere.command("project", "import", str(path))
    assert code == 0, told
    assert told["project"]["dataset"]["id"] == imported["project"]["dataset"]["id"]


def members(path: Path) -> dict[str, bytes]:
    with tarfile.open(path) as archive:
        return {info.name: archive.extractfile(info).read() for info in archive if info.isfile()}  # type: ignore[union-attr]


def packed(path: Path, content: dict[str, bytes]) -> Path:
    """Written again with a manifest that is right."""
    manifest = json.loads(content["manifest.json"])
    manifest["files"] = [
        {"path": name, "size_bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        for name, data in content.items()
        if name != "manifest.json"
    ]
    return as_tar(path, content | {"manifest.json": json.dumps(manifest).encode()})


def as_tar(path: Path, content: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w:gz", compresslevel=1) as archive:
        for name, data in content.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


Change = Callable[[dict[str, bytes]], None]
IR = "models/0/model.bin"


def _flip(content: dict[str, bytes]) -> None:
    """One bit of the weights, with a manifest that fits: the content still tells the hash of the model."""
    content[IR] = bytes([content[IR][0] ^ 1]) + content[IR][1:]


def _other_picture(content: dict[str, bytes]) -> None:
    content["dataset/images/000000.png"] = content["dataset/images/000001.png"]


def _entity(content: dict[str, bytes]) -> None:
    xml = content["models/0/model.xml"]
    content["models/0/model.xml"] = xml.replace(b"<net", b'<!DOCTYPE net [<!ENTITY a "b">]>\n<net', 1)


@pytest.mark.parametrize(
    ("change", "code"),
    [(_flip, "export_model_differs"), (_other_picture, "export_dataset_invalid"), (_entity, "xml_forbidden")],
)
def test_a_manipulated_export_leaves_nothing(
    elsewhere: Stack, imported: dict[str, Any], exported: Path, tmp_path: Path, change: Change, code: str
) -> None:
    content = members(exported)
    change(content)
    before = _counts(elsewhere)
    ended, told = elsewhere.command("project", "import", str(packed(tmp_path / "changed.tar.gz", content)))
    assert ended == 1
    assert told["job"]["error"]["code"] == code, told["job"]["error"]
    assert _counts(elsewhere) == before


def test_a_cancelled_import_leaves_nothing(elsewhere: Stack, imported: dict[str, Any], exported: Path) -> None:
    before = _counts(elsewhere)
    job = elsewhere.post("/projects/import", {"path": str(exported)})["job"]
    elsewhere.until(lambda: elsewhere.job(job["id"])["state"] != "queued", 30, "the import to start")
    elsewhere.post(f"/jobs/{job['id']}/cancel")
    assert elsewhere.finished(job["id"])["state"] == "cancelled"
    assert _counts(elsewhere) == before


def _counts(stack: Stack) -> dict[str, int]:
    """Rows of everything that an import makes, and the artifacts that lie in the store."""
    found = {name: stack.get(f"/{name}")["total"] for name in ("models", "datasets", "projects", "runs", "reports")}
    return found | {"artifacts": len(list((stack.data_dir / "artifacts").glob("*/*")))}


def test_the_archive_is_a_plain_one(exported: Path) -> None:
    """Anybody can look at what leaves, without the workbench."""
    content = members(exported)
    manifest = json.loads(content.pop("manifest.json"))
    assert manifest["format"] == "workbench project export"
    told = {entry["path"]: entry["sha256"] for entry in manifest["files"]}
    assert told == {name: hashlib.sha256(data).hexdigest() for name, data in content.items()}
