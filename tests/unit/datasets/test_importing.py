"""Imports from the archive or folder to the internal form, and refusals that leave nothing."""

import errno
import json
import os
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from tests.unit.datasets.material import Content, Imported, grey_mask, picture, write_files
from workbench.datasets.internal_form import DatasetReader, DatasetWriter
from workbench.engine.protocol import EngineError

FOLDERS: Content = {f"{label}/{number}.png": picture(30, 20, seed=number) for label in "ab" for number in range(4)}
LISTED: Content = {
    "images/a.png": picture(30, 20),
    "images/b.jpg": picture(320, 200, ".jpg"),
    "val.txt": "b.jpg 1\na.png 0\n",
    "labels.txt": "cat\ndog\n",
}
TRIANGLE = [[1, 2, 3, 2, 3, 4]]
COCO: Content = {
    "val/1.jpg": picture(30, 20, ".jpg"),
    "instances_val.json": json.dumps(
        {
            "images": [{"id": 5, "file_name": "1.jpg", "width": 30, "height": 20}],
            "annotations": [
                {"image_id": 5, "category_id": 2, "bbox": [1, 2, 3.5, 4], "area": 9, "segmentation": TRIANGLE},
                {"image_id": 5, "category_id": 2, "bbox": [40, 2, 3, 4]},
            ],
            "categories": [{"id": 2, "name": "bee"}],
        }
    ),
}
MASK = grey_mask(30, 20, [0, 8, 255])
VOC: Content = {
    "VOCdevkit/VOC2012/JPEGImages/1.jpg": picture(30, 20, ".jpg"),
    "VOCdevkit/VOC2012/SegmentationClass/1.png": MASK,
    "VOCdevkit/VOC2012/Annotations/1.xml": (
        "<annotation><size><width>30</width><height>20</height></size><object><name>cat</name>"
        "<difficult>1</difficult><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>30</xmax><ymax>20</ymax></bndbox>"
        "</object></annotation>"
    ),
}


def refusal(work: Path, content: Content | Path, **parameters: Any) -> EngineError:
    """The error of an import; nothing but its inputs is left in the work folder."""
    with pytest.raises(EngineError) as refused:
        Imported(work, content, **parameters)
    assert [path.name for path in work.iterdir() if path.name not in ("inputs", "out")] == []
    assert list((work / "out").iterdir() if (work / "out").exists() else []) == []
    return refused.value


class TestFormats:
    def test_imagenet_txt(self, tmp_path: Path) -> None:
        done = Imported(tmp_path / "work", LISTED)
        assert (done.facts["format"], done.facts["count"]) == ("imagenet_txt", 2)
        assert done.facts["labels"] == ["cat", "dog"]
        assert done.facts["class_counts"] == {"0": 1, "1": 1}
        assert done.facts["tasks"] == ["classification", "inpainting", "style_transfer"]
        assert done.samples == [
            {"id": 0, "file": "images/000000.jpg", "source": "images/b.jpg", "width": 320, "height": 200, "label": 1},
            {"id": 1, "file": "images/000001.png", "source": "images/a.png", "width": 30, "height": 20, "label": 0},
        ]
        assert (done.folder / "images/000000.jpg").read_bytes() == LISTED["images/b.jpg"]
        thumbnail = cv2.imread(str(done.folder / "thumbnails/0.jpg"))
        assert thumbnail is not None
        assert thumbnail.shape == (100, 160, 3)

    def test_imagenet_folders(self, tmp_path: Path) -> None:
        done = Imported(tmp_path / "work", FOLDERS)
        assert done.facts["format"] == "imagenet_folders"
        assert done.facts["class_counts"] == {"0": 4, "1": 4}
        assert done.facts["annotation"] == ["classification"]

    def test_coco(self, tmp_path: Path) -> None:
        done = Imported(tmp_path / "work", COCO)
        assert done.facts["format"] == "coco"
        assert done.facts["label_ids"] == [2]
        assert done.samples[0]["boxes"] == [
            {
                "label": 0,
                "bbox": [1, 2, 3.5, 4],
                "difficult": False,
                "crowd": False,
                "area": 9,
                "segmentation": TRIANGLE,
            }
        ]
        assert [warning["problem"] for warning in done.facts["warnings"]] == [
            "the box [40, 2, 3, 4] lies outside of val/1.jpg (30x20)"
        ]

    def test_voc(self, tmp_path: Path) -> None:
        done = Imported(tmp_path / "work", VOC)
        assert done.facts["format"] == "voc"
        assert done.facts["annotation"] == ["detection", "segmentation"]
        assert done.facts["tasks"][:2] == ["object_detection", "semantic_segmentation"]
        assert done.samples[0]["boxes"] == [{"label": 7, "bbox": [0, 0, 30, 20], "difficult": True, "crowd": False}]
        mask = cv2.imread(str(done.folder / done.samples[0]["mask"]), cv2.IMREAD_UNCHANGED)
        assert mask is not None
        assert mask.tolist() == np.resize([0, 8, 255], (20, 30)).tolist()
        assert done.samples[0]["mask_labels"] == [7]
        assert done.facts["masks"] == {"ignore": 255, "background": True}
        assert done.facts["colors"][7] == [64, 0, 0]

    def test_not_annotated(self, tmp_path: Path) -> None:
        done = Imported(tmp_path / "work", {"a.png": picture(), "b.webp": picture(9, 9, ".webp")})
        assert (done.facts["format"], done.facts["labels"], done.facts["tasks"]) == ("not_annotated", None, [])
        assert [sample["file"] for sample in done.samples] == ["images/000000.png", "images/000001.webp"]

    def test_the_reader_agrees(self, tmp_path: Path) -> None:
        done = Imported(tmp_path / "work", FOLDERS)
        reader = DatasetReader(done.folder)
        assert list(reader.samples()) == done.samples
        assert list(reader.numbers(1)) == [4, 5, 6, 7]
        assert done.facts["size_bytes"] == sum(path.stat().st_size for path in done.folder.rglob("*") if path.is_file())


