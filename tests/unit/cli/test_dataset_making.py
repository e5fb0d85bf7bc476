"""What `dataset generate`, `split` and `import URL` ask the server for, and what they refuse by themselves."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner, Result

from workbench.cli.main import app
from workbench.client import client as client_module
from workbench.client.connection import Connection

JOB = {"id": "j", "title": "Make it", "state": "queued"}
DATASET = {"id": "d", "name": "made"}
NOTHING = {"seed": 0, "light": [], "rotations_deg": [], "blur_sigmas": [], "jpeg_qualities": []}


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any]]:
    """Path and body of every request."""
    found: list[tuple[str, Any]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/api/v1")
        if path == "/uploads":
            found.append((path, request.content))
            return httpx.Response(201, json={"id": f"u{len(found)}", "offset_bytes": len(request.content)})
        found.append((path, json.loads(request.content)))
        return httpx.Response(202, json={"dataset": DATASET, "calibration": DATASET, "validation": DATASET, "job": JOB})

    def connected(url: str, token: str | None, transport: object) -> Connection:
        return Connection(url, token, httpx.MockTransport(answer))

    monkeypatch.setenv("WORKBENCH_URL", "http://127.0.0.1:9")
    monkeypatch.setattr(client_module, "Connection", connected)
    return found


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["dataset", *arguments, "--no-wait", "--json"])


class TestGenerate:
    def test_every_option(self, heard: list[tuple[str, Any]]) -> None:
        options = ["--flip", "horizontal,vertical", "--erase", "0.2", "--erase-images", "3", "--noise", "0.05"]
        options += ["--noise-images", "1", "--light", "1.2,0.8", "--light", "0.8,0.8", "--rotate", "-10,10.5"]
        options += ["--blur", "1.5", "--jpeg", "10,90", "--seed", "7", "--name", "mine"]
        assert run("generate", "--dataset", "photos", *options).exit_code == 0
        augmentations = {
            "seed": 7,
            "flip_horizontal": True,
            "flip_vertical": True,
            "erase": {"share": 0.2, "images": 3},
            "noise": {"share": 0.05, "images": 1},
            "light": [{"brightness": 1.2, "contrast": 0.8}, {"brightness": 0.8, "contrast": 0.8}],
            "rotations_deg": [-10.0, 10.5],
            "blur_sigmas": [1.5],
            "jpeg_qualities": [10, 90],
        }
        body = {"name": "mine", "dataset": "photos", "augmentations": augmentations}
        assert heard == [("/datasets/generated", body)]

    def test_noise(self, heard: list[tuple[str, Any]]) -> None:
        assert run("generate", "--synthetic", "5", "--size", "64x48", "--distribution", "gaussian").exit_code == 0
        synthetic = {"count": 5, "width": 64, "height": 48, "distribution": "gaussian", "seed": 0}
        assert heard == [("/datasets/generated", {"synthetic": synthetic, "augmentations": NOTHING})]

    def test_each_picture_is_sent_however_many(self, heard: list[tuple[str, Any]], tmp_path: Path) -> None:
        """An import packs more than 500 files into one archive; here they are the originals."""
        for number in range(501):
            (tmp_path / f"{number:03}.png").write_bytes(b"%d" % number)
        assert run("generate", str(tmp_path)).exit_code == 0
        assert [content for path, content in heard if path == "/uploads"] == [b"%d" % number for number in range(501)]
        path, body = heard[-1]
        assert path == "/datasets/generated"
        assert len(set(body["uploads"])) == 501

    @pytest.mark.parametrize(
        "arguments",
        [
            (),
            ("--dataset", "a", "--sample-set", "digits"),
            ("--dataset", "a", "--flip", "sideways"),
            ("--dataset", "a", "--light", "1.2"),
            ("--dataset", "a", "--rotate", "ten"),
            ("--dataset", "a", "--blur", "1,"),
            ("--dataset", "a", "--erase", "0.5"),
            ("--dataset", "a", "--jpeg", "-1"),
            ("--synthetic", "3", "--size", "64"),
            ("--synthetic", "0"),
        ],
    )
    def test_wrong_usage(self, heard: list[tuple[str, Any]], arguments: tuple[str, ...]) -> None:
        assert run("generate", *arguments).exit_code == 2
        assert not heard


class TestSplit:
    def test_what_is_asked(self, heard: list[tuple[str, Any]]) -> None:
        result = run("split", "my photos", "--calibration", "30", "--seed", "2")
        assert result.exit_code == 0
        assert set(json.loads(result.stdout)) >= {"calibration", "validation", "job"}
        assert heard == [("/datasets/my photos/splits", {"calibration": 30, "seed": 2})]

    def test_it_needs_a_number(self, heard: list[tuple[str, Any]]) -> None:
        assert run("split", "photos").exit_code == 2


class TestSubset:
    def test_what_is_asked(self, heard: list[tuple[str, Any]]) -> None:
        assert run("subset", "photos", "-n", "30", "--name", "few").exit_code == 0
        assert heard == [("/datasets/photos/subset", {"count": 30, "name": "few", "seed": 0})]


class TestImport:
    @pytest.mark.parametrize("address", ["https://example.com/a.zip", "S3://bucket/key.tar", "http://e.com/x?y=1#z"])
    def test_an_address_is_not_a_path(self, heard: list[tuple[str, Any]], address: str) -> None:
        assert run("import", address, "--format", "coco").exit_code == 0
        assert heard == [("/datasets", {"format": "coco", "url": address})]

    def test_one_address_alone(self, heard: list[tuple[str, Any]], tmp_path: Path) -> None:
        assert run("import", "https://example.com/a.zip", str(tmp_path)).exit_code == 2
        assert not heard
