"""Every format: a good dataset is recognised and imported as what it is, broken ones are refused with place and fix."""

import json
from pathlib import Path
from typing import get_args

import cv2
import numpy as np
import pytest

from tests.unit.datasets.formats.broken import BROKEN
from tests.unit.datasets.formats.good import CITY, FACES, GOOD, JPG, PNG, color_mask
from tests.unit.datasets.material import Content, Imported, grey_mask, picture, tree_of
from workbench.datasets.formats.annotations import FormatName
from workbench.datasets.formats.recognise import FORMATS, recognise
from workbench.engine.protocol import EngineError

FREE = ["inpainting", "style_transfer"]


def mask_of(done: Imported, number: int = 0) -> list[int]:
    """The first pixels of a sample's mask."""
    image = cv2.imread(str(done.folder / done.samples[number]["mask"]), cv2.IMREAD_UNCHANGED)
    assert image is not None
    assert image.shape == (10, 20)
    return [int(value) for value in image.ravel()[:4]]


class TestGood:
    def test_every_format_has_one(self) -> None:
        assert set(GOOD) == set(get_args(FormatName)) - {"generated"} == {entry.name for entry in FORMATS}

    @pytest.mark.parametrize("name", GOOD)
    def test_is_recognised_as_itself(self, tmp_path: Path, name: FormatName) -> None:
        tree = tree_of(tmp_path, GOOD[name])
        assert recognise(tree)[0].name == name
        assert recognise(tree, name)[0].name == name

    @pytest.mark.parametrize("name", [name for name in GOOD if name != "imagenet_folders" and name != "not_annotated"])
    def test_by_one_format_only(self, tmp_path: Path, name: FormatName) -> None:
        tree = tree_of(tmp_path, GOOD[name])
        assert [entry.name for entry in FORMATS[:-2] if entry.examine(tree, False).matches] == [name]

    @pytest.mark.parametrize("name", GOOD)
    def test_is_imported_without_a_warning(self, tmp_path: Path, name: FormatName) -> None:
        done = Imported(tmp_path / "work", GOOD[name])
        assert done.facts["format"] == name
        assert done.facts["warnings"] == []

    def test_coco_key_points(self, tmp_path: Path) -> None:
        done = Imported(tmp_path / "work", GOOD["coco"])
        assert done.facts["annotation"] == ["detection", "instance_segmentation", "keypoints"]
        assert done.facts["skeleton"] == [[0, 1], [1, 2]]
        assert done.samples[0]["boxes"][0]["keypoints"] == [[1, 2, 2], [11, 7, 1], [0, 0, 0]]

    def test_yolo(self, tmp_path: Path) -> None:
        """0.5 0.5 0.5 0.4 of 20 × 10 pixels: centre 10, 5; 10 wide, 4 high."""
        done = Imported(tmp_path / "work", GOOD["yolo"])
        assert done.facts["labels"] == ["cat", "dog"]
        assert done.facts["tasks"] == ["object_detection", "instance_segmentation", *FREE]
        assert [sample["source"] for sample in done.samples] == ["images/val/1.jpg", "images/val/2.jpg"]
        box, polygon = done.samples[0]["boxes"]
        assert (box["label"], box["bbox"]) == (1, [5, 3, 10, 4])
        assert (polygon["label"], polygon["segmentation"]) == (0, [[2, 2, 12, 2, 12, 8]])
        assert polygon["bbox"] == [2, 2, 10, 6]
        assert done.samples[1]["boxes"] == []

    def test_yolo_key_points(self, tmp_path: Path) -> None:
        content = GOOD["yolo"] | {
            "data.yaml": "val: images/val\nnames: [cat, dog]\nkpt_shape: [2, 3]\n",
            "labels/val/1.txt": "1 0.5 0.5 0.5 0.4 0.25 0.5 2 0 0 0\n",
        }
        done = Imported(tmp_path / "work", content)
        assert done.samples[0]["boxes"][0]["keypoints"] == [[5, 5, 2], [0, 0, 0]]

    @pytest.mark.parametrize(
        "content",
        [
            {"classes.txt": "cat\ndog\n", "1.jpg": JPG, "1.txt": "1 0.5 0.5 0.5 0.4\n"},
            {"train/images/0.jpg": JPG, "valid/images/1.jpg": JPG, "valid/labels/1.txt": "1 0.5 0.5 0.5 0.4\n",
             "train/labels/0.txt": "0 0.5 0.5 0.5 0.4\n",
             "data.yaml": "val: ../valid/images\nnames: ['cat', 'dog']\nnc: 2\n"},
            {"obj_train_data/1.jpg": JPG, "obj_train_data/1.txt": "1 0.5 0.5 0.5 0.4\n", "names.txt": "cat\ndog\n"},
            {"images/1.jpg": JPG, "labels/1.txt": "1 0.5 0.5 0.5 0.4\n", "val.txt": "/data/pets/images/1.jpg\n",
             "data.yaml": "path: /data/pets\nval: val.txt\nnames: [cat, dog]\n"},
            {"images/1.jpg": JPG, "labels/1.txt": "1 0.5 0.5 0.5 0.4\n",
             "dataset_meta.json": '{"label_map": {"0": "cat", "1": "dog"}}'},
        ],
    )  # fmt: skip
    def test_yolo_layouts(self, tmp_path: Path, content: Content) -> None:
        done = Imported(tmp_path / "work", content)
        assert (done.facts["format"], done.facts["labels"], done.facts["count"]) == ("yolo", ["cat", "dog"], 1)
        assert done.samples[0]["boxes"][0]["bbox"] == [5, 3, 10, 4]

    def test_common_segmentation(self, tmp_path: Path) -> None:
        done = Imported(tmp_path / "work", GOOD["common_segmentation"])
        assert done.facts["labels"] == ["road", "sky"]
        assert done.facts["colors"] == [[128, 64, 128], [70, 130, 180]]
        assert done.facts["masks"] == {"ignore": 255, "background": True}
        assert mask_of(done) == [0, 1, 2, 0]
        assert done.facts["class_counts"] == {"0": 1, "1": 1}

    def test_common_segmentation_of_numbers(self, tmp_path: Path) -> None:
        meta = json.dumps({"labels": ["road", "sky"]})
        content = GOOD["common_segmentation"] | {
            "dataset_meta.json": meta,
            "Masks/1.png": grey_mask(20, 10, [0, 1, 255]),
        }
        done = Imported(tmp_path / "work", content)
        assert done.facts["masks"] == {"ignore": 255, "background": False}
        assert mask_of(done) == [1, 2, 255, 1]

    def test_cityscapes(self, tmp_path: Path) -> None:
        """0 unlabeled, 7 road (1st of 19), 33 bicycle (19th), 10 rail track, which is not judged."""
        done = Imported(tmp_path / "work", GOOD["cityscapes"])
        assert len(done.facts["labels"]) == 19
        assert [sample["source"] for sample in done.samples] == [f"leftImg8bit/val/frankfurt/{CITY}_leftImg8bit.png"]
        assert mask_of(done) == [255, 1, 19, 255]
        assert done.facts["masks"] == {"ignore": 255, "background": False}

    def test_cityscapes_of_train_ids(self, tmp_path: Path) -> None:
        content = {name: data for name, data in GOOD["cityscapes"].items() if "labelIds" not in name}
        content[f"gtFine/val/frankfurt/{CITY}_gtFine_labelTrainIds.png"] = grey_mask(20, 10, [255, 0, 18])
        assert mask_of(Imported(tmp_path / "work", content)) == [255, 1, 19, 255]

    def test_camvid(self, tmp_path: Path) -> None:
        done = Imported(tmp_path / "work", GOOD["camvid"])
        assert done.facts["labels"][0] == "Sky"
        assert len(done.facts["labels"]) == 11
        assert [sample["source"] for sample in done.samples] == ["test/2.png"]
        assert mask_of(done) == [1, 11, 255, 1]

    @pytest.mark.parametrize(
        "table",
        [
            {"class_dict.csv": "name,r,g,b\nSky,128,128,128\nCar,64,0,128\nVoid,0,0,0\n"},
            {"label_colors.txt": "128 128 128\tSky\n64 0 128\t\tCar\n0 0 0\tVoid\n"},
        ],
    )
    def test_camvid_of_colours(self, tmp_path: Path, table: Content) -> None:
        content: Content = {
            "test/a_1.png": PNG,
            "test_labels/a_1_L.png": color_mask((64, 0, 128), (0, 0, 0), (128, 128, 128)),
            **table,
        }
        done = Imported(tmp_path / "work", content)
        assert (done.facts["format"], done.facts["labels"]) == ("camvid", ["Sky", "Car"])
        assert mask_of(done) == [2, 255, 1, 2]
        assert done.facts["colors"] == [[128, 128, 128], [64, 0, 128]]

    def test_super_resolution(self, tmp_path: Path) -> None:
        done = Imported(tmp_path / "work", GOOD["common_super_resolution"])
        assert done.facts["tasks"] == ["super_resolution", *FREE]
        assert (done.folder / done.samples[0]["target"]).read_bytes() == PNG
        assert (done.folder / done.samples[0]["upsampled"]).read_bytes() == PNG
        assert (done.samples[0]["width"], done.samples[0]["height"]) == (10, 5)

    def test_lfw(self, tmp_path: Path) -> None:
        done = Imported(tmp_path / "work", GOOD["lfw"])
        assert done.facts["tasks"] == ["facial_landmark_detection", "face_recognition", *FREE]
        assert done.facts["identities"] == ["Ann_B", "Cy_D"]
        assert [sample["identity"] for sample in done.samples] == [0, 0, 1, 1]
        assert done.facts["pairs"] == [[0, 1, 1, 0], [2, 3, 1, 0], [0, 3, 0, 0], [1, 2, 0, 0]]
        assert done.samples[0]["landmarks"] == [[1, 2], [3, 4], [5, 6], [7, 8], [9, 10]]

    def test_lfw_folds(self, tmp_path: Path) -> None:
        lines = "2 1\nAnn_B 1 2\nAnn_B 1 Cy_D 2\nCy_D 2 1\nCy_D 1 Ann_B 1\n"
        done = Imported(tmp_path / "work", {**FACES, "pairs.txt": lines})
        assert [pair[2:] for pair in done.facts["pairs"]] == [[1, 0], [0, 0], [1, 1], [0, 1]]

    def test_lfw_pairs_that_lose_a_side(self, tmp_path: Path) -> None:
        """The first picture is broken: its pairs are dropped, the others renumbered."""
        done = Imported(tmp_path / "work", GOOD["lfw"] | {"lfw/Ann_B/Ann_B_0001.jpg": b"x"})
        assert done.facts["count"] == 3
        assert done.facts["pairs"] == [[1, 2, 1, 0], [0, 1, 0, 0]]
        assert done.facts["checks"][-1] == {"check": "pairs", "ok": False, "detail": "2 of 4 have both pictures"}

    def test_vggface2(self, tmp_path: Path) -> None:
        done = Imported(tmp_path / "work", GOOD["vggface2"])
        assert done.facts["tasks"] == ["facial_landmark_detection", *FREE]
        assert done.samples[0]["landmarks"][-1] == [9.5, 9]
        assert done.samples[0]["boxes"][0]["bbox"] == [1, 2, 10, 6]
        assert [sample["identity"] for sample in done.samples] == [0, 1]
        assert done.facts["identities"] == ["n000001", "n000009"]

    def test_wider_face(self, tmp_path: Path) -> None:
        done = Imported(tmp_path / "work", GOOD["wider_face"])
        assert done.facts["labels"] == ["face"]
        boxes = done.samples[0]["boxes"]
        assert [(box["bbox"], box["difficult"]) for box in boxes] == [([1, 2, 8, 6], False), ([12, 1, 5, 5], True)]
        assert done.samples[1]["boxes"] == []

    def test_open_images(self, tmp_path: Path) -> None:
        """0.1…0.6 of 20 pixels, 0…0.5 of 10."""
        done = Imported(tmp_path / "work", GOOD["open_images"])
        assert done.facts["labels"] == ["Tortoise", "Airplane"]
        boxes = done.samples[0]["boxes"]
        assert [(box["label"], box["bbox"], box["crowd"]) for box in boxes] == [
            (1, [2, 0, 10, 5], False),
            (0, [10, 5, 10, 5], True),
        ]

    def test_subsets_keep_all_of_it(self, tmp_path: Path) -> None:
        for name in ("lfw", "common_super_resolution", "camvid"):
            whole = Imported(tmp_path / name, GOOD[name])
            part = Imported(tmp_path / f"{name} part", GOOD[name], subset={"count": 1, "seed": 0})
            assert part.facts["count"] == 1
            assert set(part.samples[0]) >= set(whole.samples[0]) - {"landmarks"}


