"""A dataset from another server is taken as it is, byte for byte, or refused for what is wrong with it."""

import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from workbench.datasets import adopting
from workbench.datasets.internal_form import DatasetReader, DatasetWriter
from workbench.datasets.thumbnails import thumbnail
from workbench.engine.protocol import Emitter, EngineError

COUNT = 3
CHECK = {"check": "pictures decode", "ok": True, "detail": "all"}


def written(folder: Path) -> Path:
    """A dataset with a label, boxes with polygons and a mask for each of its pictures, as every import writes it."""
    staged = folder / "staged"
    staged.mkdir(parents=True)
    writer = DatasetWriter(folder / "dataset", move=False)
    for number in range(COUNT):
        image = np.full((20, 30 + number, 3), 40 * number, np.uint8)
        mask = np.zeros((20, 30 + number), np.uint8)
        mask[:5] = number + 1
        mask[5:6] = 255
        picture, small, masked = staged / "a.png", staged / "a.jpg", staged / "m.png"
        cv2.imwrite(str(picture), image)
        cv2.imwrite(str(masked), mask)
        small.write_bytes(thumbnail(image))
        box = {"label": 1, "bbox": [1, 2.5, 3, 4], "difficult": False, "crowd": False}
        facts = {
            "source": f"{number}.png",
            "width": 30 + number,
            "height": 20,
            "label": number,
            "boxes": [box | {"segmentation": [[0, 0, 5, 0, 5, 5]]}],
            "mask_labels": [number],
        }
        writer.add(facts, picture, ".png", small, masked)
    writer.finish(
        {
            "format": "coco",
            "labels": ["a", "b", "c"],
            "checks": [CHECK],
            "warnings": [],
            "warning_count": 0,
            "label_ids": [1, 2, 7],
            "masks": {"ignore": 255, "background": True},
        }
    )
    writer.close()
    return folder / "dataset"


@pytest.fixture(scope="module")
def right(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("right"))


@pytest.fixture
def came(right: Path, tmp_path: Path) -> Path:
    """A copy of it in the work folder of an operation."""
    shutil.copytree(right, tmp_path / "inputs" / "dataset")
    (tmp_path / "out").mkdir()
    return tmp_path / "inputs" / "dataset"


def adopt(work: Path) -> dict[str, Any]:
    return adopting.run({"dataset": "inputs/dataset"}, work, Emitter(io.StringIO()))


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_same_bytes(right: Path, came: Path, tmp_path: Path) -> None:
    facts = adopt(tmp_path)
    assert files(tmp_path / "out" / "dataset") == files(right)
    assert (facts["count"], facts["class_counts"]) == (COUNT, {"0": 1, "1": 4, "2": 1})
    assert facts["size_bytes"] == sum(len(data) for data in files(right).values())
    assert list(DatasetReader(tmp_path / "out" / "dataset").numbers(2)) == [2]


def of_facts(change: Callable[[Any], None]) -> Callable[[Path], None]:
    def apply(folder: Path) -> None:
        told = json.loads((folder / "dataset.json").read_text())
        change(told)
        (folder / "dataset.json").write_text(json.dumps(told))

    return apply


def of_line(change: Callable[[Any], None]) -> Callable[[Path], None]:
    """The second line, with offsets that fit."""

    def apply(folder: Path) -> None:
        lines = [json.loads(line) for line in (folder / "index.jsonl").read_text().splitlines()]
        change(lines[1])
        texts = [json.dumps(line, separators=(",", ":")) + "\n" for line in lines]
        (folder / "index.jsonl").write_text("".join(texts))
        starts = np.cumsum([0, *(len(text) for text in texts[:-1])]).astype("<u8")
        (folder / "index.offsets").write_bytes(starts.tobytes())

    return apply


def put(name: str, data: bytes) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_bytes(data)


def _picture(side: int) -> bytes:
    return cv2.imencode(".png", np.zeros((side, side, 3), np.uint8))[1].tobytes()


def _link(folder: Path) -> None:
    (folder / "images" / "000000.png").unlink()
    (folder / "images" / "000000.png").symlink_to("/etc/hostname")


def _box(**more: Any) -> Callable[[Path], None]:
    return of_line(lambda line: line["boxes"][0].update(more))


@pytest.mark.parametrize(
    "change",
    [
        of_facts(lambda facts: facts.update(more=1)),
        of_facts(lambda facts: facts.update(format="zip")),
        of_facts(lambda facts: facts.update(count=4)),
        of_facts(lambda facts: facts.update(count="3")),
        of_facts(lambda facts: facts.update(tasks=["mining"])),
        of_facts(lambda facts: facts.update(class_counts={"0": 9})),
        of_facts(lambda facts: facts["statistics"].update(widths=None)),
        of_facts(lambda facts: facts.update(labels=["a"])),
        of_facts(lambda facts: facts.update(label_ids=[1])),
        of_facts(lambda facts: facts.update(colors=[[256, 0, 0]] * 3)),
        of_facts(lambda facts: facts.update(pairs=[[0, 7, 1, 0]])),
        of_facts(lambda facts: facts.update(masks={"ignore": 7, "background": True})),
        of_facts(lambda facts: facts.pop("masks")),
        of_facts(lambda facts: facts.update(warning_count=float("nan"))),
        put("dataset.json", b"["),
        put("dataset.json", b"[" * 100_000),
        put("index.jsonl", b"{}\n"),
        put("index.jsonl", b""),
        put("index.offsets", bytes(24)),
        put("index.labels", bytes(8)),
        put("images/000001.png", b"no picture"),
        put("images/000001.png", _picture(20)),
        put("images/000009.png", _picture(20)),
        put("run.sh", b"#!/bin/sh"),
        put("masks/000001.png", _picture(20)),
        put("thumbnails/1.jpg", _picture(400)),
        put("thumbnails/1.jpg", b"<script>"),
        _link,
        of_line(lambda line: line.update(id=2)),
        of_line(lambda line: line.update(file="../../../etc/hostname")),
        of_line(lambda line: line.update(file="images/000000.png")),
        of_line(lambda line: line.update(file="images/000001.svg")),
        of_line(lambda line: line.update(mask="masks/000002.png")),
        of_line(lambda line: line.update(width=32)),
        of_line(lambda line: line.update(width=-1)),
        of_line(lambda line: line.update(label=3)),
        of_line(lambda line: line.update(label=True)),
        of_line(lambda line: line.update(label=1.5)),
        of_line(lambda line: line.update(more={})),
        of_line(lambda line: line.update(mask_labels=[0])),
        of_line(lambda line: line.pop("mask")),
        of_line(lambda line: line.update(boxes=[{}])),
        of_line(lambda line: line.update(target="targets/000001.png")),
        _box(label=9),
        _box(bbox=[0, 0, 1]),
        _box(bbox=[0, 0, "1", 1]),
        _box(segmentation=[[0, 0, 1]]),
        _box(segmentation={"size": [1, 1], "counts": "\x00"}),
        _box(segmentation="run"),
        _box(more=1),
    ],
)
def test_what_is_wrong_is_refused(came: Path, tmp_path: Path, change: Callable[[Path], object]) -> None:
    change(came)
    with pytest.raises(EngineError) as caught:
        adopt(tmp_path)
    assert caught.value.code == "export_dataset_invalid"
    assert not (tmp_path / "out" / "dataset").exists()
