"""The folder that a dataset is kept in, byte by byte, and random access to it."""

import json
import struct
from pathlib import Path
from typing import Any

import pytest

from workbench.datasets.internal_form import DatasetReader, DatasetWriter

LABELS = ["ape", "bee", "cat"]
FACTS: dict[str, Any] = {"format": "coco", "labels": LABELS, "checks": [], "warnings": []}
RECORDS: list[dict[str, Any]] = [
    {"source": "ä.png", "width": 3, "height": 2, "boxes": [{"label": 2, "bbox": [0, 0, 1, 1]}]},
    {"source": "b.png", "width": 3, "height": 2, "boxes": []},
    {
        "source": "c.png",
        "width": 3,
        "height": 2,
        "boxes": [
            {"label": 0, "bbox": [0, 0, 1, 1]},
            {"label": 2, "bbox": [1, 1, 1, 1], "segmentation": [[0, 0, 1, 0, 1, 1]]},
            {"label": 2, "bbox": [1.5, 1, 1, 1]},
        ],
    },
]


def written(
    folder: Path, records: list[dict[str, Any]], *, move: bool = True, extra: dict[str, Any] | None = None
) -> dict[str, Any]:
    source = folder / "source"
    source.mkdir()
    writer = DatasetWriter(folder / "dataset", move=move)
    for number, record in enumerate(records):
        for name in ("image", "thumbnail"):
            (source / f"{name}{number}").write_bytes(f"{name} {number}".encode())
        writer.add(record, source / f"image{number}", ".png", source / f"thumbnail{number}", None)
    return writer.finish(FACTS | (extra or {}))


class TestWriter:
    def test_what_follows_from_the_samples(self, tmp_path: Path) -> None:
        facts = written(tmp_path, RECORDS)
        assert facts["count"] == 3
        assert facts["class_counts"] == {"0": 1, "2": 3}
        assert facts["annotation"] == ["detection", "instance_segmentation"]
        assert facts["tasks"] == ["object_detection", "instance_segmentation", "inpainting", "style_transfer"]
        size = sum(path.stat().st_size for path in (tmp_path / "dataset").rglob("*") if path.is_file())
        assert facts["size_bytes"] == size
        kept = json.loads((tmp_path / "dataset" / "dataset.json").read_text())
        assert kept == {key: value for key, value in facts.items() if key != "size_bytes"}

    def test_offsets_are_where_the_lines_begin(self, tmp_path: Path) -> None:
        written(tmp_path, RECORDS)
        lines = (tmp_path / "dataset" / "index.jsonl").read_bytes().split(b"\n")[:-1]
        expected = [0, len(lines[0]) + 1, len(lines[0]) + len(lines[1]) + 2]
        assert (tmp_path / "dataset" / "index.offsets").read_bytes() == struct.pack("<3Q", *expected)

    def test_the_labels_index(self, tmp_path: Path) -> None:
        written(tmp_path, RECORDS)
        expected = [0 << 32 | 2, 2 << 32 | 0, 2 << 32 | 2]
        assert (tmp_path / "dataset" / "index.labels").read_bytes() == struct.pack("<3Q", *expected)

    def test_moved_or_copied(self, tmp_path: Path) -> None:
        for move in (True, False):
            place = tmp_path / str(move)
            place.mkdir()
            written(place, RECORDS, move=move)
            assert (place / "dataset" / "images" / "000002.png").read_bytes() == b"image 2"
            assert (place / "dataset" / "thumbnails" / "2.jpg").read_bytes() == b"thumbnail 2"
            assert (place / "source" / "image2").exists() is not move

    def test_masks_make_it_segmentation(self, tmp_path: Path) -> None:
        for name in ("image", "thumbnail", "mask.png"):
            (tmp_path / name).write_bytes(name.encode())
        writer = DatasetWriter(tmp_path / "dataset", move=False)
        writer.add({"width": 1, "height": 1}, tmp_path / "image", ".png", tmp_path / "thumbnail", tmp_path / "mask.png")
        facts = writer.finish(FACTS)
        assert facts["annotation"] == ["segmentation"]
        assert DatasetReader(tmp_path / "dataset").sample(0)["mask"] == "masks/000000.png"
        assert (tmp_path / "dataset" / "masks" / "000000.png").read_bytes() == b"mask.png"

    def test_files_beside_the_picture(self, tmp_path: Path) -> None:
        for name in ("image", "thumbnail", "large.jpg", "up.png"):
            (tmp_path / name).write_bytes(name.encode())
        writer = DatasetWriter(tmp_path / "dataset", move=False)
        beside = {"target": tmp_path / "large.jpg", "upsampled": tmp_path / "up.png"}
        record = {"width": 1, "height": 1}
        writer.add(record, tmp_path / "image", ".png", tmp_path / "thumbnail", None, beside)
        facts = writer.finish(FACTS)
        assert facts["tasks"][0] == "super_resolution"
        sample = DatasetReader(tmp_path / "dataset").sample(0)
        assert (sample["target"], sample["upsampled"]) == ("targets/000000.jpg", "upsampled/000000.png")
        assert (tmp_path / "dataset" / sample["target"]).read_bytes() == b"large.jpg"

    def test_labels_of_masks_can_be_searched(self, tmp_path: Path) -> None:
        facts = written(tmp_path, [{"width": 1, "height": 1, "mask_labels": [0, 2]}, {"width": 1, "height": 1}])
        assert facts["class_counts"] == {"0": 1, "2": 1}
        assert list(DatasetReader(tmp_path / "dataset").numbers(2)) == [0]

    @pytest.mark.parametrize(
        "record, extra, annotation, tasks",
        [
            ({"label": 1}, {}, ["classification"], ["classification"]),
            (
                {"landmarks": [[1, 2]], "boxes": [{"label": 0, "bbox": [0, 0, 1, 1]}]},
                {},
                ["landmarks"],
                ["facial_landmark_detection"],
            ),
            ({"identity": 0}, {"pairs": [[0, 0, 1, 0]]}, ["face_pairs"], ["face_recognition"]),
            (
                {"boxes": [{"label": 0, "bbox": [0, 0, 1, 1], "keypoints": [[1, 1, 2]]}]},
                {},
                ["detection", "keypoints"],
                ["object_detection"],
            ),
        ],
    )
    def test_tasks_follow_from_annotations(
        self, tmp_path: Path, record: dict[str, Any], extra: dict[str, Any], annotation: list[str], tasks: list[str]
    ) -> None:
        facts = written(tmp_path, [{"width": 1, "height": 1, **record}], extra=extra)
        assert facts["annotation"] == annotation
        assert facts["tasks"] == [*tasks, "inpainting", "style_transfer"]

    def test_nothing_annotated(self, tmp_path: Path) -> None:
        facts = written(tmp_path, [{"width": 1, "height": 1}])
        assert (facts["annotation"], facts["tasks"], facts["class_counts"]) == (["none"], [], {})


