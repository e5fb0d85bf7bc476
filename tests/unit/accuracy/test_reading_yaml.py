"""Readings as YAML: there and back, and a corpus of mistakes with the line and column of each."""

from typing import Any

import pytest
from pydantic import TypeAdapter

from workbench.accuracy.reading_schemas import Decoding, Reading
from workbench.accuracy.reading_yaml import dump, parse, places

FAMILIES: list[str] = sorted(TypeAdapter(Decoding).json_schema()["discriminator"]["mapping"])


class TestThereAndBack:
    @pytest.mark.parametrize("family", FAMILIES)
    def test_every_family(self, family: str) -> None:
        reading = Reading.model_validate({"task": "generic", "decoding": {"family": family}})
        assert parse(dump(reading)) == (reading, [])

    def test_with_everything(self) -> None:
        reading = Reading.model_validate(
            {
                "task": "object_detection",
                "preprocessing": {"mean": [123.675, 1, 2], "scale": [0.1], "color": "BGR", "resize": "letterbox"},
                "image_input": "yes",
                "decoding": {
                    "family": "boxes_and_scores",
                    "boxes_output": "1.5",
                    "scores_output": "a: b # c",
                    "priors": [{"height": 2, "width": 3, "sizes": [[1, 2], [3.5, 4]]}],
                },
                "classes": {"label_set": ["no", "null", "12", "müll", " "], "match_by": "name"},
                "metrics": {"top_k": [1], "far": [1e-07]},
            }
        )
        text = dump(reading)
        assert parse(text) == (reading, [])
        assert "[123.675, 1.0, 2.0]" in text

    def test_no_more_than_is_needed(self) -> None:
        reading, problems = parse("task: classification\ndecoding: {family: classification, activation: softmax}\n")
        assert problems == []
        assert reading is not None
        assert reading.metrics.top_k == [1, 5]

    def test_numbers_as_people_write_them(self) -> None:
        reading, problems = parse("task: generic\nmetrics: {far: [1e-3, 1.e-2]}\n")
        assert (reading.metrics.far if reading else None, problems) == ([1e-3, 1e-2], [])


