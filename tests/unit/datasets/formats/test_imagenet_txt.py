"""ImageNet with a text file: the list, its labels, and every mistake with its line."""

from pathlib import Path

import pytest

from tests.unit.datasets.material import Content, picture, read_as, tree_of
from workbench.datasets.formats.imagenet_txt import FORMAT

PICTURE = picture()
IMAGES: Content = {f"images/{name}.png": PICTURE for name in ("a", "b", "c d")}


class TestRead:
    def test_names_and_indexes(self, tmp_path: Path) -> None:
        found, problems = read_as(FORMAT, tmp_path, {**IMAGES, "val.txt": "a.png 2\nb.png\t0\n\nc d.png   1\n"})
        assert [(sample.image, sample.label, sample.line) for sample in found.samples] == [
            ("images/a.png", 2, 1),
            ("images/b.png", 0, 2),
            ("images/c d.png", 1, 4),
        ]
        assert found.annotation == ["classification"]
        assert found.labels is None
        assert (problems.error_count, problems.warning_count) == (0, 0)

    @pytest.mark.parametrize("name", ["images/a.png", "a.png"])
    @pytest.mark.parametrize("listing", ["val.txt", "images/val.txt", "lists/val.txt"])
    def test_paths_from_wherever(self, tmp_path: Path, name: str, listing: str) -> None:
        found, _ = read_as(FORMAT, tmp_path, {**IMAGES, listing: f"{name} 1\n"})
        assert [sample.image for sample in found.samples] == ["images/a.png"]

    def test_windows_lines_and_a_byte_order_mark(self, tmp_path: Path) -> None:
        found, _ = read_as(FORMAT, tmp_path, {**IMAGES, "val.txt": "\ufeffa.png 1\r\nb.png 0\r\n"})
        assert [sample.label for sample in found.samples] == [1, 0]

    def test_synset_words(self, tmp_path: Path) -> None:
        words = "n01440764 tench, Tinca tinca\nn01443537 goldfish, Carassius auratus\n"
        found, _ = read_as(FORMAT, tmp_path, {**IMAGES, "val.txt": "a.png 1\n", "synset_words.txt": words})
        assert found.labels == ["tench, Tinca tinca", "goldfish, Carassius auratus"]

    @pytest.mark.parametrize(
        "meta",
        ['{"labels": ["ape", "bee"]}', '{"label_map": {"1": "bee", "0": "ape"}}', '\ufeff{"labels":["ape","bee"]}'],
    )
    def test_dataset_meta_goes_first(self, tmp_path: Path, meta: str) -> None:
        content = {**IMAGES, "val.txt": "a.png 1\n", "dataset_meta.json": meta, "labels.txt": "x\ny\n"}
        assert read_as(FORMAT, tmp_path, content)[0].labels == ["ape", "bee"]

    def test_val_before_train(self, tmp_path: Path) -> None:
        found, _ = read_as(FORMAT, tmp_path, {**IMAGES, "train.txt": "a.png 0\n", "val.txt": "b.png 1\n"})
        assert [sample.image for sample in found.samples] == ["images/b.png"]
        assert "val.txt" in found.checks[0].detail


MISTAKES = {
    "index missing": ("b.png", "class index is missing", 'write "name index"'),
    "index of a name with a blank missing": ("c d.png", "class index is missing", 'write "name index"'),
    "index a word": ("b.png cat", "class index 'cat' is not a whole number", 'write "name index"'),
    "index negative": ("b.png -1", "class index '-1' is not a whole number", 'write "name index"'),
    "index a fraction": ("b.png 1.5", "class index '1.5' is not a whole number", 'write "name index"'),
    "index too large": ("b.png 2", "class index 2 is beyond the last of 2 labels", "add the name"),
    "twice": ("images/a.png 1", "images/a.png is listed in line 1 already", "remove one line"),
    "outside": ("../b.png 1", "the path '../b.png' leads out of the dataset", 'write "name index"'),
    "absolute": ("/b.png 1", "the path '/b.png' leads out of the dataset", 'write "name index"'),
}