class TestSources:
    def test_a_folder_is_left_as_it_is(self, tmp_path: Path) -> None:
        folder = write_files(tmp_path / "server", VOC)
        before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
        done = Imported(tmp_path / "work", folder)
        assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before
        assert done.samples == Imported(tmp_path / "again", VOC).samples
        copy = done.folder / "images/000000.jpg"
        assert copy.stat().st_ino != (folder / "VOCdevkit/VOC2012/JPEGImages/1.jpg").stat().st_ino

    def test_what_is_beside_pictures_is_copied(self, tmp_path: Path) -> None:
        """Targets stay in a folder that is not our own, and may be JPEG, which are examined ahead in archives."""
        large = picture(20, 10, ".jpg")
        content: Content = {"LR/1.jpg": picture(10, 5, ".jpg"), "HR/1.jpg": large}
        folder = write_files(tmp_path / "server", content)
        sources: list[Content | Path] = [folder, content]
        for number, source in enumerate(sources):
            done = Imported(tmp_path / str(number), source)
            assert (done.folder / done.samples[0]["target"]).read_bytes() == large
        assert (folder / "HR" / "1.jpg").read_bytes() == large

    def test_an_archive_on_the_server(self, tmp_path: Path) -> None:
        folder = write_files(tmp_path / "server", FOLDERS)
        packed = Path(shutil.make_archive(str(tmp_path / "packed"), "gztar", folder))
        assert Imported(tmp_path / "work", packed).facts["count"] == 8
        assert packed.exists()

    def test_several_uploads(self, tmp_path: Path) -> None:
        work = tmp_path / "work"
        write_files(work / "inputs" / "files", {"a.png": picture(), "b.png": picture(seed=1)})
        (tmp_path / "other").mkdir()
        shutil.move(work, tmp_path / "staged")
        done = Imported(work, tmp_path / "staged" / "inputs" / "files")
        assert done.facts["count"] == 2

    def test_a_single_picture(self, tmp_path: Path) -> None:
        (tmp_path / "cat.png").write_bytes(picture(30, 20))
        done = Imported(tmp_path / "work", tmp_path / "cat.png")
        assert (done.facts["format"], done.facts["count"]) == ("not_annotated", 1)

    def test_archives_inside_are_named(self, tmp_path: Path) -> None:
        done = Imported(tmp_path / "work", {"a.png": picture(), "more.zip": b"PK\5\6" + bytes(18)})
        assert [warning["file"] for warning in done.facts["warnings"]] == ["more.zip"]

    def test_links_in_a_folder_are_not_followed(self, tmp_path: Path) -> None:
        folder = write_files(tmp_path / "server", {"a.png": picture()})
        (tmp_path / "secret.png").write_bytes(picture())
        (folder / "b.png").symlink_to(tmp_path / "secret.png")
        done = Imported(tmp_path / "work", folder)
        assert [sample["source"] for sample in done.samples] == ["a.png"]
        assert "link" in done.facts["warnings"][0]["problem"]


