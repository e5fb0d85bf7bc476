"""ImageNet in folders: which folders are classes, and how the classes are numbered."""

from pathlib import Path

import pytest

from tests.unit.datasets.material import Content, picture, read_as, tree_of
from workbench.datasets.formats.imagenet_folders import FORMAT

PICTURE = picture()


def pictures(*names: str) -> Content:
    return dict.fromkeys(names, PICTURE)


class TestRead:
    def test_labels_from_the_names(self, tmp_path: Path) -> None:
        found, _ = read_as(FORMAT, tmp_path, pictures("dog/1.png", "cat/2.png", "cat/1.png"))
        assert found.labels == ["cat", "dog"]
        assert [(sample.image, sample.label) for sample in found.samples] == [
            ("cat/1.png", 0),
            ("cat/2.png", 0),
            ("dog/1.png", 1),
        ]

    def test_below_other_folders(self, tmp_path: Path) -> None:
        found, _ = read_as(FORMAT, tmp_path, pictures("data/all/dog/1.png", "data/all/cat/2.png"))
        assert found.labels == ["cat", "dog"]

    def test_val_before_train(self, tmp_path: Path) -> None:
        found, _ = read_as(
            FORMAT, tmp_path, pictures("train/dog/1.png", "train/cat/2.png", "val/dog/3.png", "val/cat/4.png")
        )
        assert [sample.image for sample in found.samples] == ["val/cat/4.png", "val/dog/3.png"]

    def test_numbers_as_names_are_the_labels(self, tmp_path: Path) -> None:
        """10 comes after 9, not after 1."""
        found, _ = read_as(FORMAT, tmp_path, pictures(*(f"{number}/x.png" for number in range(11))))
        assert found.labels == [str(number) for number in range(11)]
        assert {sample.image: sample.label for sample in found.samples}["10/x.png"] == 10

    def test_synset_words_give_the_models_numbers(self, tmp_path: Path) -> None:
        words = "".join(f"n0000000{number} word {number}\n" for number in range(5))
        content = {**pictures("n00000004/a.png", "n00000001/b.png"), "synset_words.txt": words}
        found, _ = read_as(FORMAT, tmp_path, content)
        assert {sample.image: sample.label for sample in found.samples} == {"n00000001/b.png": 1, "n00000004/a.png": 4}
        assert found.labels == [f"word {number}" for number in range(5)]

    def test_without_them_it_is_said(self, tmp_path: Path) -> None:
        found, _ = read_as(FORMAT, tmp_path, pictures("n00000004/a.png", "n00000001/b.png"))
        check = next(check for check in found.checks if check.check == "label names")
        assert not check.ok
        assert "synset_words.txt" in check.detail

    def test_dataset_meta_names_by_number_or_name(self, tmp_path: Path) -> None:
        content = {**pictures("cat/a.png", "1/b.png"), "dataset_meta.json": '{"labels": ["bird", "dog", "cat"]}'}
        found, _ = read_as(FORMAT, tmp_path, content)
        assert {sample.image: sample.label for sample in found.samples} == {"1/b.png": 1, "cat/a.png": 2}

    def test_a_folder_without_label_is_a_mistake(self, tmp_path: Path) -> None:
        content = {**pictures("cat/a.png", "cow/b.png"), "dataset_meta.json": '{"labels": ["dog", "cat"]}'}
        _, problems = read_as(FORMAT, tmp_path, content)
        assert [found.sentence() for found in problems.errors] == [
            "cow: no label of dataset_meta.json is called so -> rename it, or add the label"
        ]


class TestExamine:
    @pytest.mark.parametrize(
        "content",
        [
            pictures("a.png", "b.png"),
            pictures("all/a.png", "all/b.png"),
            pictures("a.png", "cat/b.png", "dog/c.png"),
            pictures("x/cat/a.png", "dog/b.png"),
            pictures("train/a.png", "val/b.png"),
            pictures("images/a.png", "masks/a.png"),
            pictures("x/cat/a.png", "y/cat/b.png"),
        ],
    )
    def test_no_class_folders(self, tmp_path: Path, content: Content) -> None:
        finding = FORMAT.examine(tree_of(tmp_path, content), False)
        assert not finding.matches
        assert "two or more folders side by side" in finding.reason

    def test_annotations_of_another_format(self, tmp_path: Path) -> None:
        tree = tree_of(tmp_path, {**pictures("cat/a.png", "dog/b.png"), "boxes.csv": "a,1\n"})
        assert "boxes.csv" in FORMAT.examine(tree, False).reason
        assert FORMAT.examine(tree, True).matches
