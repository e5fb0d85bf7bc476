"""`workbench package` against a real server: the plan, a package and its file, one that is not offered."""

import contextlib
import json
import tarfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.server import guarded, listening, migrated, runtime_of
from tests.unit.optimization.laboratory import Laboratory
from workbench.cli.main import app
from workbench.db.tables import Job
from workbench.packages import trial
from workbench.packages.sandbox import Failed

PROJECT = "small on some"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Laboratory]]:
    folder = tmp_path_factory.mktemp("package")
    (folder / "data").mkdir()
    with runtime_of(migrated(folder / "data", cancel_poll_s=0.1)) as runtime:
        laboratory = Laboratory(runtime, folder)
        with listening(guarded(runtime)) as url:
            yield url, laboratory


@pytest.fixture(autouse=True)
def _client(server: tuple[str, Laboratory], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("WORKBENCH_URL", server[0])
    monkeypatch.chdir(tmp_path)


@contextlib.contextmanager
def worker(laboratory: Laboratory) -> Iterator[None]:
    """Works the jobs that are queued meanwhile."""
    over = threading.Event()

    def work() -> None:
        while not over.is_set():
            with laboratory.runtime.db.read() as session:
                queued = [row.id for row in session.query(Job).filter_by(state="queued", kind="package")]
            for job_id in queued:
                laboratory.work(job_id)
            time.sleep(0.1)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def run(*arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(app, ["package", PROJECT, *arguments])
    assert result.exit_code == code, result.output
    return result


def test_a_plan() -> None:
    told = json.loads(run("--plan", "--json", "--no-cpp").stdout)
    assert "headers" not in [part["name"] for part in told["parts"]]
    text = run("--plan", "--devices", "NPU, CPU").stdout
    assert "Plugins for CPU, NPU" in text
    assert "as an archive" in text


def test_a_package_and_its_file(server: tuple[str, Laboratory], tmp_path: Path) -> None:
    with worker(server[1]):
        told = json.loads(run("--no-runtime", "--no-cpp", "-o", "made.tar.gz", "--json").stdout)
        assert told["file"] == "made.tar.gz"
        assert told["package"]["trial"]["state"] == "passed"
        assert (tmp_path / "made.tar.gz").stat().st_size == told["package"]["size_bytes"]
        with tarfile.open(tmp_path / "made.tar.gz") as archive:
            assert "small/config.json" in archive.getnames()
        result = run("--kind", "model-server", "--name", "other")
    # Before anything is built: no worker is there any more.
    assert "is there already" in run("-o", "made.tar.gz", code=2).stderr
    assert "other-model-server.tar.gz" in result.stdout
    assert "passed: Outputs are those of the workbench" in result.stdout


def test_what_is_not_offered_ends_with_1(server: tuple[str, Laboratory], monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> float:
        raise Failed("Output 0 of picture 0 differs.")

    monkeypatch.setattr(trial, "compare", fail)
    with worker(server[1]):
        result = run("--no-runtime", "--no-cpp", code=1)
    assert "Output 0 of picture 0 differs." in result.stderr
    assert "000.ppm" in result.stderr


def test_wrong_usage() -> None:
    assert "none of deployment" in run("--kind", "zip", code=2).output
    assert "--no-wait" in run("--no-wait", "-o", "x.tar.gz", code=2).output
    assert "no plugin for 'FPGA'" in run("--devices", "FPGA", code=2).output + run("--devices", "FPGA", code=2).stderr