# Text, then (line, column, field, part of the message) of every mistake.
CORPUS: list[tuple[str, list[tuple[int, int, str | None, str]]]] = [
    ("", [(1, 1, None, "It is empty")]),
    ("- 1\n", [(1, 1, None, "It must be fields with values")]),
    ("task: [\n", [(2, 1, None, "This is no YAML")]),
    ("task: 'generic\n", [(2, 1, None, "This is no YAML")]),
    ("task: generic\n\tx: 1\n", [(2, 1, None, "This is no YAML")]),
    ("task: generic\n\x01\n", [(2, 1, None, "A character here is not allowed")]),
    ("task: generic\n---\ntask: generic\n", [(2, 1, None, "one document only")]),
    ("decoding: {family: none}\n", [(1, 1, "task", "'task' is missing")]),
    ("task: cars\n", [(1, 7, "task", '"cars" is none of classification')]),
    ("task: generic\ntask: generic\n", [(2, 1, "task", "'task' stands here twice, first in line 1.")]),
    ("task: generic\nmetrics:\n  coco: true\n  coco: false\n", [(4, 3, "metrics.coco", "twice, first in line 3")]),
    ("task: generic\ncolour: RGB\n", [(2, 1, "colour", "There is no field 'colour'. There are: classes,")]),
    (
        "task: generic\npreprocessing:\n  colour: RGB\n",
        [(3, 3, "preprocessing.colour", "no field 'colour' in 'preprocessing'. Is 'color' meant?")],
    ),
    ("task: generic\npreprocessing: 5\n", [(2, 16, "preprocessing", "5 is not fields with values")]),
    ("task: generic\npreprocessing: {mean: 5}\n", [(2, 23, "preprocessing.mean", "5 is not a list")]),
    ("task: generic\npreprocessing: {mean: [1, x]}\n", [(2, 27, "preprocessing.mean.1", '"x" is not a number')]),
    ("task: generic\npreprocessing: {crop_fraction: 2}\n", [(2, 32, "preprocessing.crop_fraction", "2 is above 1")]),
    ("task: generic\nmetrics:\n  top_k: [0]\n", [(3, 11, "metrics.top_k.0", "0 is below 1")]),
    ("task: generic\nmetrics:\n  top_k: []\n", [(3, 10, "metrics.top_k", "fewer than 1 entries")]),
    ("task: generic\nmetrics:\n  top_k: [1.5]\n", [(3, 11, "metrics.top_k.0", "is not a whole number")]),
    ("task: generic\nmetrics: {coco: 1}\n", [(2, 17, "metrics.coco", "1 is not true or false")]),
    ("task: generic\nmetrics: {folds: '5'}\n", [(2, 18, "metrics.folds", '"5" is not a whole number')]),
    ("task: generic\nmetrics: {folds: true}\n", [(2, 18, "metrics.folds", "true is not a whole number")]),
    ("task: generic\nmetrics: {map_iou: .inf}\n", [(2, 20, "metrics.map_iou", "no finite number")]),
    ("task: generic\nimage_input: 5\n", [(2, 14, "image_input", "5 is not a text")]),
    ("task: generic\ndecoding: {output: x}\n", [(2, 11, "decoding.family", "'family' is missing in 'decoding'")]),
    ("task: generic\ndecoding: {family: yolo}\n", [(2, 20, "decoding.family", "'yolo' is none of classification")]),
    (
        "task: generic\ndecoding:\n  family: yolo_rows\n  anchors: [[1, 2]]\n",
        [(4, 3, "decoding.anchors", "no field 'anchors' in 'decoding'. There are: family, max_detections,")],
    ),
    (
        "task: generic\ndecoding:\n  family: yolo_anchors\n  anchors: [[1, 2], [3]]\n",
        [(4, 21, "decoding.anchors.1", "too few entries")],
    ),
    ("task: generic\nclasses: {label_set: cars}\n", [(2, 22, "classes.label_set", '"cars" is none of dataset')]),
    ("task: generic\nclasses: {label_set: [a, 5]}\n", [(2, 26, "classes.label_set.1", "5 is not a text")]),
    ("task: !!python/object/apply:os.system [ls]\n", [(1, 7, "task", "Tags ('!name') are not read")]),
    ("task: !!binary aGk=\n", [(1, 7, "task", "Only texts, numbers")]),
    ("task: generic\n? [a]\n: b\n", [(2, 3, None, "The name of a field must be a word")]),
    (
        "task: cars\nmetrics:\n  top_k: [1, x]\n  map_iou: 2\nclases: {}\n",
        [
            (1, 7, "task", '"cars" is none of'),
            (3, 14, "metrics.top_k.1", '"x" is not a whole number'),
            (4, 12, "metrics.map_iou", "2 is above 1"),
            (5, 1, "clases", "Is 'classes' meant?"),
        ],
    ),
]


class TestMistakes:
    @pytest.mark.parametrize(("text", "expected"), CORPUS, ids=[text[:40] for text, _ in CORPUS])
    def test_each_is_told_with_its_place(self, text: str, expected: list[tuple[int, int, str | None, str]]) -> None:
        reading, problems = parse(text)
        assert reading is None
        found = [(one.line, one.column, one.field) for one in problems]
        assert found == [one[:3] for one in expected], problems
        for problem, (*_, message) in zip(problems, expected, strict=True):
            assert message in problem.message

    def test_a_bomb_of_aliases(self) -> None:
        text = "a: &a [x, x]\n" + "".join(
            f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 9)}]\n" for n in range(20)
        )
        _, problems = parse(text)
        assert [(one.line, one.column) for one in problems] == [(2, 8)]
        assert "Aliases" in problems[0].message

    @pytest.mark.parametrize("text", ["[" * 5000, "a: " * 3000, "{a: " * 2000, "- " * 3000 + "x"])
    def test_deep_nesting(self, text: str) -> None:
        _, problems = parse(text)
        assert len(problems) == 1

    def test_too_large(self) -> None:
        assert "larger than 200 kB" in parse("a" * 200_001)[1][0].message

    def test_very_many_mistakes(self) -> None:
        _, problems = parse("task: generic\n" + "".join(f"x{n}: 1\n" for n in range(500)))
        assert len(problems) == 100


def test_places_of_values() -> None:
    found: dict[str, Any] = places("task: generic\ndecoding:\n  family: ssd\n  output: x\n")
    assert (found["task"], found["decoding.output"]) == ((1, 7), (4, 11))
