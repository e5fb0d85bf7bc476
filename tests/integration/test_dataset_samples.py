"""Samples of every kind over HTTP, imported by a real worker: masks, targets, landmarks, persons, key points."""

from pathlib import Path
from typing import Any

import cv2
import httpx
import numpy as np
import pytest

from tests.integration.stack import Stack
from tests.unit.datasets.formats.good import GOOD, PNG
from tests.unit.datasets.material import write_files
from workbench.datasets.formats.annotations import FormatName

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def imported(stack: Stack) -> dict[str, dict[str, Any]]:
    """One dataset for each kind of annotation, by its format."""
    names: tuple[FormatName, ...] = ("voc", "common_super_resolution", "lfw", "coco", "yolo")
    return {name: stack.import_dataset(write_files(stack.folder / f"kind-{name}", GOOD[name])) for name in names}


def samples(stack: Stack, dataset: dict[str, Any]) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = stack.get(f"/datasets/{dataset['id']}/samples")["items"]
    return items


def fetched(stack: Stack, address: str) -> httpx.Response:
    return httpx.get(f"http://127.0.0.1:{stack.port}{address}")


class TestSamples:
    def test_masks(self, stack: Stack, imported: dict[str, dict[str, Any]]) -> None:
        sample = samples(stack, imported["voc"])[0]
        answer = fetched(stack, sample["mask"])
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
        mask = cv2.imdecode(np.frombuffer(answer.content, np.uint8), cv2.IMREAD_UNCHANGED)
        assert mask is not None
        assert mask.ravel()[:3].tolist() == [0, 8, 255]
        assert imported["voc"]["colors"][7] == [64, 0, 0]

    def test_targets(self, stack: Stack, imported: dict[str, dict[str, Any]]) -> None:
        sample = samples(stack, imported["common_super_resolution"])[0]
        assert fetched(stack, sample["target"]).content == PNG
        assert (sample["name"], sample["mask"]) == ("LR/1.png", None)

    @pytest.mark.parametrize("member", ["mask", "target"])
    def test_what_a_sample_has_not(self, stack: Stack, imported: dict[str, dict[str, Any]], member: str) -> None:
        answer = fetched(stack, f"/api/v1/datasets/{imported['lfw']['id']}/samples/0/{member}")
        assert (answer.status_code, answer.json()["code"]) == (404, "sample_not_found")

    def test_faces(self, stack: Stack, imported: dict[str, dict[str, Any]]) -> None:
        items = samples(stack, imported["lfw"])
        assert [sample["identity"] for sample in items] == ["Ann_B", "Ann_B", "Cy_D", "Cy_D"]
        assert items[0]["landmarks"][0] == [1, 2]
        assert "face_recognition" in imported["lfw"]["tasks"]

    def test_key_points_and_polygons(self, stack: Stack, imported: dict[str, dict[str, Any]]) -> None:
        box = samples(stack, imported["coco"])[0]["boxes"][0]
        assert box["keypoints"] == [[1, 2, 2], [11, 7, 1], [0, 0, 0]]
        assert box["segmentation"] == [[1, 2, 11, 2, 11, 7]]
        assert imported["coco"]["skeleton"] == [[0, 1], [1, 2]]

    def test_statistics(self, stack: Stack, imported: dict[str, dict[str, Any]]) -> None:
        found = stack.get(f"/datasets/{imported['yolo']['id']}/statistics")
        assert (found["widths"]["counts"], found["small"]) == ([2], 2)
        assert found["boxes_per_sample"]["counts"] == [1, 0, 1]


def test_a_subset_has_pairs_and_persons(stack: Stack, imported: dict[str, dict[str, Any]]) -> None:
    made = stack.post(f"/datasets/{imported['lfw']['id']}/subset", {"count": 4})
    assert stack.finished(made["job"]["id"])["state"] == "succeeded"
    dataset = stack.get(f"/datasets/{made['dataset']['id']}")
    assert dataset["tasks"] == imported["lfw"]["tasks"]
    assert [sample["identity"] for sample in samples(stack, dataset)] == ["Ann_B", "Ann_B", "Cy_D", "Cy_D"]


def test_a_broken_one_is_told_by_file_and_line(stack: Stack, tmp_path: Path) -> None:
    folder = write_files(tmp_path / "broken", GOOD["yolo"] | {"labels/val/1.txt": "0 10 5 8 4\n"})
    made = stack.post("/datasets", {"path": str(folder)})
    job = stack.finished(made["job"]["id"])
    assert (job["state"], job["error"]["code"]) == ("failed", "dataset_invalid")
    assert "labels/val/1.txt:1: 10 is not from 0 to 1" in str(job["error"])
