"""Text of every kind goes into the parsers of lines: nothing comes out but what they promise."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.datasets.formats.good import GOOD
from tests.unit.datasets.material import tree_of
from workbench.datasets.formats import lfw, wider_face
from workbench.datasets.formats.annotations import Box, FormatName
from workbench.datasets.formats.camvid import parse_class
from workbench.datasets.formats.csv_table import number_of, split_row
from workbench.datasets.formats.open_images import parse_box
from workbench.datasets.formats.recognise import recognise
from workbench.datasets.formats.yolo_lines import LineRefused, parse_line, seems_label
from workbench.datasets.problems import Problems, Refused

# Text near what is right breaks more than text of any kind.
WORDS = st.one_of(
    st.sampled_from(["0", "1", "2", "10", "0.5", "-0.1", "1e3", "1e999", "nan", "inf", "-", "+", ".", "0x1", "²", "٣"]),
    st.sampled_from(
        ["cat", "a.jpg", "Ann_B", "/m/0cmf2", '"', ",", "\t", "0001eeaf4aed83f9", "\x00", "\x85", "\u2028"]
    ),
    st.text(max_size=5),
    st.floats().map(str),
    st.integers().map(str),
)
LINES = st.one_of(st.text(max_size=60), st.lists(WORDS, max_size=14).map(" ".join))
TEXTS = st.lists(LINES, max_size=8).map("\n".join)


class TestLines:
    @given(LINES, st.none() | st.integers(1, 3), st.none() | st.tuples(st.integers(1, 3), st.sampled_from([2, 3])))
    def test_yolo(self, line: str, classes: int | None, key_points: tuple[int, int] | None) -> None:
        seems_label(line)
        try:
            box = parse_line(line, classes, key_points)
        except LineRefused:
            return
        assert classes is None or box.label < classes
        assert box.bbox[2] > 0
        assert box.bbox[3] > 0

    @given(
        st.integers(0, 9),
        st.tuples(*[st.floats(0.001, 0.999)] * 2),
        st.tuples(*[st.floats(0.001, 1)] * 2),
    )
    def test_yolo_boxes_come_back(self, label: int, centre: tuple[float, float], size: tuple[float, float]) -> None:
        line = f"{label} {centre[0]:.6f} {centre[1]:.6f} {size[0]:.6f} {size[1]:.6f}"
        box = parse_line(line, 10, None)
        x, y, width, height = box.bbox
        assert box.label == label
        assert (x + width / 2, y + height / 2) == pytest.approx(centre, abs=1e-6)
        assert (width, height) == pytest.approx(size, abs=1e-6)

    @given(LINES)
    def test_pairs(self, line: str) -> None:
        lfw.parse_header(line)
        try:
            pair = lfw.parse_pair(line)
        except lfw.LineRefused:
            return
        assert pair.first[0]
        assert pair.second[1] >= 0

    @given(LINES)
    def test_landmarks(self, line: str) -> None:
        found = lfw.parse_landmarks(line)
        assert isinstance(found, str) or len(found[1]) == 5

    @given(LINES)
    def test_faces(self, line: str) -> None:
        found = wider_face.parse_face(line)
        assert isinstance(found, str | Box)

    @given(LINES, st.booleans())
    def test_classes_with_colours(self, line: str, is_csv: bool) -> None:
        found = parse_class(line, is_csv)
        assert isinstance(found, str) or all(0 <= part <= 255 for part in found[1])

    @given(LINES)
    def test_rows(self, line: str) -> None:
        cells = split_row(line)
        assert cells is None or all(isinstance(cell, str) for cell in cells)

    @given(st.lists(WORDS, min_size=13, max_size=13))
    def test_boxes_of_open_images(self, cells: list[str]) -> None:
        found = parse_box(cells, {"0": 0, "/m/0cmf2": 1})
        assert isinstance(found, str) or found.bbox[2] > 0

    @given(WORDS)
    def test_numbers(self, word: str) -> None:
        value = number_of(word)
        assert value is None or abs(value) < 1e9


FILES: list[tuple[FormatName, str]] = [
    ("yolo", "labels/val/1.txt"),
    ("yolo", "data.yaml"),
    ("lfw", "annotations/pairs.txt"),
    ("lfw", "annotations/lfw_landmark.txt"),
    ("wider_face", "wider_face_split/wider_face_val_bbx_gt.txt"),
    ("vggface2", "bb_landmark/loose_landmark_test.csv"),
    ("vggface2", "bb_landmark/loose_bb_test.csv"),
    ("open_images", "validation-annotations-bbox.csv"),
    ("open_images", "class-descriptions-boxable.csv"),
    ("camvid", "test.txt"),
    ("common_segmentation", "dataset_meta.json"),
]


class TestFiles:
    """A whole file is replaced, or lines are put behind a good beginning: at most a refusal, or findings with a fix."""

    @pytest.mark.parametrize("name, file", FILES)
    @settings(max_examples=40, deadline=None)
    @given(TEXTS, st.booleans())
    def test_refused_at_most(self, name: FormatName, file: str, text: str, keep: bool) -> None:
        good = GOOD[name][file]
        assert isinstance(good, str)
        content = GOOD[name] | {file: (good + text if keep else text).encode("utf-8", "replace")}
        with tempfile.TemporaryDirectory() as folder:
            tree = tree_of(Path(folder), content)
            problems = Problems()
            refusal: Refused | None = None
            try:
                kind, finding = recognise(tree, name)
                kind.read(tree, finding, problems)
            except Refused as error:
                refusal = error
            assert refusal is None or refusal.code.startswith(("dataset_", "annotation_"))
            assert all(problem.fix and problem.problem for problem in problems.errors + problems.warnings)
