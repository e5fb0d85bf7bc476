"""Pascal VOC: boxes, masks, image sets and labels."""

from pathlib import Path

import pytest

from tests.unit.datasets.material import Content, picture, read_as, tree_of
from workbench.datasets.formats.masks import BACKGROUND, IGNORED
from workbench.datasets.formats.voc import CLASSES, FORMAT
from workbench.datasets.formats.voc_masks import voc_color

PICTURE = picture(20, 10, ".jpg")
MASK = picture(20, 10, ".png")


def xml(name: str, *objects: tuple[str, int, int, int, int]) -> str:
    boxes = "".join(
        f"<object><name>{label}</name><bndbox><xmin>{a}</xmin><ymin>{b}</ymin><xmax>{c}</xmax><ymax>{d}</ymax></bndbox>"
        "</object>\n"
        for label, a, b, c, d in objects
    )
    size = "<size><width>20</width><height>10</height></size>"
    return f"<annotation>\n<filename>{name}</filename>\n{size}\n{boxes}</annotation>"


def devkit(root: str = "VOCdevkit/VOC2012/") -> Content:
    return {
        f"{root}JPEGImages/1.jpg": PICTURE,
        f"{root}JPEGImages/2.jpg": PICTURE,
        f"{root}JPEGImages/3.jpg": PICTURE,
        f"{root}Annotations/1.xml": xml("1.jpg", ("dog", 1, 1, 20, 10), ("cat", 3, 4, 3, 4)),
        f"{root}Annotations/2.xml": xml("2.jpg", ("cat", 0, 0, 5, 5)),
        f"{root}Annotations/3.xml": xml("3.jpg", ("person", 2, 2, 9, 9)),
        f"{root}ImageSets/Main/train.txt": "1\n",
        f"{root}ImageSets/Main/val.txt": "3\n1\n",
        f"{root}ImageSets/Main/dog_val.txt": "1  1\n3 -1\n",
    }