class TestEvents:
    def test_stages_in_order_and_progress_to_the_end(self, tmp_path: Path) -> None:
        done = Imported(tmp_path / "work", FOLDERS)
        stages = [(event["name"], event["index"], event["count"]) for event in done.events if event["event"] == "stage"]
        names = ["unpack", "recognise the format", "read annotations", "read pictures", "write"]
        assert stages == [(name, number, 5) for number, name in enumerate(names, 1)]
        pictures = [event for event in done.events if event["event"] == "progress" and event["unit"] == "samples"]
        assert {event["total"] for event in pictures} == {8}
        assert pictures[-1]["done"] == 8

    def test_the_log_says_what_it_was_taken_for(self, tmp_path: Path) -> None:
        done = Imported(tmp_path / "work", FOLDERS)
        assert "recognised as ImageNet in folders: 2 folders of pictures" in [
            event["message"] for event in done.events if event["event"] == "log"
        ]


def xml_of_size(width: int, height: int) -> str:
    return str(VOC["VOCdevkit/VOC2012/Annotations/1.xml"]).replace(
        "<width>30</width><height>20</height>", f"<width>{width}</width><height>{height}</height>"
    )


SKIPPED: dict[str, tuple[Content, str, str]] = {
    "damaged": ({"b/x.png": picture(50, 50)[:500]}, "b/x.png", "cannot be decoded"),
    "no picture": ({"b/x.png": b"<svg/>"}, "b/x.png", "not a readable picture"),
    "empty": ({"b/x.png": b""}, "b/x.png", "the file is empty"),
}


class TestSamplesLeftOut:
    @pytest.mark.parametrize("name", SKIPPED)
    def test_a_bad_picture_costs_itself_only(self, tmp_path: Path, name: str) -> None:
        content, file, says = SKIPPED[name]
        done = Imported(tmp_path / "work", FOLDERS | content)
        assert done.facts["count"] == 8
        assert [(warning["file"], says in warning["problem"]) for warning in done.facts["warnings"]] == [(file, True)]
        assert [sample["id"] for sample in done.samples] == list(range(8))
        check = done.facts["checks"][-1]
        assert (check["check"], check["ok"]) == ("pictures decode", False)
        assert check["detail"] == "8 of 9 samples can be used"

    @pytest.mark.parametrize(
        "change, says",
        [
            ({"Annotations/1.xml": xml_of_size(60, 40)}, "has 60x40 pixels, it has 30x20"),
            ({"Annotations/1.xml": xml_of_size(20, 30)}, "once it is turned as its EXIF data say"),
            ({"SegmentationClass/1.png": picture(10, 20)}, "the mask has 10x20 pixels, its picture 30x20"),
            ({"SegmentationClass/1.png": b"x" * 50}, "the mask is not a readable PNG file"),
            ({"SegmentationClass/1.png": picture(30, 20, ".jpg")}, "the mask is a JPEG file"),
            (
                {"SegmentationClass/1.png": grey_mask(30, 20, [0, 33])},
                "SegmentationClass/1.png: the pixel at x 1, y 0 has the value 33, which is no class",
            ),
        ],
    )
    def test_what_does_not_belong_together(self, tmp_path: Path, change: Content, says: str) -> None:
        content = VOC | {f"VOCdevkit/VOC2012/{name}": data for name, data in change.items()}
        error = refusal(tmp_path / "work", content)
        assert error.code == "dataset_no_usable_samples"
        assert says in error.message

    def test_a_hundred_warnings_are_kept_and_all_counted(self, tmp_path: Path) -> None:
        bad: Content = {f"{number}.png": b"x" for number in range(130)}
        done = Imported(tmp_path / "work", bad | {"a.png": picture()})
        assert len(done.facts["warnings"]) == 100
        assert done.facts["warning_count"] == 130


