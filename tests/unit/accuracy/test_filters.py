"""Conditions: each kind of column and operation against the same condition in plain Python, and what is refused."""

import random
from typing import Any

import pyarrow as pa
import pytest

from workbench.accuracy.filters import BadFilter, Condition, mask, parse

TYPES = {
    "name": "text",
    "label": "integer",
    "loss": "number",
    "error": "boolean",
    "label_name": "text",
    "ap@0.5": "number",
}
RANDOM = random.Random(4)
NAMES = ["a cat", "A Cat.png", "dog", "müll", "x, y", None]
ROWS: list[dict[str, Any]] = [
    {
        "name": RANDOM.choice(NAMES),
        "label": RANDOM.choice([0, 1, 2, 10, None]),
        "loss": RANDOM.choice([0.0, 0.5, 1.25, None]),
        "error": RANDOM.choice([True, False, None]),
        "label_name": RANDOM.choice(NAMES),
        "ap@0.5": 0.5,
    }
    for _ in range(200)
]


def kept(*texts: str) -> list[dict[str, Any]]:
    data = pa.Table.from_pylist(ROWS)
    found = mask([parse(text, TYPES) for text in texts], data.column)
    return [dict(row) for row in data.filter(found).to_pylist()]


def like(holds: Any) -> list[dict[str, Any]]:
    return [row for row in ROWS if holds(row)]


class TestRows:
    @pytest.mark.parametrize(
        ("text", "holds"),
        [
            ("label = 1", lambda row: row["label"] == 1),
            ("label=1", lambda row: row["label"] == 1),
            ("  label   ==  1 ", lambda row: row["label"] == 1),
            ("label != 1", lambda row: row["label"] != 1),
            ("label ≠ 1", lambda row: row["label"] != 1),
            ("label > 1", lambda row: row["label"] is not None and row["label"] > 1),
            ("label >= 0.5", lambda row: row["label"] is not None and row["label"] >= 0.5),
            ("loss ≤ 0.5", lambda row: row["loss"] is not None and row["loss"] <= 0.5),
            ("loss < 5e-1", lambda row: row["loss"] is not None and row["loss"] < 0.5),
            ("loss ≥ 1.25", lambda row: row["loss"] is not None and row["loss"] >= 1.25),
            ("error = true", lambda row: row["error"] is True),
            ("error = no", lambda row: row["error"] is False),
            ("error != true", lambda row: row["error"] is not True),
            ("name contains CAT", lambda row: row["name"] is not None and "cat" in row["name"].lower()),
            ("name contains a c", lambda row: row["name"] is not None and "a c" in row["name"].lower()),
            ("name contains MÜLL", lambda row: row["name"] == "müll"),
            ("name = a cat", lambda row: row["name"] == "a cat"),
            ("name = A", lambda row: False),
            ("label_name = dog", lambda row: row["label_name"] == "dog"),
            ('name in ["x, y", "dog"]', lambda row: row["name"] in ("x, y", "dog")),
            ("name in dog, müll", lambda row: row["name"] in ("dog", "müll")),
            ("label in 0,10", lambda row: row["label"] in (0, 10)),
            ("label in [2]", lambda row: row["label"] == 2),
            ("error in [false]", lambda row: row["error"] is False),
            ("label = null", lambda row: row["label"] is None),
            ("name != null", lambda row: row["name"] is not None),
            ("ap@0.5 = 0.5", lambda row: True),
        ],
    )
    def test_one_condition(self, text: str, holds: Any) -> None:
        assert kept(text) == like(holds)

    def test_all_conditions_hold(self) -> None:
        found = kept("label > 0", "error = true", "name contains a")
        assert found == like(
            lambda row: (row["label"] or 0) > 0 and row["error"] is True and "a" in (row["name"] or "").lower()
        )

    def test_none_is_no_mask(self) -> None:
        assert mask([], pa.Table.from_pylist(ROWS).column) is None


class TestRefused:
    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("lable = 1", "There is no column 'lable'."),
            ("", "There is no column ''."),
            ("label", "There is no comparison after the column 'label'"),
            ("label like 1", "'like' is no comparison after the column 'label'"),
            ("label = x", "'x' is not a number, as the column 'label' needs."),
            ("label = nan", "'nan' is not a number"),
            ("label =", "There is no value after 'label ='."),
            ("label contains 1", "'contains' is for texts; the column 'label' has type integer."),
            ("name < b", "'<' is for numbers; the column 'name' has type text."),
            ("error > false", "'>' is for numbers; the column 'error' has type boolean."),
            ("error = maybe", "'maybe' is neither true nor false"),
            ("label in [1, 2", "is no JSON list"),
            ("label in {}", "'{}' is not a number"),
            ("label in []", "Give 1 to 1000 values after 'label in'."),
            ("label in [[1]]", "[1] cannot be compared with the column 'label'."),
            ("labels = 1", "'s' is no comparison after the column 'label'"),
        ],
    )
    def test_names_what_is_wrong(self, text: str, said: str) -> None:
        with pytest.raises(BadFilter) as error:
            parse(text, TYPES)
        assert said in error.value.detail
        assert error.value.status == 422

    def test_the_columns_are_named(self) -> None:
        with pytest.raises(BadFilter) as error:
            parse("lable = 1", TYPES)
        assert error.value.code == "unknown_column"
        assert "label_name" in error.value.action

    def test_a_value_may_look_like_a_condition(self) -> None:
        assert parse("name = a = b", TYPES) == Condition("name", "=", ("a = b",))
