"""Every format: a good dataset is recognised and imported as what it is, broken ones are refused with place and fix."""

import json
from pathlib import Path
from typing import Any, get_args

import cv2
import numpy as np
import pytest

from tests.unit.datasets.formats.good import (
    CITY,
    COCO,
    FACES,
    GOOD,
    JPG,
    LANDMARK_HEADER,
    META,
    OPEN_HEADER,
    PNG,
    color_mask,
)
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
            {"images/1.jpg": JPG, "labels/1.txt": "1 0.5 0.5 0.5 0.4\n", "val.txt": "/home/me/pets/images/1.jpg\n",
             "data.yaml": "path: /home/me/pets\nval: val.txt\nnames: [cat, dog]\n"},
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


def without(name: FormatName, *parts: str) -> Content:
    return {file: data for file, data in GOOD[name].items() if not any(part in file for part in parts)}


def coco(**changes: Any) -> str:
    return json.dumps({**COCO, "annotations": [{**COCO["annotations"][0], **changes}]})


# Format asked for, files, code, and what the message has to say.
BROKEN: list[tuple[str, Content, str, str]] = [
    ("imagenet_txt", GOOD["imagenet_txt"] | {"val.txt": "1.png 0\n2.png\n"}, "dataset_invalid",
     'val.txt:2: class index is missing -> write "name index"'),
    ("imagenet_txt", {"1.png": PNG}, "dataset_format_mismatch", 'there is no .txt file with lines "name index"'),
    ("imagenet_txt", GOOD["imagenet_txt"] | {"synset_words.txt": "n01440764 tench\nno id\n"}, "dataset_invalid",
     'synset_words.txt:2: this is no WordNet id with a name -> write "n01440764 tench"'),
    ("imagenet_folders", {"1.png": PNG}, "dataset_format_mismatch",
     "the pictures do not lie in two or more folders side by side"),
    ("imagenet_folders", GOOD["imagenet_folders"] | {"labels.txt": "cat\n"}, "dataset_invalid",
     "dog: no label of labels.txt is called so -> rename it, or add the label"),
    ("voc", GOOD["voc"] | {"VOC2012/SegmentationClass/1.png": grey_mask(20, 10, [0, 21])}, "dataset_no_usable_samples",
     "SegmentationClass/1.png: the pixel at x 1, y 0 has the value 21, which is no class -> add it to labelmap.txt"),
    ("voc", GOOD["voc"] | {"VOC2012/SegmentationClass/1.png": color_mask((0, 0, 0), (1, 1, 2))},
     "dataset_no_usable_samples", "the pixel at x 1, y 0 has the colour [1, 1, 2], which is no class"),
    ("voc", GOOD["voc"] | {"VOC2012/Annotations/1.xml": "<annotation>"}, "dataset_invalid",
     "Annotations/1.xml:1: it is not valid XML"),
    ("coco", GOOD["coco"] | {"annotations/person_keypoints_val2017.json": coco(keypoints=[1, 2])}, "dataset_invalid",
     "person_keypoints_val2017.json:1: annotations[0]: 'keypoints' is not a list of x, y and visibility for each"
     " point -> write [x, y, visibility, …]"),
    ("coco", GOOD["coco"] | {"annotations/person_keypoints_val2017.json": coco(keypoints=[1, 2, 7])},
     "dataset_invalid", "annotations[0]: a visibility in 'keypoints' is not 0, 1 or 2"),
    ("coco", GOOD["coco"] | {"annotations/person_keypoints_val2017.json": json.dumps(
        {**COCO, "categories": [{"id": 3, "name": "person", "keypoints": ["a"], "skeleton": [[1, 2]]}]})},
     "dataset_invalid", "categories[0]: 'skeleton' has not two points from 1 to 1 in each entry"),
    ("coco", GOOD["coco"] | {"annotations/person_keypoints_val2017.json": "{"}, "dataset_format_mismatch",
     "person_keypoints_val2017.json:1 cannot be read: it is not valid JSON"),
    ("yolo", GOOD["yolo"] | {"labels/val/1.txt": "0 0.5 0.5 0.5 0.5\n2 0.5 0.5 0.5 0.5\n"}, "dataset_invalid",
     "labels/val/1.txt:2: class 2 is beyond the last of 2 names -> add its name, or correct the class"),
    ("yolo", GOOD["yolo"] | {"labels/val/1.txt": "0 10 5 8 4\n"}, "dataset_invalid",
     "labels/val/1.txt:1: 10 is not from 0 to 1 -> divide pixels by the picture's width and height"),
    ("yolo", GOOD["yolo"] | {"labels/val/1.txt": "0 0.5 0.5 0.5\n"}, "dataset_invalid",
     "labels/val/1.txt:1: there are 4 values, not 5 -> write"),
    ("yolo", GOOD["yolo"] | {"labels/val/1.txt": "cat 0.5 0.5 0.5 0.5\n"}, "dataset_invalid",
     "labels/val/1.txt:1: the class 'cat' is not a whole number"),
    ("yolo", GOOD["yolo"] | {"labels/val/1.txt": "0 0.5 0.5 0.5 nan\n"}, "dataset_invalid", "'nan' is not a number"),
    ("yolo", GOOD["yolo"] | {"labels/val/1.txt": "0 0.5 0.5 0 0.5\n"}, "dataset_invalid", "the box has no area"),
    ("yolo", GOOD["yolo"] | {"labels/val/1.txt": "0 0.5 0.5 0.5 0.5 0.1 0.1 0.1\n"}, "dataset_invalid",
     "there are 8 values; a box has 5, a polygon 7, 9, 11 or more"),
    ("yolo", GOOD["yolo"] | {"data.yaml": "train: x\nnames: [a\nval: b\n"}, "dataset_invalid",
     "data.yaml:3: it is not valid YAML"),
    ("yolo", GOOD["yolo"] | {"data.yaml": "val: images/val\nnames: {1: a, 2: b}\n"}, "dataset_invalid",
     "data.yaml: 'names' has not a name for each number from 0 -> write"),
    ("yolo", GOOD["yolo"] | {"data.yaml": "val: images/val\nnc: 3\nnames: [a, b]\n"}, "dataset_invalid",
     "data.yaml: 'nc' is 3, but there are 2 names -> make both the same"),
    ("yolo", GOOD["yolo"] | {"data.yaml": "val: &a images/val\ntrain: *a\nnames: [a, b]\n"}, "dataset_invalid",
     "an alias (*) is not allowed"),
    ("yolo", GOOD["yolo"] | {"data.yaml": "val: images/val\nkpt_shape: [3]\nnames: [a, b]\n"}, "dataset_invalid",
     "'kpt_shape' is not [number of key points, 2 or 3]"),
    ("yolo", {"1.jpg": JPG}, "dataset_format_mismatch", "there are no text files with the same names as pictures"),
    ("common_segmentation", without("common_segmentation", "Masks"), "dataset_format_mismatch",
     "there is no folder masks"),
    ("common_segmentation", without("common_segmentation", ".json"), "dataset_format_mismatch",
     "there is no dataset_meta.json beside the folders images and masks"),
    ("common_segmentation", GOOD["common_segmentation"] | {"Masks/1.png": color_mask((0, 0, 0), (1, 2, 3))},
     "dataset_no_usable_samples",
     "Masks/1.png: the pixel at x 1, y 0 has the colour [1, 2, 3], which is no class -> add it to dataset_meta.json"),
    ("common_segmentation", GOOD["common_segmentation"] | {"dataset_meta.json": "{}"}, "dataset_invalid",
     "dataset_meta.json: it has neither 'label_map' nor 'labels'"),
    ("common_segmentation", GOOD["common_segmentation"] | {"dataset_meta.json": '{\n"labels": [}'}, "dataset_invalid",
     "dataset_meta.json:2: it is not valid JSON -> correct the syntax"),
    ("common_segmentation", GOOD["common_segmentation"] | {
        "dataset_meta.json": json.dumps({**META, "background_label": "7"})}, "dataset_invalid",
     '"background_label" is not the number of a label'),
    ("common_segmentation", GOOD["common_segmentation"] | {
        "dataset_meta.json": json.dumps({**META, "segmentation_colors": [[0, 0, 0]]})}, "dataset_invalid",
     '"segmentation_colors" has 1 colours for 3 labels -> give one colour for each label'),
    ("common_segmentation", without("common_segmentation", "Masks/1") | {"Masks/2.png": PNG}, "dataset_invalid",
     "no picture has a mask of the same name"),
    ("cityscapes", without("cityscapes", "gtFine"), "dataset_format_mismatch",
     "there are no masks called …_gtFine_labelIds.png"),
    ("cityscapes", {"1.png": PNG}, "dataset_format_mismatch", "there are no pictures called …_leftImg8bit.png"),
    ("cityscapes", GOOD["cityscapes"] | {
        f"gtFine/val/frankfurt/{CITY}_gtFine_labelIds.png": grey_mask(20, 10, [7, 40])}, "dataset_no_usable_samples",
     "labelIds.png: the pixel at x 1, y 0 has the value 40, which is no class -> add it to the published table"),
    ("cityscapes", {"leftImg8bit/val/a/a_1_2_leftImg8bit.png": PNG, "gtFine/val/a/a_1_3_gtFine_labelIds.png": PNG},
     "dataset_invalid", "no mask has a picture of the same city, sequence and frame"),
    ("camvid", {"test/1.png": PNG}, "dataset_format_mismatch", "there is no folder of masks beside one of pictures"),
    ("camvid", {"test/1.png": PNG, "test_labels/1.png": PNG}, "dataset_format_mismatch",
     "there is no class_dict.csv or label_colors.txt for the masks in test_labels"),
    ("camvid", GOOD["camvid"] | {"testannot/2.png": grey_mask(20, 10, [0, 12])}, "dataset_no_usable_samples",
     "testannot/2.png: the pixel at x 1, y 0 has the value 12, which is no class"),
    ("camvid", GOOD["camvid"] | {"label_colors.txt": "128 128 128 Sky\n64 0 Car\n"}, "dataset_invalid",
     'label_colors.txt:2: this is no colour with a name -> write "128 128 128 Sky"'),
    ("camvid", GOOD["camvid"] | {"class_dict.csv": "name,r,g,b\nSky,1,2,300\n"}, "dataset_invalid",
     "class_dict.csv:2: red, green and blue are not whole numbers from 0 to 255"),
    ("camvid", GOOD["camvid"] | {"class_dict.csv": "name,r,g,b\nSky,1,2,3\nCar,1,2,3\n"}, "dataset_invalid",
     "class_dict.csv:3: the colour [1, 2, 3] is there twice"),
    ("common_super_resolution", {"LR/1.png": PNG, "1.png": PNG}, "dataset_format_mismatch", "there is no folder HR"),
    ("common_super_resolution", {"LR/1.png": picture(7, 5), "HR/1.png": PNG}, "dataset_no_usable_samples",
     "HR/1.png: the picture has 20x10 pixels, no whole multiple of 7x5 of LR/1.png -> make it 2, 3, 4… times"),
    ("common_super_resolution", {"LR/1.png": picture(10, 10), "HR/1.png": PNG}, "dataset_no_usable_samples",
     "HR/1.png: the picture has 20x10 pixels, no whole multiple of 10x10 of LR/1.png"),
    ("common_super_resolution", GOOD["common_super_resolution"] | {"upsampled/1.png": picture(10, 5)},
     "dataset_no_usable_samples", "upsampled/1.png: the picture has 10x5 pixels, HR/1.png has 20x10"),
    ("common_super_resolution", {"LR/1.png": PNG, "HR/2.png": PNG}, "dataset_invalid",
     "LR/1.png: no picture of LR has one in HR with the same name"),
    ("common_super_resolution", {"LR/1.png": PNG, "LR/1_lr.png": PNG, "HR/1.png": PNG}, "dataset_invalid",
     "LR/1_lr.png: its name is the same as that of LR/1.png"),
    ("lfw", without("lfw", "pairs"), "dataset_format_mismatch", "there is no pairs.txt"),
    ("lfw", GOOD["lfw"] | {"annotations/pairs.txt": "Ann_B 1 2\nAnn_B 1\n"}, "dataset_invalid",
     'pairs.txt:2: there are 2 columns, not 3 or 4 -> write "name 1 2" for the same person, "name 1 other 2" for two'),
    ("lfw", GOOD["lfw"] | {"annotations/pairs.txt": "1 1\nAnn_B 1 2\n"}, "dataset_invalid",
     "pairs.txt:1: its first line promises 2 pairs, there are 1 -> complete or correct it"),
    ("lfw", GOOD["lfw"] | {"annotations/pairs.txt": "1 1\nAnn_B 1 Cy_D 2\nAnn_B 1 2\n"}, "dataset_invalid",
     "pairs.txt:2: pair 1 has to be of the same person"),
    ("lfw", GOOD["lfw"] | {"annotations/pairs.txt": "Ann_B one 2\n"}, "dataset_invalid",
     "pairs.txt:1: 'one' is not the number of a picture"),
    ("lfw", GOOD["lfw"] | {"annotations/pairs.txt": "Ann_B 8 9\n"}, "dataset_invalid",
     "pairs.txt: no pair has both pictures"),
    ("lfw", GOOD["lfw"] | {"annotations/lfw_landmark.txt": "a.jpg 1 2\n"}, "dataset_invalid",
     "lfw_landmark.txt:1: there are 3 columns, not 11"),
    ("vggface2", without("vggface2", "landmark_test"), "dataset_format_mismatch",
     "there is no .csv file with the 11 columns NAME_ID, P1X"),
    ("vggface2", GOOD["vggface2"] | {"bb_landmark/loose_landmark_test.csv": f"{LANDMARK_HEADER}\nn/1,1,2\n"},
     "dataset_invalid", "loose_landmark_test.csv:2: there are 3 columns, not 11 -> complete the row"),
    ("vggface2", GOOD["vggface2"] | {
        "bb_landmark/loose_landmark_test.csv": f"{LANDMARK_HEADER}\nn000001/0001_01,1,2,3,4,5,6,7,8,9,x\n"},
     "dataset_invalid", "loose_landmark_test.csv:2: 'x' is not a number -> write x and y in pixels"),
    ("vggface2", GOOD["vggface2"] | {"bb_landmark/loose_bb_test.csv": "NAME_ID,X,Y,W,H\nn/1,1,2,0,5\n"},
     "dataset_invalid", "loose_bb_test.csv:2: the box has no area"),
    ("wider_face", without("wider_face", "bbx_gt"), "dataset_format_mismatch", "there is no wider_face_…_bbx_gt.txt"),
    ("wider_face", GOOD["wider_face"] | {
        "wider_face_split/wider_face_val_bbx_gt.txt": "0--Parade/0_Parade_1.jpg\n1\n1 2 3\n"}, "dataset_invalid",
     "wider_face_val_bbx_gt.txt:3: there are 3 values, not 10 -> write"),
    ("wider_face", GOOD["wider_face"] | {
        "wider_face_split/wider_face_val_bbx_gt.txt":
            "0--Parade/0_Parade_1.jpg\n2\n1 2 3 4 0 0 0 0 0 0\n1--Rest/1_Rest_2.jpg\n0\n"},
     "dataset_invalid", "wider_face_val_bbx_gt.txt:4: there are fewer faces than the 2 of line 2"),
    ("wider_face", GOOD["wider_face"] | {
        "wider_face_split/wider_face_val_bbx_gt.txt": "0--Parade/0_Parade_1.jpg\nmany\n"}, "dataset_invalid",
     "wider_face_val_bbx_gt.txt:2: 'many' is not the number of faces -> write how many lines follow"),
    ("wider_face", GOOD["wider_face"] | {
        "wider_face_split/wider_face_val_bbx_gt.txt": "0--Parade/0_Parade_1.jpg\n1\n1 2 x 4 0 0 0 0 0 0\n"},
     "dataset_invalid", "wider_face_val_bbx_gt.txt:3: 'x' is not a number"),
    ("open_images", without("open_images", "class-desc"), "dataset_format_mismatch",
     "there is no .csv file with the 2 columns id of a class, name"),
    ("open_images", without("open_images", "bbox"), "dataset_format_mismatch",
     "there is no .csv file with the 13 columns ImageID"),
    ("open_images", GOOD["open_images"] | {
        "validation-annotations-bbox.csv": f"{OPEN_HEADER}\n0001eeaf4aed83f9,x,/m/0zzz,1,0.1,0.6,0,0.5,0,0,0,0,0\n"},
     "dataset_invalid", "validation-annotations-bbox.csv:2: the class '/m/0zzz' has no name"),
    ("open_images", GOOD["open_images"] | {
        "validation-annotations-bbox.csv": f"{OPEN_HEADER}\n0001eeaf4aed83f9,x,/m/0cmf2,1,10,60,0,5,0,0,0,0,0\n"},
     "dataset_invalid", "validation-annotations-bbox.csv:2: XMin, XMax, YMin and YMax are not all from 0 to 1"),
    ("open_images", GOOD["open_images"] | {
        "validation-annotations-bbox.csv": f"{OPEN_HEADER}\n0001eeaf4aed83f9,x,/m/0cmf2,1,0.6,0.1,0,0.5,0,0,0,0,0\n"},
     "dataset_invalid", "validation-annotations-bbox.csv:2: the box ends before it begins"),
    ("not_annotated", {"readme.md": "nothing"}, "dataset_format_mismatch", "there are no pictures"),
    ("not_annotated", {"1.png": b"x"}, "dataset_no_usable_samples", "1.png: not a readable picture"),
]  # fmt: skip


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
