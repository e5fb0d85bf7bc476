"""COCO: categories become labels, objects find their pictures, masks are kept and checked."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.datasets.material import Content, picture, read_as, tree_of
from workbench.datasets.formats.coco import FORMAT
from workbench.datasets.formats.coco_masks import segmentation_problem

PICTURE = picture(20, 10, ".jpg")
SQUARE = [[1, 1, 5, 1, 5, 5, 1, 5]]


def instances(**changes: Any) -> dict[str, Any]:
    return {
        "info": {},
        "images": [
            {"id": 7, "file_name": "b.jpg", "width": 20, "height": 10},
            {"id": 3, "file_name": "a.jpg", "width": 20, "height": 10},
        ],
        "annotations": [
            {"id": 1, "image_id": 3, "category_id": 90, "bbox": [1, 2, 3.5, 4], "area": 14, "iscrowd": 0},
            {"id": 2, "image_id": 7, "category_id": 1, "bbox": [0, 0, 5, 5], "iscrowd": 1, "segmentation": SQUARE},
            {"id": 3, "image_id": 3, "category_id": 18, "bbox": [1, 1, 4, 4], "segmentation": SQUARE},
        ],
        "categories": [{"id": 90, "name": "toothbrush"}, {"id": 1, "name": "person"}, {"id": 18, "name": "dog"}],
        **changes,
    }


def coco(content: dict[str, Any] | None = None, **changes: Any) -> Content:
    return {
        "val2017/a.jpg": PICTURE,
        "val2017/b.jpg": PICTURE,
        "annotations/instances_val2017.json": json.dumps(content or instances(**changes)),
    }


def changed(number: int, **values: Any) -> list[dict[str, Any]]:
    """The annotations with one of them changed; None removes a member."""
    annotations: list[dict[str, Any]] = instances()["annotations"]
    entry = annotations[number] | values
    annotations[number] = {key: value for key, value in entry.items() if value is not None}
    return annotations


class TestRead:
    def test_labels_follow_the_ids(self, tmp_path: Path) -> None:
        found, problems = read_as(FORMAT, tmp_path, coco())
        assert found.labels == ["person", "dog", "toothbrush"]
        assert found.label_ids == [1, 18, 90]
        assert problems.error_count == problems.warning_count == 0

    def test_objects_find_their_pictures(self, tmp_path: Path) -> None:
        found, _ = read_as(FORMAT, tmp_path, coco())
        assert [sample.image for sample in found.samples] == ["val2017/b.jpg", "val2017/a.jpg"]
        first, second = (sample.boxes or [] for sample in found.samples)
        assert [(box.label, box.bbox, box.crowd, box.area) for box in first] == [(0, (0, 0, 5, 5), True, None)]
        assert [(box.label, box.bbox, box.area) for box in second] == [(2, (1, 2, 3.5, 4), 14), (1, (1, 1, 4, 4), None)]
        assert [json.loads(box.segmentation) for box in [*first, *second] if box.segmentation] == [SQUARE, SQUARE]
        assert found.annotation == ["detection", "instance_segmentation"]

    def test_without_masks_it_is_detection(self, tmp_path: Path) -> None:
        found, _ = read_as(FORMAT, tmp_path, coco(annotations=instances()["annotations"][:1]))
        assert found.annotation == ["detection"]

    @pytest.mark.parametrize(
        "image, json_name, file_name",
        [
            ("a.jpg", "instances.json", "a.jpg"),
            ("images/a.jpg", "coco.json", "a.jpg"),
            ("images/val2017/a.jpg", "annotations/instances_val2017.json", "a.jpg"),
            ("some/where/a.jpg", "labels/result.json", "a.jpg"),
            ("val2017/a.jpg", "annotations/x.json", "val2017/a.jpg"),
            ("data/val2017/a.jpg", "data/annotations/instances_val2017.json", "a.jpg"),
            ("valid/a.jpg", "valid/_annotations.coco.json", "a.jpg"),
            ("val2017/a.jpg", "annotations/x.json", "http_cache/a.jpg"),
        ],
    )
    def test_pictures_anywhere(self, tmp_path: Path, image: str, json_name: str, file_name: str) -> None:
        images = [{"id": 3, "file_name": file_name}]
        content = instances(images=images, annotations=instances()["annotations"][:1])
        # Something beside it, so that no folder holds everything.
        found, _ = read_as(FORMAT, tmp_path, {image: PICTURE, json_name: json.dumps(content), "LICENSE": ""})
        assert [sample.image for sample in found.samples] == [image]

    def test_the_folder_that_the_file_is_named_after(self, tmp_path: Path) -> None:
        content = coco() | {"train2017/a.jpg": PICTURE, "train2017/b.jpg": PICTURE}
        found, _ = read_as(FORMAT, tmp_path, content)
        assert {sample.image for sample in found.samples} == {"val2017/a.jpg", "val2017/b.jpg"}

    def test_val_before_train_and_instances_before_others(self, tmp_path: Path) -> None:
        content = coco() | {
            "train2017/c.jpg": PICTURE,
            "annotations/instances_train2017.json": json.dumps(
                instances(images=[{"id": 3, "file_name": "c.jpg"}], annotations=instances()["annotations"][:1])
            ),
            "annotations/person_keypoints_val2017.json": json.dumps(instances()),
            "annotations/captions_val2017.json": json.dumps({"images": [], "annotations": []}),
        }
        assert "val2017" in read_as(FORMAT, tmp_path, content)[0].checks[0].detail

    def test_only_the_part_whose_pictures_are_there(self, tmp_path: Path) -> None:
        content = coco()
        content["annotations/instances_train2017.json"] = content.pop("annotations/instances_val2017.json")
        missing = instances(images=[{"id": 3, "file_name": "gone.jpg"}])
        content["annotations/instances_val2017.json"] = json.dumps(missing)
        assert "train2017" in read_as(FORMAT, tmp_path, content)[0].checks[0].detail

    def test_dataset_meta_numbers_the_labels(self, tmp_path: Path) -> None:
        meta = json.dumps({"label_map": {"0": "background", "1": "dog", "2": "person", "3": "toothbrush"}})
        found, _ = read_as(FORMAT, tmp_path, coco() | {"dataset_meta.json": meta})
        assert found.labels == ["background", "dog", "person", "toothbrush"]
        assert [box.label for sample in found.samples for box in sample.boxes or ()] == [2, 3, 1]
        assert found.label_ids is None


FILE = "annotations/instances_val2017.json"
MISTAKES: dict[str, tuple[dict[str, Any], str]] = {
    "no bbox": ({"annotations": changed(1, bbox=None)}, "annotations[1]: 'bbox' is not a list of four numbers"),
    "three numbers": ({"annotations": changed(1, bbox=[1, 2, 3])}, "annotations[1]: 'bbox' is not a list of four"),
    "a word": ({"annotations": changed(1, bbox=[1, 2, 3, "4"])}, "annotations[1]: 'bbox' is not a list of four"),
    "true": ({"annotations": changed(1, bbox=[1, 2, 3, True])}, "annotations[1]: 'bbox' is not a list of four"),
    "beyond floats": ({"annotations": changed(1, bbox=[1, 2, 3, 10**400])}, "annotations[1]: 'bbox' is not a list"),
    "corners": ({"annotations": changed(1, bbox=[9, 9, -3, 1])}, "annotations[1]: 'bbox' has a negative width"),
    "no category": ({"annotations": changed(2, category_id=None)}, "annotations[2]: there is no 'category_id'"),
    "other category": ({"annotations": changed(2, category_id=2)}, "annotations[2]: there is no category 2"),
    "no image": ({"annotations": changed(2, image_id=None)}, "annotations[2]: there is no 'image_id'"),
    "image by name": ({"annotations": changed(2, image_id="a.jpg")}, "annotations[2]: there is no 'image_id'"),
    "crowd": ({"annotations": changed(2, iscrowd=3)}, "annotations[2]: 'iscrowd' is neither 0 nor 1"),
    "no object": ({"annotations": [*instances()["annotations"], 5]}, "annotations[3]: it is not an object"),
    "no file name": ({"images": [*instances()["images"], {"id": 1}]}, "images[2]: there is no 'id' or 'file_name'"),
    "same image id": (
        {"images": [*instances()["images"], {"id": 7, "file_name": "c.jpg"}]},
        "images[2]: the id 7 is there twice",
    ),
    "same picture": (
        {"images": [*instances()["images"], {"id": 8, "file_name": "a.jpg"}]},
        "images[2]: a.jpg is there as images[1]",
    ),
    "outside": (
        {"images": [*instances()["images"], {"id": 8, "file_name": "../../a.jpg"}]},
        "images[2]: 'file_name' is not a path inside of the dataset",
    ),
    "nameless category": ({"categories": [{"id": 1}]}, "categories[0]: there is no 'id' or 'name'"),
    "same category id": (
        {"categories": [*instances()["categories"], {"id": 1, "name": "x"}]},
        "categories[3]: the id 1 is there twice",
    ),
    "bad name": ({"categories": [{"id": 1, "name": "a\u202e"}]}, "the name of label 0 is empty"),
}


class TestMistakes:
    @pytest.mark.parametrize("name", MISTAKES)
    def test_place_and_fix(self, tmp_path: Path, name: str) -> None:
        changes, expected = MISTAKES[name]
        _, problems = read_as(FORMAT, tmp_path, coco(**changes))
        sentences = [problem.sentence() for problem in problems.errors]
        assert any(expected in sentence and sentence.startswith(FILE) for sentence in sentences), sentences
        assert all(" -> " in sentence for sentence in sentences)

    def test_the_line(self, tmp_path: Path) -> None:
        content = coco()
        content[FILE] = json.dumps(instances(annotations=changed(1, bbox=None)), indent=0)
        _, problems = read_as(FORMAT, tmp_path, content)
        lines = str(content[FILE]).splitlines()
        assert problems.errors[0].line is not None
        assert [lines[problems.errors[0].line - 1], lines[problems.errors[0].line]] == ["{", '"id": 2,']

    @pytest.mark.parametrize(
        "changes, expected",
        [
            (
                {"images": [*instances()["images"], {"id": 9, "file_name": "gone.jpg"}]},
                "images[2]: the picture gone.jpg is not there",
            ),
            ({"annotations": changed(0, image_id=99)}, "annotations[0]: there is no image 99"),
            ({"annotations": changed(0, bbox=[1, 1, 0, 4])}, "annotations[0]: the box has no area"),
            ({"annotations": changed(0, segmentation=[[1, 2]])}, "annotations[0]: a polygon has not three points"),
        ],
    )
    def test_what_is_left_out(self, tmp_path: Path, changes: dict[str, Any], expected: str) -> None:
        found, problems = read_as(FORMAT, tmp_path, coco(**changes))
        assert problems.error_count == 0
        assert [expected in problem.problem for problem in problems.warnings] == [True]
        assert len(found.samples) == 2

    def test_no_object_in_any_picture(self, tmp_path: Path) -> None:
        _, problems = read_as(FORMAT, tmp_path, coco(annotations=changed(0, image_id=99)[:1]))
        assert "no picture that is there has an annotation" in problems.errors[0].problem


class TestExamine:
    @pytest.mark.parametrize(
        "content, says",
        [
            ({"a.jpg": PICTURE}, "there is no .json file"),
            ({"a.jpg": PICTURE, "x.json": "{\n"}, "x.json:2 cannot be read: it is not valid JSON"),
            ({"a.jpg": PICTURE, "x.json": "[]"}, "x.json:1 cannot be read: it is not a JSON object"),
            ({"a.jpg": PICTURE, "x.json": '{"images": [], "annotations": []}'}, "x.json has no list 'categories'"),
            ({"a.jpg": PICTURE, "x.json": json.dumps(instances(annotations=[]))}, "x.json has no annotations"),
            (
                {"a.jpg": PICTURE, "x.json": json.dumps(instances(annotations=[{"caption": "a"}]))},
                "the annotations of x.json have no 'bbox'",
            ),
            ({FILE: json.dumps(instances())}, "is COCO, but there are no pictures"),
            ({**coco(), "annotations/instances_x.json": json.dumps(instances())}, "several files have images"),
        ],
    )
    def test_why_not(self, tmp_path: Path, content: Content, says: str) -> None:
        finding = FORMAT.examine(tree_of(tmp_path, content), False)
        assert not finding.matches
        assert says in finding.reason


class TestSegmentationProblem:
    @pytest.mark.parametrize(
        "value",
        [
            SQUARE,
            [[0, 0, 1, 0, 1, 1.5], [5, 5, 6, 5, 6, 6]],
            {"size": [2, 3], "counts": [1, 2, 3]},
            {"size": [2, 3], "counts": "PPYo1"},
        ],
    )
    def test_good(self, value: Any) -> None:
        assert segmentation_problem(value, (3, 2)) is None

    @pytest.mark.parametrize(
        "value, says",
        [
            ("x", "neither a list of polygons nor an RLE object"),
            ([1, 2, 3, 4, 5, 6], "three points or more"),
            ([[0, 0, 1, 0, 1]], "three points or more"),
            ([[0, 0, 1, 0, 1, "1"]], "not a number"),
            ([[0, 0, 1, 0, 1, float("inf")]], "not a number"),
            ([[0, 0] * 600_000], "more than 1,000,000 numbers"),
            ({"counts": [6]}, "no 'size'"),
            ({"size": [2, -3], "counts": [6]}, "no 'size'"),
            ({"size": [2, 3]}, "no 'counts'"),
            ({"size": [2, 3], "counts": [1, 2]}, "make 3 pixels, its 'size' 6"),
            ({"size": [2, 3], "counts": [7, -1]}, "not whole numbers"),
            ({"size": [2, 3], "counts": "a b"}, "impossible characters"),
            ({"size": [3, 2], "counts": [6]}, "the RLE is of 2x3 pixels, its picture has 3x2"),
        ],
    )
    def test_bad(self, value: Any, says: str) -> None:
        assert says in (segmentation_problem(value, (3, 2)) or "")