class TestRead:
    @pytest.mark.parametrize("root", ["VOCdevkit/VOC2012/", "VOC2012/", "", "a/b/c/"])
    def test_the_image_set_counts(self, tmp_path: Path, root: str) -> None:
        found, problems = read_as(FORMAT, tmp_path, devkit(root))
        assert [sample.image for sample in found.samples] == ["JPEGImages/3.jpg", "JPEGImages/1.jpg"]
        assert found.checks[0].detail == "ImageSets/Main/val.txt"
        assert problems.error_count == problems.warning_count == 0

    def test_boxes_cover_their_last_pixel(self, tmp_path: Path) -> None:
        """1…20 of 20 pixels is all of it; one pixel has an area of one; tools that count from 0 stay inside."""
        content = devkit("")
        content["ImageSets/Main/val.txt"] = "1\n2\n"
        found, _ = read_as(FORMAT, tmp_path, content)
        assert [box.bbox for sample in found.samples for box in sample.boxes or ()] == [
            (0, 0, 20, 10),
            (2, 3, 1, 1),
            (0, 0, 5, 5),
        ]

    def test_the_twenty_classes(self, tmp_path: Path) -> None:
        found, _ = read_as(FORMAT, tmp_path, devkit())
        assert found.labels == sorted(CLASSES)
        assert len(CLASSES) == 20
        labels = [box.label for sample in found.samples for box in sample.boxes or ()]
        assert [CLASSES[label] for label in labels] == ["person", "dog", "cat"]

    def test_other_names_in_their_own_order(self, tmp_path: Path) -> None:
        content: Content = {"JPEGImages/1.jpg": PICTURE, "Annotations/1.xml": xml("1.jpg", ("zebu", 1, 1, 2, 2))}
        content["Annotations/1.xml"] = xml("1.jpg", ("zebu", 1, 1, 2, 2), ("ant", 1, 1, 2, 2))
        found, _ = read_as(FORMAT, tmp_path, content)
        assert found.labels == ["ant", "zebu"]
        assert [box.label for box in found.samples[0].boxes or ()] == [1, 0]

    def test_labelmap(self, tmp_path: Path) -> None:
        lines = "# label:color_rgb:parts:actions\nbackground:0,0,0::\nperson:1,2,3::\ndog:::\ncat:9,9,9:head:\n"
        content = devkit("") | {"labelmap.txt": lines, "SegmentationClass/1.png": MASK}
        found, _ = read_as(FORMAT, tmp_path, content)
        assert found.labels == ["person", "dog", "cat"]
        assert found.colors == [(1, 2, 3), (0, 128, 0), (9, 9, 9)]
        assert found.masks is not None
        assert found.masks.values == {0: BACKGROUND, 1: 0, 2: 1, 3: 2, 255: IGNORED}
        assert found.masks.colors[0, 128, 0] == 1
        assert found.masks.background
        assert [box.label for sample in found.samples for box in sample.boxes or ()] == [0, 1, 2]

    @pytest.mark.parametrize("names", ["_background_\nperson\ndog\ncat\n", "person\ndog\ncat\n"])
    def test_lists_of_names_with_and_without_background(self, tmp_path: Path, names: str) -> None:
        content = devkit("") | {"labels.txt": names, "SegmentationClass/1.png": MASK}
        found, _ = read_as(FORMAT, tmp_path, content)
        assert found.labels == ["person", "dog", "cat"]
        assert found.masks is not None
        assert {value: found.masks.values[value] for value in (0, 1, 3)} == {0: BACKGROUND, 1: 0, 3: 2}

    def test_masks_of_the_twenty_classes(self, tmp_path: Path) -> None:
        found, _ = read_as(FORMAT, tmp_path, devkit("") | {"SegmentationClass/1.png": MASK})
        assert found.annotation == ["detection", "segmentation"]
        assert {sample.image: sample.mask for sample in found.samples} == {
            "JPEGImages/1.jpg": "SegmentationClass/1.png",
            "JPEGImages/3.jpg": None,
        }
        assert found.masks is not None
        assert found.masks.values[0] == found.masks.colors[0, 0, 0] == BACKGROUND
        assert found.masks.values[15] == found.masks.colors[192, 128, 128] == CLASSES.index("person")
        assert found.masks.values[255] == found.masks.colors[224, 224, 192] == IGNORED
        assert found.masks.record() == {"ignore": 255, "background": True}
        assert found.colors is not None
        assert found.colors[CLASSES.index("person")] == (192, 128, 128)

    def test_masks_without_boxes(self, tmp_path: Path) -> None:
        content: Content = {
            "JPEGImages/1.jpg": PICTURE,
            "JPEGImages/2.jpg": PICTURE,
            "SegmentationClass/2.png": MASK,
            "SegmentationObject/2.png": MASK,
            "ImageSets/Segmentation/val.txt": "2\n",
        }
        found, problems = read_as(FORMAT, tmp_path, content)
        assert [(sample.image, sample.mask) for sample in found.samples] == [
            ("JPEGImages/2.jpg", "SegmentationClass/2.png")
        ]
        assert found.annotation == ["segmentation"]
        assert problems.error_count == 0

    def test_without_image_sets_all_annotated_count(self, tmp_path: Path) -> None:
        content = {name: data for name, data in devkit("").items() if "ImageSets" not in name}
        content["JPEGImages/4.jpg"] = PICTURE
        found, _ = read_as(FORMAT, tmp_path, content)
        assert [sample.image for sample in found.samples] == [f"JPEGImages/{number}.jpg" for number in (1, 2, 3)]

    def test_folders_by_other_names(self, tmp_path: Path) -> None:
        content: Content = {"pictures/1.jpg": PICTURE, "labels/1.xml": xml("1.jpg", ("cat", 1, 1, 2, 2))}
        assert read_as(FORMAT, tmp_path, content)[0].samples[0].image == "pictures/1.jpg"

    def test_names_with_endings_and_default_set(self, tmp_path: Path) -> None:
        content = {name: data for name, data in devkit("").items() if "ImageSets" not in name}
        content["ImageSets/Main/default.txt"] = "2.jpg\n"
        assert [sample.image for sample in read_as(FORMAT, tmp_path, content)[0].samples] == ["JPEGImages/2.jpg"]


