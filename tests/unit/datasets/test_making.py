"""What is asked of the server, over HTTP: counts, refusals, and the rows and jobs that begin a dataset."""

import base64
from collections.abc import Iterator
from typing import Any

import cv2
import httpx
import numpy as np
import pytest

from tests.server import client_of, migrated, runtime_of
from tests.unit.datasets.material import Content, Imported, picture
from workbench.datasets import previewing, service
from workbench.datasets.augmentations import plan
from workbench.datasets.picture_changes import changed
from workbench.db.tables import Job, Upload
from workbench.jobs.service import settle
from workbench.runtime import Runtime

ERASED = {"seed": 5, "erase": {"share": 0.2, "images": 3}}


@pytest.fixture(scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    with runtime_of(migrated(tmp_path_factory.mktemp("data"))) as runtime:
        yield runtime


@pytest.fixture(scope="module")
def client(runtime: Runtime) -> Iterator[httpx.Client]:
    with client_of(runtime) as client:
        client.base_url = httpx.URL(f"{client.base_url}/api/v1/datasets")
        yield client


@pytest.fixture(scope="module")
def dataset(runtime: Runtime, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Four pictures of two classes, ready."""
    content: Content = {
        f"{label}/pic{n}.png": picture(64, 48, seed=n) for n, label in enumerate(("cat", "cat", "dog", "dog"))
    }
    work = runtime.storage.new_work("0" * 8 + "-0000-0000-0000-" + "0" * 12, 1)
    imported = Imported(work / "import", content)
    stored = runtime.storage.publish(imported.folder)
    with runtime.db.write() as session:
        row = service.create(session, "pets v1.2", "")
        service.complete(session, row.id, stored, imported.facts)
        return row.id


def uploaded(runtime: Runtime, name: str, content: bytes, missing: int = 0) -> str:
    from datetime import UTC, datetime

    from workbench.db.base import new_id

    identifier = new_id()
    runtime.storage.upload(identifier).write_bytes(content)
    with runtime.db.write() as session:
        expires = datetime(2100, 1, 1, tzinfo=UTC)
        session.add(Upload(id=identifier, filename=name, size_bytes=len(content) + missing, expires_at=expires))
    return identifier


def refused(answer: httpx.Response) -> tuple[int, str]:
    problem = answer.json()
    assert problem["action"]
    return answer.status_code, problem["code"]


class TestCounted:
    @pytest.mark.parametrize(
        ("wanted", "originals", "total"),
        [
            ({"sample_set": "digits"}, 1797, 1797),
            ({"sample_set": "shapes", "augmentations": ERASED}, 300, 1200),
            ({"synthetic": {"count": 7}, "augmentations": {"flip_vertical": True}}, 7, 14),
            ({"dataset": "pets v1.2", "augmentations": {"noise": {}}}, 4, 44),
        ],
    )
    def test_counts(self, client: httpx.Client, dataset: str, wanted: Any, originals: int, total: int) -> None:
        answer = client.post("/generated/count", json=wanted)
        assert answer.json() == {"originals": originals, "total": total}

    def test_many_uploads(self, runtime: Runtime, client: httpx.Client) -> None:
        ids = [uploaded(runtime, f"{n}.png", b"x") for n in range(150)]
        answer = client.post("/generated/count", json={"uploads": ids, "augmentations": {"flip_horizontal": True}})
        assert answer.json() == {"originals": 150, "total": 300}

    @pytest.mark.parametrize(
        ("wanted", "status", "code"),
        [
            ({}, 422, "nothing_to_generate"),
            ({"sample_set": "digits", "synthetic": {}}, 422, "nothing_to_generate"),
            ({"dataset": "none"}, 404, "dataset_not_found"),
            ({"uploads": ["0" * 8 + "-0000-0000-0000-" + "0" * 12]}, 404, "upload_not_found"),
            ({"sample_set": "cats"}, 422, "invalid_fields"),
            ({"synthetic": {"count": 10_000, "width": 8192, "height": 8192}}, 422, "generated_too_large"),
            ({"augmentations": {"rotations_deg": [200]}, "sample_set": "digits"}, 422, "invalid_fields"),
        ],
    )
    def test_refusals(self, client: httpx.Client, wanted: Any, status: int, code: str) -> None:
        for address in ("/generated/count", "/generated"):
            assert refused(client.post(address, json=wanted)) == (status, code)

    def test_not_a_picture(self, runtime: Runtime, client: httpx.Client) -> None:
        ids = [uploaded(runtime, "a.png", b"x"), uploaded(runtime, "more.zip", b"x")]
        answer = client.post("/generated", json={"uploads": ids})
        assert refused(answer) == (422, "not_a_picture")
        assert "more.zip" in answer.json()["detail"]

    def test_more_than_a_dataset_may_have(self, runtime: Runtime, client: httpx.Client) -> None:
        light = [{"brightness": 1, "contrast": 1}] * 20
        wanted = {"synthetic": {"count": 10_000, "width": 1, "height": 1}, "augmentations": {"light": light}}
        assert client.post("/generated/count", json=wanted).json()["total"] == 210_000
        limited = runtime.settings.model_copy(update={"archive_max_members": 200_000})
        with client_of(Runtime(limited, runtime.db, runtime.storage, runtime.queue)) as other:
            answer = other.post("/api/v1/datasets/generated", json=wanted)
        assert refused(answer) == (422, "generated_too_large")


class TestGenerate:
    def test_row_and_job(self, runtime: Runtime, client: httpx.Client, dataset: str) -> None:
        made = client.post("/generated", json={"dataset": dataset, "augmentations": ERASED}).json()
        assert made["dataset"]["name"] == "pets v1.2 generated"
        assert made["dataset"]["parent_id"] == dataset
        assert made["dataset"]["job_id"] == made["job"]["id"]
        assert made["job"]["kind"] == "dataset_generate"
        # While something is made of it, the parent stays.
        assert refused(client.delete(f"/{dataset}")) == (409, "in_use")
        ended(runtime, made["job"]["id"])
        assert client.get(f"/{made['dataset']['id']}").status_code == 404

    def test_uploads_belong_to_the_job(self, runtime: Runtime, client: httpx.Client) -> None:
        ids = [uploaded(runtime, "b.png", b"x"), uploaded(runtime, "a.png", b"x")]
        made = client.post("/generated", json={"uploads": ids, "name": "mine"}).json()
        assert made["dataset"]["name"] == "mine"
        assert refused(client.post("/generated", json={"uploads": ids})) == (409, "upload_in_use")
        ended(runtime, made["job"]["id"])


def ended(runtime: Runtime, job_id: str) -> None:
    """The job fails, as if a worker had said so."""
    with runtime.db.write() as session:
        job = session.get(Job, job_id)
        assert job is not None
        job.state = "failed"
        session.flush()
        settle(session, job)


class TestSplit:
    def test_two_rows_and_one_job(self, runtime: Runtime, client: httpx.Client, dataset: str) -> None:
        made = client.post(f"/{dataset}/splits", json={"calibration": 1}).json()
        assert [made[part]["name"] for part in ("calibration", "validation")] == [
            "pets v1.2 calibration",
            "pets v1.2 validation",
        ]
        assert {made[part]["job_id"] for part in ("calibration", "validation")} == {made["job"]["id"]}
        # Neither of the two can be taken away from under the job.
        for part in ("calibration", "validation"):
            assert refused(client.delete(f"/{made[part]['id']}")) == (409, "in_use")
        ended(runtime, made["job"]["id"])
        for part in ("calibration", "validation"):
            assert client.get(f"/{made[part]['id']}").status_code == 404

    @pytest.mark.parametrize("wanted", [{"calibration": 4}, {"calibration": 5}, {"calibration": 2, "validation": 3}])
    def test_too_large(self, client: httpx.Client, dataset: str, wanted: Any) -> None:
        assert refused(client.post(f"/{dataset}/splits", json=wanted)) == (409, "split_too_large")


class TestSubset:
    def test_row_and_job(self, runtime: Runtime, client: httpx.Client, dataset: str) -> None:
        made = client.post(f"/{dataset}/subset", json={"count": 2}).json()
        assert made["dataset"]["name"] == "pets v1.2 2"
        ended(runtime, made["job"]["id"])
        assert refused(client.post(f"/{dataset}/subset", json={"count": 5})) == (409, "subset_too_large")


class TestPreviewed:
    def shown(self, item: dict[str, Any]) -> Any:
        head, _, data = item["image"].partition(",")
        assert head == "data:image/jpeg;base64"
        return cv2.imdecode(np.frombuffer(base64.b64decode(data), np.uint8), cv2.IMREAD_COLOR)

    def test_what_the_job_will_make(self, client: httpx.Client, dataset: str) -> None:
        """Sample 2, changed as picture 2 of the job; only JPEG lies between."""
        wanted = {"dataset": dataset, "sample": 2, "augmentations": ERASED | {"flip_horizontal": True}}
        items = client.post("/generated/preview", json=wanted).json()["items"]
        assert [item["title"] for item in items] == ["Original", "Flipped left to right", "Erased 20 %"]
        original = cv2.imdecode(np.frombuffer(picture(64, 48, seed=2), np.uint8), cv2.IMREAD_COLOR)
        assert original is not None
        step = next(step for step in plan(ERASED) if step.kind == "erase")
        erased = (changed(np.asarray(original, np.uint8), step, 5, 2) == 255).all(axis=2)
        seen = self.shown(items[2]).min(axis=2)
        assert seen[erased].mean() > 240
        assert seen[~erased].mean() < 140

    def test_an_upload(self, runtime: Runtime, client: httpx.Client) -> None:
        upload = uploaded(runtime, "big.jpg", picture(1500, 1000, ".jpg"))
        answer = client.post("/generated/preview", json={"upload": upload, "augmentations": {"blur_sigmas": [2, 4]}})
        shapes = [self.shown(item).shape for item in answer.json()["items"]]
        assert shapes == [(213, 320, 3)] * 3

    def test_a_sample_set(self, client: httpx.Client) -> None:
        answer = client.post("/generated/preview", json={"sample_set": "digits", "sample": 1796})
        assert [item["title"] for item in answer.json()["items"]] == ["Original"]
        beyond = client.post("/generated/preview", json={"sample_set": "digits", "sample": 1797})
        assert refused(beyond) == (404, "sample_not_found")

    @pytest.mark.parametrize(
        "content",
        [b"", b"rubbish", picture(300, 300)[:500], picture(300, 300, ".jpg")[:500], b"\xff\xd8" + b"\xff" * 90],
    )
    def test_damaged_ones(self, runtime: Runtime, client: httpx.Client, content: bytes) -> None:
        upload = uploaded(runtime, "bad.png", content)
        answer = client.post("/generated/preview", json={"upload": upload})
        assert refused(answer) == (422, "picture_unreadable")
        assert "bad.png" in answer.json()["detail"]

    def test_refusals(self, runtime: Runtime, client: httpx.Client, dataset: str) -> None:
        half = uploaded(runtime, "half.png", picture(), missing=1)
        for wanted, found in (
            ({}, (422, "nothing_to_generate")),
            ({"dataset": dataset, "sample": 4}, (404, "sample_not_found")),
            ({"dataset": dataset, "upload": half}, (422, "nothing_to_generate")),
            ({"upload": half}, (409, "upload_incomplete")),
            ({"upload": uploaded(runtime, "a.zip", b"x")}, (422, "not_a_picture")),
            ({"upload": "../../etc/passwd"}, (404, "upload_not_found")),
        ):
            assert refused(client.post("/generated/preview", json=wanted)) == found

    def test_a_picture_that_takes_too_long(
        self, client: httpx.Client, dataset: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(previewing, "TIMEOUT_S", 0.0)
        answer = client.post("/generated/preview", json={"dataset": dataset})
        assert refused(answer) == (422, "preview_timed_out")

    def test_no_more_than_two_at_a_time(
        self, client: httpx.Client, dataset: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(previewing, "PATIENCE_S", 0.01)
        with previewing._free, previewing._free:
            assert refused(client.post("/generated/preview", json={"dataset": dataset})) == (409, "preview_busy")


class TestSamples:
    def test_by_name(self, client: httpx.Client, dataset: str) -> None:
        found = client.get(f"/{dataset}/samples", params={"q": "PIC1"}).json()
        assert ([item["file"] for item in found["items"]], found["total"]) == (["cat/pic1.png"], 1)

    def test_together_with_a_label_and_pages(self, client: httpx.Client, dataset: str) -> None:
        found = client.get(f"/{dataset}/samples", params={"q": "pic", "label": 1, "limit": 1}).json()
        assert (found["items"][0]["file"], found["total"]) == ("dog/pic2.png", 2)
        further = {"q": "pic", "label": 1, "limit": 1, "cursor": found["next_cursor"]}
        assert client.get(f"/{dataset}/samples", params=further).json()["items"][0]["file"] == "dog/pic3.png"


class TestImport:
    def imported(self, client: httpx.Client, **wanted: Any) -> tuple[int, str]:
        return refused(client.post(str(client.base_url).rstrip("/"), json=wanted))

    def test_addresses_are_off(self, client: httpx.Client) -> None:
        assert self.imported(client, url="https://example.com/a.zip") == (403, "remote_sources_off")

    def test_one_source(self, client: httpx.Client) -> None:
        assert self.imported(client) == (422, "nothing_to_import")
        assert self.imported(client, url="https://e.com/a", path="/none") == (422, "nothing_to_import")

    def test_an_address(self, runtime: Runtime) -> None:
        allowing = runtime.settings.model_copy(update={"allow_remote_sources": True})
        with client_of(Runtime(allowing, runtime.db, runtime.storage, runtime.queue)) as client:
            made = client.post("/api/v1/datasets", json={"url": "s3://bucket/deep/flowers.tar.gz"}).json()
            assert made["dataset"]["name"] == "flowers"
            assert refused(client.post("/api/v1/datasets", json={"url": "ftp://e.com/a"})) == (
                422,
                "remote_address_invalid",
            )
            ended(runtime, made["job"]["id"])
