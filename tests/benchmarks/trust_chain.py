"""The gate from end to end: `workbench up`, models imported, a run as the baseline, and checks by their exit codes."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from tests.benchmarks.trust_models import ROOT
from tests.services import free_port

TRIES = 5


def chain(
    folder: Path,
    original: Path,
    slower: Path,
    busy_cores: Callable[[], AbstractContextManager[None]],
    say: Callable[[str], None],
) -> bool:
    """Three checks of each kind through server, queue and command line; whether every exit code was the right one.

    `original` and `slower` are ONNX files; the dataset `digits.zip` lies in `folder`.
    """
    say("\n| through server and command line | exit code wanted | exit codes |")
    say("|---|---|---|")
    fine = True
    with tempfile.TemporaryDirectory(prefix="trust-chain-") as place, _Server(Path(place)) as server:
        server.json("dataset", "import", str(folder / "digits.zip"), "--name", "digits")
        projects = {}
        for name, path in (("original", original), ("copy", original), ("slower", slower)):
            server.json("model", "import", str(path), "--name", name)
            made = server.json("project", "create", "--model", name, "--dataset", "digits", "--no-baseline")
            projects[name] = made["project"]["id"]
        options = ("--hint", "latency", "--duration", "2", "--no-layers")
        run = server.json("benchmark", projects["original"], *options)["runs"][0]["id"]
        for title, project, code, load in (
            ("a copy", "copy", 0, False),
            ("the slower model", "slower", 1, False),
            ("a copy, every core busy", "copy", 4, True),
        ):
            codes = []
            for _ in range(3):
                with busy_cores() if load else nullcontext():
                    codes.append(server.check(projects[project], run, "4" if load else "60", load))
            fine = fine and codes == [code] * 3
            say(f"| {title} | {code} | {', '.join(map(str, codes))} |")
    return fine


class _Server:
    """A workbench of its own on a free port."""

    def __init__(self, folder: Path) -> None:
        port = free_port()
        self._environment = os.environ | {
            "XDG_STATE_HOME": str(folder / "state"),
            "WORKBENCH_DATA_DIR": str(folder / "data"),
            "WORKBENCH_URL": f"http://127.0.0.1:{port}",
        }
        self._command = [sys.executable, "-m", "workbench.cli.main"]
        with (folder / "up.log").open("wb") as log:
            self._process = subprocess.Popen(
                [*self._command, "up", "--no-browser", "--port", str(port), "--data-dir", str(folder / "data")],
                cwd=ROOT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def __enter__(self) -> "_Server":
        end = time.monotonic() + 60
        while time.monotonic() < end:
            done = self._run("target", "list", "--json")
            if done.returncode == 0 and any(target["probed_at"] for target in json.loads(done.stdout)["items"]):
                return self
            time.sleep(0.5)
        self.__exit__()
        raise SystemExit("the server did not start")

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def json(self, *arguments: str) -> Any:
        """The document of a command that must succeed."""
        done = self._run(*arguments, "--json")
        if done.returncode:
            raise SystemExit(f"{arguments} ended with {done.returncode}: {done.stderr}")
        return json.loads(done.stdout)

    def check(self, project: str, run: str, budget_s: str, loaded: bool) -> int:
        """The exit code of a check; on a machine that should be quiet, one that others disturbed is done again."""
        for _ in range(TRIES):
            done = self._run("check", project, "--baseline", run, "--budget-s", budget_s, "--json")
            if loaded or done.returncode != 4:
                break
        return done.returncode

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self._command, *arguments],
            cwd=ROOT,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
