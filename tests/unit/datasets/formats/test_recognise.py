"""The format is found by content; where it is not, every format says why."""

import json
from pathlib import Path

import pytest

from tests.unit.datasets.material import Content, picture, tree_of
from workbench.datasets.formats.recognise import FORMATS, recognise
from workbench.datasets.problems import Refused

PICTURE = picture()
FOLDERS: Content = {"cat/1.png": PICTURE, "dog/2.png": PICTURE}
LISTED: Content = {"images/1.png": PICTURE, "val.txt": "1.png 0\n"}
VOC: Content = {"JPEGImages/1.png": PICTURE, "Annotations/1.xml": "<annotation><object/></annotation>"}
COCO: Content = {
    "images/1.png": PICTURE,
    "x.json": json.dumps(
        {
            "images": [{"id": 1, "file_name": "1.png"}],
            "annotations": [{"image_id": 1, "category_id": 1, "bbox": [0, 0, 1, 1]}],
            "categories": [{"id": 1, "name": "cat"}],
        }
    ),
}
PLAIN: Content = {"1.png": PICTURE, "2.png": PICTURE}


class TestRecognise:
    @pytest.mark.parametrize(
        "content, expected",
        [
            (FOLDERS, "imagenet_folders"),
            (LISTED, "imagenet_txt"),
            (FOLDERS | {"val.txt": "cat/1.png 0\ndog/2.png 1\n"}, "imagenet_txt"),
            (FOLDERS | {"synset_words.txt": "n00000001 cat\n", "README.txt": "two pictures"}, "imagenet_folders"),
            (VOC, "voc"),
            (VOC | {"ImageSets/Main/cat_val.txt": "1 1\n", "ImageSets/Main/val.txt": "1\n"}, "voc"),
            (COCO, "coco"),
            (COCO | {"train2017/2.png": PICTURE, "val2017/3.png": PICTURE}, "coco"),
            (PLAIN, "not_annotated"),
            (PLAIN | {"README.md": "Two pictures", "LICENSE.txt": "CC BY 4.0"}, "not_annotated"),
            ({"photos/1.png": PICTURE}, "not_annotated"),
            ({"deep/in/a/folder/1.png": PICTURE}, "not_annotated"),
            ({"1.png": PICTURE, "more/2.png": PICTURE}, "not_annotated"),
            ({"train/1.png": PICTURE, "val/2.png": PICTURE}, "not_annotated"),
        ],
    )
    def test_by_content(self, tmp_path: Path, content: Content, expected: str) -> None:
        found, finding = recognise(tree_of(tmp_path, content))
        assert found.name == expected
        assert finding.matches

    @pytest.mark.parametrize("wanted", ["not_annotated", "imagenet_folders"])
    def test_the_user_may_know_better(self, tmp_path: Path, wanted: str) -> None:
        tree = tree_of(tmp_path, FOLDERS | {"boxes.csv": "1,2\n"})
        with pytest.raises(Refused):
            recognise(tree)
        assert recognise(tree, wanted)[0].name == wanted


class TestRefusals:
    def refused(self, folder: Path, content: Content, wanted: str = "auto") -> Refused:
        with pytest.raises(Refused) as caught:
            recognise(tree_of(folder, content), wanted)
        assert caught.value.action.endswith(".")
        return caught.value

    @pytest.mark.parametrize(
        "content, says",
        [
            ({"readme.md": "nothing"}, "there are no pictures"),
            (PLAIN | {"boxes.csv": "1,2\n"}, "other files that may be annotations, like boxes.csv"),
            (PLAIN | {"labels/1.txt": "cat at 3 4\n"}, "may be annotations, like labels/1.txt"),
            (PLAIN | {"x.json": "{"}, "x.json:1 cannot be read"),
            (PLAIN | {"list.txt": "1.png\n2.png\n"}, "list.txt lists pictures but has no class index behind them"),
            (PLAIN | {"1.xml": "<svg/>"}, "the root of 1.xml is not <annotation>"),
        ],
    )
    def test_every_format_says_why_not(self, tmp_path: Path, content: Content, says: str) -> None:
        refusal = self.refused(tmp_path, content)
        assert refusal.code == "dataset_not_recognised"
        assert says in refusal.message
        assert refusal.detail is not None
        assert [entry["format"] for entry in refusal.detail["formats"]] == [entry.name for entry in FORMATS]
        assert all(entry["reason"] in refusal.message for entry in refusal.detail["formats"])

    def test_more_than_one(self, tmp_path: Path) -> None:
        refusal = self.refused(tmp_path, VOC | COCO)
        assert refusal.code == "dataset_ambiguous"
        assert "COCO, because x.json has images" in refusal.message
        assert "Pascal VOC, because 1 annotation files" in refusal.message

    def test_asked_for_and_not_so(self, tmp_path: Path) -> None:
        refusal = self.refused(tmp_path, VOC, "coco")
        assert refusal.code == "dataset_format_mismatch"
        assert "not in the format COCO: there is no .json file" in refusal.message

    def test_asked_for_something_unknown(self, tmp_path: Path) -> None:
        refusal = self.refused(tmp_path, PLAIN, "tfrecord")
        assert refusal.code == "dataset_format_unknown"
        assert "imagenet_txt" in refusal.action

    def test_nothing(self, tmp_path: Path) -> None:
        assert self.refused(tmp_path, {}).code == "dataset_empty"