class TestReader:
    @pytest.fixture
    def reader(self, tmp_path: Path) -> DatasetReader:
        written(tmp_path, RECORDS)
        return DatasetReader(tmp_path / "dataset")

    def test_facts(self, reader: DatasetReader) -> None:
        assert reader.count == 3
        assert reader.labels == LABELS

    def test_one_sample(self, reader: DatasetReader) -> None:
        for number in (2, 0, 1):
            assert reader.sample(number) == {"id": number, "file": f"images/{number:06d}.png", **RECORDS[number]}

    def test_a_range(self, reader: DatasetReader) -> None:
        assert [sample["id"] for sample in reader.samples()] == [0, 1, 2]
        assert [sample["id"] for sample in reader.samples(1, 2)] == [1]
        assert list(reader.samples(3)) == []

    @pytest.mark.parametrize("number", [-1, 3, 10**12])
    def test_what_is_not_there(self, reader: DatasetReader, number: int) -> None:
        with pytest.raises(IndexError):
            reader.sample(number)
        with pytest.raises(IndexError):
            reader.thumbnail_path(number)

    @pytest.mark.parametrize("label, expected", [(0, [2]), (1, []), (2, [0, 2]), (3, []), (-1, []), (2**40, [])])
    def test_by_label(self, reader: DatasetReader, label: int, expected: list[int]) -> None:
        assert list(reader.numbers(label)) == expected

    def test_all_numbers(self, reader: DatasetReader) -> None:
        assert list(reader.numbers()) == [0, 1, 2]

    def test_files(self, reader: DatasetReader) -> None:
        assert reader.image_path(1).read_bytes() == b"image 1"
        assert reader.thumbnail_path(1).read_bytes() == b"thumbnail 1"