class TestBroken:
    def test_every_format_is_broken_somehow(self) -> None:
        assert {name for name, *_ in BROKEN} == set(GOOD)

    @pytest.mark.parametrize("name, content, code, says", BROKEN)
    def test_is_refused_with_place_and_fix(
        self, tmp_path: Path, name: str, content: Content, code: str, says: str
    ) -> None:
        with pytest.raises(EngineError) as refused:
            Imported(tmp_path / "work", content, format=name)
        assert refused.value.code == code
        assert says in refused.value.message
        assert refused.value.action
        assert not (tmp_path / "work" / "out" / "dataset").exists()


class TestLabelsOfTheirOwn:
    """`dataset_meta.json` names the labels in every format that has labels."""

    META = json.dumps({"label_map": {"0": "one", "1": "two"}, "segmentation_colors": [[1, 2, 3], [4, 5, 6]]})

    def test_yolo(self, tmp_path: Path) -> None:
        done = Imported(tmp_path / "work", GOOD["yolo"] | {"dataset_meta.json": self.META})
        assert done.facts["labels"] == ["one", "two"]
        assert done.facts["colors"] == [[1, 2, 3], [4, 5, 6]]

    def test_open_images(self, tmp_path: Path) -> None:
        done = Imported(tmp_path / "work", GOOD["open_images"] | {"dataset_meta.json": self.META})
        assert done.facts["labels"] == ["one", "two"]

    def test_wider_face(self, tmp_path: Path) -> None:
        meta = json.dumps({"label_map": {"0": "background", "1": "face"}})
        done = Imported(tmp_path / "work", GOOD["wider_face"] | {"dataset_meta.json": meta})
        assert done.samples[0]["boxes"][0]["label"] == 1

    def test_imagenet(self, tmp_path: Path) -> None:
        done = Imported(tmp_path / "work", GOOD["imagenet_txt"] | {"dataset_meta.json": self.META})
        assert done.facts["labels"] == ["one", "two"]


def test_masks_are_small(tmp_path: Path) -> None:
    """A mask of one colour takes a few bytes whatever its source was."""
    large = np.zeros((500, 500, 3), np.uint8)
    done, data = cv2.imencode(".png", large)
    assert done
    content: Content = {"JPEGImages/1.png": picture(500, 500), "SegmentationClass/1.png": data.tobytes()}
    imported = Imported(tmp_path / "work", content)
    assert (imported.folder / imported.samples[0]["mask"]).stat().st_size < 5000