class TestMistakes:
    @pytest.mark.parametrize(
        "name, text, expected",
        [
            (
                "Annotations/3.xml",
                "<annotation>\n<object>\n",
                "Annotations/3.xml:3: it is not valid XML (no element found: line 3, column 0) -> correct the syntax",
            ),
            (
                "Annotations/3.xml",
                "<!DOCTYPE x>\n<annotation/>",
                "Annotations/3.xml:1: it declares a document type -> remove the <!DOCTYPE>",
            ),
            (
                "labelmap.txt",
                "dog:::\ncat:::\n",
                "Annotations/3.xml:4: the class 'person' is not among labelmap.txt -> add it there or rename it",
            ),
            (
                "labelmap.txt",
                "dog:::\ncat:1,2:::\nperson:::\n",
                'labelmap.txt:2: this is no label with its colour -> write "name:255,0,0::"',
            ),
            (
                "ImageSets/Main/val.txt",
                "1\n3\n1\n",
                "ImageSets/Main/val.txt:3: '1' is listed in line 1 already -> remove one line",
            ),
            (
                "ImageSets/Main/val.txt",
                "\n",
                "ImageSets/Main/val.txt: the image set is empty -> write one picture name a line",
            ),
        ],
    )
    def test_line_problem_and_fix(self, tmp_path: Path, name: str, text: str, expected: str) -> None:
        _, problems = read_as(FORMAT, tmp_path, devkit("") | {name: text})
        assert expected in [problem.sentence() for problem in problems.errors]

    def test_a_picture_that_is_not_there(self, tmp_path: Path) -> None:
        found, problems = read_as(FORMAT, tmp_path, devkit("") | {"ImageSets/Main/val.txt": "1\n9\n"})
        assert [sample.image for sample in found.samples] == ["JPEGImages/1.jpg"]
        assert [problem.sentence() for problem in problems.warnings] == [
            "ImageSets/Main/val.txt:2: there is no picture for '9' -> add it to JPEGImages, or remove the entry"
        ]

    def test_nothing_annotated(self, tmp_path: Path) -> None:
        content: Content = {"JPEGImages/1.jpg": PICTURE, "Annotations/1.xml": xml("1.jpg")}
        _, problems = read_as(FORMAT, tmp_path, content)
        assert "no picture has an object or a mask" in problems.errors[0].problem


class TestExamine:
    @pytest.mark.parametrize(
        "content, says",
        [
            ({"Annotations/1.xml": xml("1.jpg")}, "there are no pictures"),
            ({"JPEGImages/1.jpg": PICTURE}, "there are no .xml files and no folder SegmentationClass"),
            ({"1.jpg": PICTURE, "model.xml": "<net/>"}, "the root of model.xml is not <annotation>"),
            ({"SegmentationClass/1.png": MASK, "a/2.png": MASK}, "there is no folder JPEGImages"),
            ({**devkit("VOC2007/"), **devkit("VOC2012/")}, "several folders JPEGImages, in VOC2007 and VOC2012"),
        ],
    )
    def test_why_not(self, tmp_path: Path, content: Content, says: str) -> None:
        finding = FORMAT.examine(tree_of(tmp_path, content), False)
        assert not finding.matches
        assert says in finding.reason


class TestColors:
    @pytest.mark.parametrize(
        "index, color",
        [
            (0, (0, 0, 0)),
            (1, (128, 0, 0)),
            (2, (0, 128, 0)),
            (3, (128, 128, 0)),
            (4, (0, 0, 128)),
            (8, (64, 0, 0)),
            (15, (192, 128, 128)),
            (20, (0, 64, 128)),
            (255, (224, 224, 192)),
        ],
    )
    def test_as_the_development_kit_has_them(self, index: int, color: tuple[int, int, int]) -> None:
        assert voc_color(index) == color