class TestSubset:
    def test_in_proportion_and_reproducible(self, tmp_path: Path) -> None:
        chosen = [
            Imported(tmp_path / str(number), FOLDERS, subset={"count": 4, "seed": seed})
            for number, seed in enumerate((1, 1, 2))
        ]
        assert [done.facts["class_counts"] for done in chosen] == [{"0": 2, "1": 2}] * 3
        assert chosen[0].samples == chosen[1].samples != chosen[2].samples
        assert chosen[0].facts["subset"] == {"count": 4, "seed": 1}

    def test_in_the_order_of_the_dataset(self, tmp_path: Path) -> None:
        done = Imported(tmp_path / "work", FOLDERS, subset={"count": 5, "seed": 3})
        sources = [sample["source"] for sample in done.samples]
        assert sources == sorted(sources)

    def test_bad_pictures_are_replaced(self, tmp_path: Path) -> None:
        bad: Content = {f"{label}/bad{number}.png": b"x" for label in "ab" for number in range(4)}
        for seed in range(5):
            done = Imported(tmp_path / str(seed), FOLDERS | bad, subset={"count": 6, "seed": seed})
            assert done.facts["count"] == 6

    def test_more_than_there_are(self, tmp_path: Path) -> None:
        assert Imported(tmp_path / "work", FOLDERS, subset={"count": 99, "seed": 0}).facts["count"] == 8


class TestRefusals:
    @pytest.mark.parametrize(
        "content, code, says",
        [
            ({"../a.png": picture()}, "archive_path_outside", "../a.png"),
            ({"readme.md": "nothing"}, "dataset_not_recognised", "there are no pictures"),
            ({"a.png": b"x", "b.png": b""}, "dataset_no_usable_samples", "a.png: not a readable picture"),
            (LISTED | {"val.txt": "a.png 0\nb.jpg\n"}, "dataset_invalid", "val.txt:2: class index is missing"),
            (VOC | COCO, "dataset_ambiguous", "COCO"),
        ],
    )
    def test_codes(self, tmp_path: Path, content: Content, code: str, says: str) -> None:
        error = refusal(tmp_path / "work", content)
        assert error.code == code
        assert says in error.message

    def test_all_mistakes_are_told(self, tmp_path: Path) -> None:
        lines = ["a.png 0", "b.jpg", "b.jpg cat", "b.jpg 7"]
        error = refusal(tmp_path / "work", LISTED | {"val.txt": "\n".join(lines)})
        assert error.detail is not None
        assert [problem["line"] for problem in error.detail["problems"]] == [2, 3, 4]
        assert "There are 2 more problems." in error.message

    def test_limits_reach_the_extractor(self, tmp_path: Path) -> None:
        assert refusal(tmp_path / "a", FOLDERS, limits={"members": 3}).code == "archive_too_many_members"
        assert refusal(tmp_path / "b", FOLDERS, limits={"bytes": 100}).code == "archive_too_large"

    @pytest.mark.parametrize("subset", [{"count": 0}, {"count": "5"}, {"count": 2, "seed": "x"}])
    def test_an_impossible_subset(self, tmp_path: Path, subset: dict[str, Any]) -> None:
        assert refusal(tmp_path / "work", FOLDERS, subset=subset).code == "subset_invalid"

    def test_a_picture_bomb(self, tmp_path: Path) -> None:
        data = bytearray(picture())
        data[16:24] = (60_000).to_bytes(4, "big") * 2
        error = refusal(tmp_path / "work", {"a.png": bytes(data)})
        assert error.code == "dataset_no_usable_samples"
        assert "60,000 x 60,000 pixels" in error.message


def full(*_: object, **__: object) -> Any:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


class TestFullDisk:
    @pytest.mark.parametrize(
        "fill",
        [
            lambda patch: patch.setattr(zipfile.ZipExtFile, "read", full),
            lambda patch: patch.setattr(Path, "write_bytes", full),
            lambda patch: patch.setattr(DatasetWriter, "add", full),
            lambda patch: patch.setattr(DatasetWriter, "finish", full),
        ],
    )
    def test_nothing_is_left(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fill: Callable[[pytest.MonkeyPatch], None]
    ) -> None:
        fill(monkeypatch)
        error = refusal(tmp_path / "work", FOLDERS)
        assert error.code == "disk_full"
