"""A real installation for a test: server and workers as processes of their own, on a free port of loopback."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil

from tests.services import free_port

ROOT = Path(__file__).parents[2]
ENDED = ("succeeded", "failed", "cancelled")


class Stack:
    """`api` and any number of `worker` processes over one data folder; or `up`, which is both."""

    def __init__(self, folder: Path, database_url: str | None = None, broker_url: str | None = None) -> None:
        self.folder = folder
        self.data_dir = folder / "data"
        self.port = free_port()
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self._urls = {"WORKBENCH_DATABASE_URL": database_url, "WORKBENCH_BROKER_URL": broker_url}
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{self.port}/api/v1", timeout=30)

    def environment(self, **more: str) -> dict[str, str]:
        own = {name: value for name, value in self._urls.items() if value}
        own |= {"WORKBENCH_DATA_DIR": str(self.data_dir), "XDG_STATE_HOME": str(self.folder / "state")}
        return os.environ | own | more

    def start(self, name: str, *arguments: str, **more: str) -> subprocess.Popen[bytes]:
        """Start `workbench ARGUMENTS` under a name of the test's own."""
        log = (self.folder / f"{name}.log").open("ab")
        process = subprocess.Popen(
            [sys.executable, "-m", "workbench.cli.main", *arguments],
            cwd=ROOT,
            env=self.environment(**more),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        log.close()
        self.processes[name] = process
        return process

    def up(self) -> None:
        self.start("up", "up", "--no-browser", "--port", str(self.port), "--data-dir", str(self.data_dir))
        self.wait_ready()

    def team(self, workers: int = 1) -> None:
        """A migrated database, a server, and workers."""
        migrate = self.start("migrate", "migrate")
        assert migrate.wait(60) == 0, (self.folder / "migrate.log").read_text()
        self.api()
        for number in range(workers):
            self.worker(f"worker-{number}")
        self.wait_ready()

    def api(self) -> None:
        self.start("api", "api", "--port", str(self.port))

    def worker(self, name: str, **more: str) -> None:
        self.start(name, "worker", **more)

    def kill(self, name: str) -> None:
        """kill -9, by the id of a process that this test started."""
        process = self.processes.pop(name)
        process.send_signal(signal.SIGKILL)
        process.wait(10)

    def engines(self, name: str) -> list[psutil.Process]:
        """Engine processes below the process `name`."""
        with contextlib.suppress(psutil.Error):
            below = psutil.Process(self.processes[name].pid).children(recursive=True)
            return [child for child in below if _is_engine(child)]
        return []

    def wait_ready(self, timeout_s: float = 60.0) -> None:
        """The server answers and a target is known and probed."""

        def ready() -> bool:
            with contextlib.suppress(httpx.TransportError):
                answer = self.client.get("/targets")
                return answer.status_code == 200 and any(item["probed_at"] for item in answer.json()["items"])
            return False

        self.until(ready, timeout_s, "the server to be ready")

    def until(self, condition: Callable[[], Any], timeout_s: float, what: str) -> Any:
        deadline = time.monotonic() + timeout_s
        while True:
            value = condition()
            if value:
                return value
            if time.monotonic() > deadline:
                logs = "\n".join(f"{p.name}: {p.read_text()[-1500:]}" for p in sorted(self.folder.glob("*.log")))
                raise AssertionError(f"waited {timeout_s} s in vain for {what}\n{logs}")
            time.sleep(0.1)

    def get(self, path: str, **query: Any) -> Any:
        answer = self.client.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: Any = None) -> Any:
        answer = self.client.post(path, json=body)
        assert answer.status_code in (200, 202), answer.text
        return answer.json()

    def command(self, *arguments: str, timeout_s: float = 240.0) -> tuple[int, Any]:
        """One command of the CLI with `--json`: its exit code, and the document that it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "workbench.cli.main", *arguments, "--json"],
            cwd=ROOT,
            env=os.environ | {"WORKBENCH_URL": f"http://127.0.0.1:{self.port}"},
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )
        try:
            return done.returncode, json.loads(done.stdout)
        except ValueError:
            raise AssertionError(f"{arguments} ended with {done.returncode}: {done.stdout}{done.stderr}") from None

    def job(self, job_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.get(f"/jobs/{job_id}")
        return found

    def finished(self, job_id: str, timeout_s: float = 120.0) -> dict[str, Any]:
        """The job once it has ended, however it ended."""

        def ended() -> dict[str, Any] | None:
            with contextlib.suppress(httpx.TransportError):
                job = self.job(job_id)
                return job if job["state"] in ENDED else None
            return None

        found: dict[str, Any] = self.until(ended, timeout_s, f"job {job_id} to end")
        return found

    def import_model(self, path: Path, **more: Any) -> dict[str, Any]:
        made = self.post("/models", {"path": str(path), **more})
        job = self.finished(made["job"]["id"])
        assert job["state"] == "succeeded", (job, self.client.get(f"/jobs/{job['id']}/log").text)
        model: dict[str, Any] = self.get(f"/models/{made['model']['id']}")
        return model

    def import_dataset(self, path: Path, **more: Any) -> dict[str, Any]:
        made = self.post("/datasets", {"path": str(path), **more})
        job = self.finished(made["job"]["id"])
        assert job["state"] == "succeeded", (job, self.client.get(f"/jobs/{job['id']}/log").text)
        dataset: dict[str, Any] = self.get(f"/datasets/{made['dataset']['id']}")
        return dataset

    def close(self) -> None:
        self.client.close()
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _is_engine(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.Error):
        words = process.cmdline()
        return "run" in words and any(word in ("workbench.engine", "workbench.datasets.process") for word in words)
    return False


@contextlib.contextmanager
def running(stack: Stack) -> Iterator[Stack]:
    """Everything that the stack started is ended afterwards."""
    try:
        yield stack
    finally:
        stack.close()