class TestMistakes:
    @pytest.mark.parametrize("name", MISTAKES)
    def test_line_problem_and_fix(self, tmp_path: Path, name: str) -> None:
        line, problem, fix = MISTAKES[name]
        content = {**IMAGES, "annotations/val.txt": f"a.png 0\n\n{line}\n", "labels.txt": "x\ny\n"}
        _, problems = read_as(FORMAT, tmp_path, content)
        assert [found.sentence() for found in problems.errors] == [f"annotations/val.txt:3: {problem} -> {fix}"]

    def test_a_picture_that_is_not_there_is_left_out(self, tmp_path: Path) -> None:
        found, problems = read_as(FORMAT, tmp_path, {**IMAGES, "val.txt": "a.png 0\ngone.png 1\n"})
        assert [sample.image for sample in found.samples] == ["images/a.png"]
        assert [(found.file, found.line) for found in problems.warnings] == [("val.txt", 2)]
        assert problems.error_count == 0
        assert [check.ok for check in found.checks if check.check == "listed pictures"] == [False]

    @pytest.mark.parametrize(
        "name, text, says",
        [
            ("synset_words.txt", "n01440764 tench\ntench\n", "synset_words.txt:2: this is no WordNet id"),
            ("synset_words.txt", "n01440764 a\nn01440764 b\n", "synset_words.txt:2: n01440764 is there twice"),
            ("dataset_meta.json", '{\n"labels": [1}', "dataset_meta.json:2: it is not valid JSON"),
            ("dataset_meta.json", "[]", "dataset_meta.json: it is not a JSON object"),
            ("dataset_meta.json", '{"labels": "ape"}', 'dataset_meta.json: "labels" is not a list of names'),
            ("dataset_meta.json", '{"label_map": {"a": "b"}}', 'dataset_meta.json: "label_map" does not map'),
            ("dataset_meta.json", '{"label_map": {"9999999": "b"}}', 'dataset_meta.json: "label_map" does not map'),
            ("dataset_meta.json", '{"labels": ["a"], "background_label": 1}', '"background_label" is not the number'),
            ("dataset_meta.json", '{"labels": ["a"], "segmentation_colors": [[1]]}', '"segmentation_colors" is not'),
            ("dataset_meta.json", '{"labels": ["a", ""]}', "the name of label 1 is empty"),
            ("dataset_meta.json", "[" * 100_000, "it is not valid JSON"),
            ("labels.txt", "x" * 300, "the name of label 0 is empty, longer than 200 characters"),
        ],
    )
    def test_label_files(self, tmp_path: Path, name: str, text: str, says: str) -> None:
        _, problems = read_as(FORMAT, tmp_path, {**IMAGES, "val.txt": "a.png 0\n", name: text})
        assert says in problems.errors[0].sentence()

    def test_two_label_files_of_a_kind(self, tmp_path: Path) -> None:
        content = {**IMAGES, "val.txt": "a.png 0\n", "x/labels.txt": "x\n", "y/labels.txt": "x\n"}
        _, problems = read_as(FORMAT, tmp_path, content)
        assert problems.errors[0].sentence().startswith("y/labels.txt: there is also x/labels.txt")


class TestExamine:
    @pytest.mark.parametrize(
        "content, says",
        [
            ({"val.txt": "a.png 1\n"}, "there are no pictures"),
            ({**IMAGES}, "there is no .txt file"),
            ({**IMAGES, "readme.txt": "Pictures of 2 cats\nand 3 dogs\n"}, "there is no .txt file"),
            ({**IMAGES, "val.txt": "a.png\nb.png\n"}, "has no class index behind them"),
            ({**IMAGES, "x.txt": "a.png 1\n", "y.txt": "a.png 1\n"}, "more than one .txt file"),
        ],
    )
    def test_why_not(self, tmp_path: Path, content: Content, says: str) -> None:
        finding = FORMAT.examine(tree_of(tmp_path, content), False)
        assert not finding.matches
        assert says in finding.reason
