"""Datasets made from others, over HTTP and by command, with a real worker."""

import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import cv2
import numpy as np
import pytest

from tests.integration.material import pictures
from tests.integration.stack import Stack, running

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """An installation that may download from 127.0.0.1, and from nowhere else inside."""
    stack = Stack(tmp_path_factory.mktemp("stack"))
    with running(stack), pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORKBENCH_ALLOW_REMOTE_SOURCES", "true")
        patch.setenv("WORKBENCH_REMOTE_SOURCE_NETWORKS", '["127.0.0.1/32"]')
        stack.up()
        yield stack


@pytest.fixture(scope="module")
def labelled(stack: Stack) -> dict[str, Any]:
    """Twelve pictures of two classes."""
    folder = stack.folder / "pets"
    for name, count in (("cat", 4), ("dog", 8)):
        pictures(folder / name, count)
    return stack.import_dataset(folder)


def leftovers(stack: Stack) -> set[str]:
    """Uploads apart, which a sweep removes in time."""
    return {str(path) for place in ("work/*", "trash/*") for path in stack.data_dir.glob(place)}


class TestGenerate:
    def test_from_a_dataset(self, stack: Stack, labelled: dict[str, Any]) -> None:
        wanted = {
            "dataset": labelled["id"],
            "augmentations": {"seed": 1, "flip_horizontal": True, "erase": {"share": 0.1, "images": 3}},
        }
        told = stack.post("/datasets/generated/count", wanted)
        made = stack.post("/datasets/generated", wanted)
        job = stack.finished(made["job"]["id"])
        assert job["state"] == "succeeded", job
        dataset = stack.get(f"/datasets/{made['dataset']['id']}")
        assert told == {"originals": 12, "total": 60}
        assert dataset["count"] == 60
        assert (dataset["format"], dataset["annotated"], dataset["tasks"]) == ("generated", False, [])
        assert dataset["parent_id"] == labelled["id"]
        sample = stack.get(f"/datasets/{dataset['id']}/samples", q="flip-horizontal", limit=1)
        assert sample["total"] == 12
        image = stack.client.get(sample["items"][0]["image"].removeprefix("/api/v1"))
        assert image.headers["content-type"] == "image/png"

    def test_a_damaged_upload_fails_the_job_by_name(self, stack: Stack, tmp_path: Path) -> None:
        folder = pictures(tmp_path / "mixed", 3)
        whole = (folder / "001.png").read_bytes()
        (folder / "001.png").write_bytes(whole[: len(whole) // 2])
        before = leftovers(stack)
        code, told = stack.command("dataset", "generate", str(folder), "--name", "mixed", "--flip", "vertical")
        assert (code, told["dataset"]) == (1, None)
        assert told["job"]["error"]["code"] == "picture_unreadable"
        assert "mixed/001.png" in told["job"]["error"]["message"]
        assert stack.client.get("/datasets/mixed").status_code == 404
        stack.until(lambda: leftovers(stack) <= before, 30, "its files to be gone")

    def test_noise_is_marked(self, stack: Stack) -> None:
        code, told = stack.command("dataset", "generate", "--synthetic", "3", "--size", "40x30", "--seed", "9")
        assert code == 0
        dataset = told["dataset"]
        assert (dataset["name"], dataset["count"]) == ("noise 40 x 30", 3)
        assert "benchmarks only" in dataset["warnings"][0]["problem"]
        sample = stack.get(f"/datasets/{dataset['id']}/samples")["items"][0]
        assert (sample["width"], sample["height"]) == (40, 30)

    def test_the_command_asks_for_all_of_it(self, stack: Stack, tmp_path: Path) -> None:
        folder = pictures(tmp_path / "few", 2)
        augmented = ["--erase", "0.1", "--erase-images", "2", "--noise", "0.02", "--noise-images", "1"]
        augmented += ["--flip", "horizontal,vertical", "--light", "1.2,0.8", "--light", "0.8,0.8"]
        augmented += ["--rotate", "-10,10", "--blur", "1.5", "--jpeg", "20,60", "--seed", "4"]
        code, told = stack.command("dataset", "generate", str(folder), *augmented)
        assert code == 0
        assert told["dataset"]["count"] == 2 * (1 + 2 + 1 + 2 + 2 + 2 + 1 + 2)

    def test_cancelled_leaves_nothing(self, stack: Stack) -> None:
        before, artifacts = leftovers(stack), set(stack.data_dir.glob("artifacts/*/*"))
        wanted = {"sample_set": "textures", "augmentations": {"blur_sigmas": [20] * 10, "noise": {"images": 20}}}
        made = stack.post("/datasets/generated", wanted)
        stack.until(lambda: stack.job(made["job"]["id"])["progress"] > 0.0, 30, "the job to get on")
        stack.post(f"/jobs/{made['job']['id']}/cancel")
        assert stack.finished(made["job"]["id"], 15)["state"] == "cancelled"
        assert stack.client.get(f"/datasets/{made['dataset']['id']}").status_code == 404
        stack.until(lambda: leftovers(stack) <= before, 30, "its files to be gone")
        assert set(stack.data_dir.glob("artifacts/*/*")) == artifacts


class TestSplit:
    def test_by_command(self, stack: Stack, labelled: dict[str, Any]) -> None:
        code, told = stack.command("dataset", "split", labelled["name"], "--calibration", "3", "--seed", "2")
        assert code == 0
        first, second = told["calibration"], told["validation"]
        assert (first["name"], second["name"]) == ("pets calibration", "pets validation")
        assert (first["count"], first["class_counts"]) == (3, {"0": 1, "1": 2})
        assert (second["count"], second["class_counts"]) == (9, {"0": 3, "1": 6})
        assert first["parent_id"] == second["parent_id"] == labelled["id"]
        names = [
            {sample["file"] for sample in stack.get(f"/datasets/{part['id']}/samples")["items"]}
            for part in (first, second)
        ]
        assert not names[0] & names[1]
        assert len(names[0] | names[1]) == 12

    def test_subset_by_command(self, stack: Stack, labelled: dict[str, Any]) -> None:
        code, told = stack.command("dataset", "subset", labelled["id"], "--count", "6", "--name", "six")
        assert (code, told["dataset"]["name"], told["dataset"]["count"]) == (0, "six", 6)


class TestRemote:
    @pytest.fixture
    def site(self, tmp_path: Path) -> Iterator[str]:
        folder = pictures(tmp_path / "far", 4)
        (tmp_path / "site").mkdir()
        with zipfile.ZipFile(tmp_path / "site" / "far.zip", "w") as archive:
            for path in folder.iterdir():
                archive.write(path, path.name)
        handler = partial(SimpleHTTPRequestHandler, directory=str(tmp_path / "site"))
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join(5)
        server.server_close()

    def test_by_address(self, stack: Stack, site: str) -> None:
        before = leftovers(stack)
        code, told = stack.command("dataset", "import", f"http://{site}/far.zip")
        assert code == 0
        assert (told["dataset"]["name"], told["dataset"]["count"]) == ("far", 4)
        stack.until(lambda: leftovers(stack) <= before, 30, "the download to be gone")

    @pytest.mark.parametrize("host", ["[::1]", "127.0.0.2", "169.254.169.254"])
    def test_an_address_inside_that_is_not_listed(self, stack: Stack, site: str, host: str) -> None:
        made = stack.post("/datasets", {"url": f"http://{host}:{site.partition(':')[2]}/far.zip"})
        job = stack.finished(made["job"]["id"])
        assert job["error"]["code"] == "remote_address_refused"
        assert stack.client.get(f"/datasets/{made['dataset']['id']}").status_code == 404

    def test_nothing_there(self, stack: Stack, site: str) -> None:
        code, told = stack.command("dataset", "import", f"http://{site}/near.zip")
        assert (code, told["dataset"]) == (1, None)
        assert told["job"]["error"]["code"] == "remote_refused"


def test_what_was_made_can_be_looked_at(stack: Stack) -> None:
    code, told = stack.command("dataset", "generate", "--sample-set", "shapes", "--jpeg", "5", "--name", "drawn")
    assert code == 0
    samples = stack.get(f"/datasets/{told['dataset']['id']}/samples", limit=2)["items"]
    found = []
    for sample in samples:
        data = stack.client.get(sample["image"].removeprefix("/api/v1")).content
        image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
        assert image is not None
        found.append(image.astype(float))
    assert [sample["file"] for sample in samples] == ["shapes-0000.png", "shapes-0000~jpeg-5.jpg"]
    error = np.mean((found[0] - found[1]) ** 2)
    assert 1 < error < 1000
