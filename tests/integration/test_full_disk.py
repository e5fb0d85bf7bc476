"""A full disk: uploads and imports end with their code, nothing half is left, and after making room all goes on.

The data folder is a small file system in memory of its own (mounting needs root, as in CI); elsewhere the reserve
of the store, which refuses before the disk is full, is what can be shown.
"""

import base64
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.material import small_onnx
from tests.integration.stack import Stack, running

SIZE_MB = 24


@pytest.fixture
def cramped(tmp_path: Path) -> Iterator[Stack]:
    stack = Stack(tmp_path)
    stack.data_dir.mkdir()
    mounted = False
    if os.geteuid() == 0:
        command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE_MB}m", "workbench-test", str(stack.data_dir)]
        mounted = subprocess.run(command, check=False).returncode == 0
    reserve = "0" if mounted else str(2**60)
    try:
        with running(stack):
            up = ("up", "--no-browser", "--port", str(stack.port), "--data-dir", str(stack.data_dir))
            stack.start("up", *up, WORKBENCH_DISK_RESERVE_BYTES=reserve)
            stack.wait_ready()
            yield stack
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(stack.data_dir)], check=True)


def upload(stack: Stack, name: str, content: bytes, announced: int | None = None) -> tuple[int, dict[str, object]]:
    """Creates and sends an upload; the status of whichever step refused it, and the problem."""
    encoded = base64.b64encode(name.encode()).decode()
    headers = {
        "Tus-Resumable": "1.0.0",
        "Upload-Length": str(announced or len(content)),
        "Upload-Metadata": f"filename {encoded}",
    }
    created = stack.client.post("/uploads", headers=headers)
    if created.status_code != 201:
        return created.status_code, created.json()
    headers = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    sent = stack.client.patch(created.headers["location"].removeprefix("/api/v1"), headers=headers, content=content)
    return sent.status_code, sent.json() if sent.content else {}


@pytest.mark.slow
def test_uploads_and_imports_on_a_full_disk(cramped: Stack, tmp_path: Path) -> None:
    status, problem = upload(cramped, "huge.onnx", b"", announced=2**33)
    assert (status, problem["code"]) == (507, "disk_full")

    ballast = cramped.data_dir / "ballast"
    reserve_only = not os.path.ismount(cramped.data_dir)
    if reserve_only:
        assert upload(cramped, "a.onnx", b"x" * 1000)[1]["code"] == "disk_full"
        return

    source = small_onnx(tmp_path / "model.onnx", channels=256, layers=3)  # about 5 MB
    stats = os.statvfs(cramped.data_dir)
    ballast.write_bytes(b"\0" * (stats.f_bavail * stats.f_frsize - 1_500_000))
    made = cramped.post("/models", {"path": str(source)})
    job = cramped.finished(made["job"]["id"])
    assert (job["state"], job["error"]["code"]) == ("failed", "disk_full"), job
    assert cramped.get("/models")["total"] == 0
    assert list((cramped.data_dir / "work").iterdir()) == []
    assert list((cramped.data_dir / "artifacts").glob("*/*")) == []

    ballast.unlink()
    assert cramped.import_model(source)["state"] == "ready"
