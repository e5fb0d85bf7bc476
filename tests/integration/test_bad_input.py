"""Rubbish through the front door: each with its clear error, and nothing left behind."""

import io
import random
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.integration.material import small_onnx
from tests.integration.stack import Stack

pytestmark = pytest.mark.slow

Make = Callable[[Path], Path]


def truncated_onnx(folder: Path) -> Path:
    whole = small_onnx(folder / "whole.onnx").read_bytes()
    (folder / "whole.onnx").unlink()
    path = folder / "truncated.onnx"
    path.write_bytes(whole[: len(whole) // 2])
    return path


def rubbish(suffix: str) -> Make:
    def make(folder: Path) -> Path:
        path = folder / f"rubbish{suffix}"
        path.write_bytes(random.Random(suffix).randbytes(5000))
        return path

    return make


def empty(folder: Path) -> Path:
    path = folder / "empty.onnx"
    path.touch()
    return path


def laughs(folder: Path) -> Path:
    path = folder / "laughs.xml"
    entities = '<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    path.write_text(f'<?xml version="1.0"?><!DOCTYPE net [{entities}]><net name="&a9;" version="11"/>')
    (folder / "laughs.bin").write_bytes(b"")
    return path


MODELS: list[tuple[str, Make, set[str]]] = [
    ("a truncated ONNX file", truncated_onnx, {"model_corrupt"}),
    ("an empty file", empty, {"model_corrupt", "model_not_recognised"}),
    ("billion laughs", laughs, {"xml_forbidden"}),
    *(
        (f"random bytes as {suffix}", rubbish(suffix), {"model_corrupt", "model_not_recognised", "model_file_missing"})
        for suffix in (".onnx", ".xml", ".pb", ".pbtxt", ".tflite", ".pdmodel", ".meta")
    ),
    *(
        (
            f"random bytes as {suffix}",
            rubbish(suffix),
            {"model_needs_toolchain", "model_not_recognised", "model_corrupt"},
        )
        for suffix in (".pt", ".h5", ".keras", ".caffemodel", ".params")
    ),
]


def leftovers(stack: Stack) -> set[str]:
    places = ("artifacts/*/*", "work/*", "uploads/*", "trash/*")
    return {str(path) for place in places for path in stack.data_dir.glob(place)}


@pytest.mark.parametrize(("make", "codes"), [case[1:] for case in MODELS], ids=[case[0] for case in MODELS])
def test_models(stack: Stack, tmp_path: Path, make: Make, codes: set[str]) -> None:
    before, count = leftovers(stack), stack.get("/models")["total"]
    made = stack.post("/models", {"path": str(make(tmp_path))})
    job = stack.finished(made["job"]["id"], 60)
    assert job["state"] == "failed"
    assert job["error"]["code"] in codes, job["error"]
    assert job["error"]["message"].endswith((".", ")", '"'))
    assert job["error"]["action"]
    assert leftovers(stack) == before
    assert stack.get("/models")["total"] == count


def evil_zip(member: str) -> Make:
    def make(folder: Path) -> Path:
        path = folder / "evil.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(member, b"x")
        return path

    return make


def evil_tar(kind: bytes, target: str) -> Make:
    def make(folder: Path) -> Path:
        path = folder / "evil.tar"
        with tarfile.open(path, "w") as archive:
            info = tarfile.TarInfo("link.png")
            info.type = kind
            info.linkname = target
            archive.addfile(info)
        return path

    return make


def bomb(folder: Path) -> Path:
    """About 42 kB that unpack to 40 MB in each of 1,000 names: deflate at its best ratio."""
    path = folder / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("0.png", bytes(40_000_000))
    return path


def cut_zip(folder: Path) -> Path:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("a.png", random.Random(1).randbytes(5000))
    path = folder / "cut.zip"
    path.write_bytes(content.getvalue()[:3000])
    return path


ARCHIVES: list[tuple[str, Make]] = [
    ("zip-slip", evil_zip("../../outside.png")),
    ("absolute name", evil_zip("/etc/outside.png")),
    ("backslashes", evil_zip("..\\..\\outside.png")),
    ("symlink", evil_tar(tarfile.SYMTYPE, "/etc/passwd")),
    ("hardlink", evil_tar(tarfile.LNKTYPE, "../../../etc/passwd")),
    ("device", evil_tar(tarfile.CHRTYPE, "")),
    ("bomb", bomb),
    ("cut off", cut_zip),
    ("not an archive", rubbish(".zip")),
]


@pytest.mark.parametrize("make", [case[1] for case in ARCHIVES], ids=[case[0] for case in ARCHIVES])
def test_archives(stack: Stack, tmp_path: Path, make: Make) -> None:
    before = leftovers(stack)
    made = stack.post("/datasets", {"path": str(make(tmp_path))})
    job = stack.finished(made["job"]["id"], 60)
    assert job["state"] == "failed"
    assert job["error"]["code"] not in ("internal_error", "engine_crashed", "engine_killed"), job["error"]
    assert job["error"]["action"]
    assert leftovers(stack) == before
    assert stack.get("/datasets")["total"] == 0
    assert not (stack.data_dir.parent / "outside.png").exists()


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 422, "nothing_to_import"),
        ({"path": "relative/file.onnx"}, 404, "path_not_found"),
        ({"path": "/nowhere/file.onnx"}, 404, "path_not_found"),
        ({"path": "/\x00"}, 404, "path_not_found"),
        ({"uploads": ["../../etc/passwd"]}, 404, "upload_not_found"),
        ({"uploads": ["00000000-0000-0000-0000-000000000000"]}, 404, "upload_not_found"),
        ({"path": "/etc/hostname", "name": "../x"}, 422, "invalid_name"),
        ({"path": "/etc/hostname", "task": "world_peace"}, 422, "invalid_fields"),
        ({"path": 7}, 422, "invalid_fields"),
    ],
)
def test_requests(stack: Stack, body: dict[str, Any], status: int, code: str) -> None:
    answer = stack.client.post("/models", json=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_data_folder_itself_is_not_for_import(stack: Stack) -> None:
    answer = stack.client.post("/datasets", json={"path": str(stack.data_dir)})
    assert (answer.status_code, answer.json()["code"]) == (403, "path_not_allowed")
