"""Starts `dataset_preview` in a process of its own, and waits for it: the server itself decodes no picture."""

import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workbench.datasets.schemas import Preview
from workbench.errors import Conflict, WorkbenchError

PROCESS = "workbench.datasets.process"
TIMEOUT_S = 15.0
# A further one waits; the server answers other requests meanwhile.
TOGETHER = 2
PATIENCE_S = 5.0
MAX_ANSWER_BYTES = 16 * 1024**2
PACKAGE_PARENT = Path(__file__).parents[2]

_free = threading.BoundedSemaphore(TOGETHER)


class PreviewFailed(WorkbenchError):
    """The picture cannot be shown; the code is that of the operation."""

    status = 422
    code = "preview_failed"
    title = "There is no preview of this picture"
    action = "Choose another picture."


def preview(parameters: Mapping[str, Any], inputs: Mapping[str, Path]) -> Preview:
    """The pictures of `dataset_preview`; `inputs` are linked to its folder `inputs/`.

    Raises PreviewFailed for a picture that cannot be used, Conflict while too many others are asked for.
    """
    if not _free.acquire(timeout=PATIENCE_S):
        raise Conflict("Other previews are being made.", code="preview_busy", action="Try again in a moment.")
    try:
        with tempfile.TemporaryDirectory(prefix="workbench-preview-") as folder:
            return _run(parameters, inputs, Path(folder))
    finally:
        _free.release()


def _run(parameters: Mapping[str, Any], inputs: Mapping[str, Path], work: Path) -> Preview:
    for name, path in inputs.items():
        place = work / "inputs" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(path.absolute(), target_is_directory=path.is_dir())
    operation = {"kind": "dataset_preview", "parameters": dict(parameters)}
    (work / "operation.json").write_text(json.dumps(operation))
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", PROCESS, "run", "operation.json"],
        cwd=work,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=_environment(),
        start_new_session=True,
    )
    timer = threading.Timer(TIMEOUT_S, process.kill)
    timer.daemon = True
    timer.start()
    # Its stdin stays open until it has ended: a closed one would tell it to stop.
    with process:
        assert process.stdout is not None
        try:
            answer = process.stdout.read(MAX_ANSWER_BYTES)
        finally:
            process.kill()
            timed_out = not timer.is_alive()
            timer.cancel()
    return _heard(answer, timed_out)


def _heard(answer: bytes, timed_out: bool) -> Preview:
    for line in answer.splitlines():
        try:
            event = json.loads(line)
            if event["event"] == "result":
                return Preview.model_validate(event["result"])
            if event["event"] == "error":
                raise PreviewFailed(str(event["message"])[:2000], code=str(event["code"])[:64], action=event["action"])
        except (ValueError, KeyError, TypeError):
            continue
    if timed_out:
        raise PreviewFailed("The preview took too long.", code="preview_timed_out", action="Choose a smaller picture.")
    raise PreviewFailed("The picture made its decoder fail.", code="picture_unreadable")


def _environment() -> dict[str, str]:
    """Nothing of the server's secrets; one thread is enough for one picture."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "LC_ALL", "TMPDIR", "HOME")}
    path = os.pathsep.join(filter(None, (str(PACKAGE_PARENT), os.environ.get("PYTHONPATH"))))
    return kept | {"PYTHONPATH": path, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
