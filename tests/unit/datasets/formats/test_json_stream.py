"""A large JSON object in pieces: the same values as the standard library, and a line for what is wrong."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench.datasets.formats.json_stream import JsonObject, JsonRefused

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)
ALL = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def opened(tmp_path: Path, text: str) -> JsonObject:
    (tmp_path / "a.json").write_text(text, encoding="utf-8")
    return JsonObject(tmp_path / "a.json")


class TestJsonObject:
    @ALL
    @given(st.dictionaries(st.text(), VALUES, max_size=5), st.sampled_from([None, 1, "\t"]))
    def test_as_the_standard_library(self, tmp_path: Path, content: dict[str, Any], indent: int | str | None) -> None:
        found = opened(tmp_path, json.dumps(content, indent=indent, ensure_ascii=False))
        kinds: dict[type, str] = {list: "array", dict: "object"}
        assert found.kinds == {key: kinds.get(type(value), "other") for key, value in content.items()}
        for key, value in content.items():
            elements = list(found.array(key))
            assert [element.value for element in elements] == (value if isinstance(value, list) else [])
            assert [element.number for element in elements] == list(range(len(elements)))
            assert [json.loads(found.text(element)) for element in elements] == [each.value for each in elements]

    def test_lines(self, tmp_path: Path) -> None:
        found = opened(tmp_path, '{"x": 1,\n"a": [\n{"b": 1},\n\n{"b": 2}]}\n')
        assert [found.line(element.start) for element in found.array("a")] == [3, 5]

    def test_the_last_of_two_members_counts(self, tmp_path: Path) -> None:
        assert [element.value for element in opened(tmp_path, '{"a": [1], "a": [2, 3]}').array("a")] == [2, 3]

    def test_what_is_not_there(self, tmp_path: Path) -> None:
        found = opened(tmp_path, '\ufeff{"a": {"b": []}}')
        assert list(found.array("a")) == list(found.array("c")) == []

    @pytest.mark.parametrize(
        "text, line, says",
        [
            ("", 1, "not a JSON object"),
            ("[]", 1, "not a JSON object"),
            ('{"a": [1,\n2', 2, "ends too early (column 2)"),
            ('{"a": [1,\n2,]}', 2, "not valid JSON (column 3)"),
            ('{"a": [1\n2]}', 2, "not valid JSON (column 1)"),
            ('{"a"\n1}', 2, "not valid JSON (column 1)"),
            ('{"a": 1\n"b": 2}', 2, "not valid JSON (column 1)"),
            ('{"a": 1,}', 1, "not valid JSON (column 9)"),
            ("{a: 1}", 1, "not valid JSON (column 2)"),
            ('{"a": 1}\n\n{}', 3, "not valid JSON (column 1)"),
            ('{"a": [NaN]}', 1, "not valid JSON"),
            ('{"a": -Infinity}', 1, "not valid JSON"),
            ('{"a": ' + "9" * 5000 + "}", 1, "not valid JSON"),
            ('{"a": "\n"}', 1, "not valid JSON"),
            ('{\n"a": ' + "[" * 100_000, 2, "nested too deep"),
        ],
    )
    def test_refusals(self, tmp_path: Path, text: str, line: int, says: str) -> None:
        with pytest.raises(JsonRefused) as refused:
            opened(tmp_path, text)
        assert says in refused.value.problem
        assert refused.value.line == line

    @ALL
    @given(st.text('{}[]":,1a\n ', max_size=40))
    def test_it_takes_what_the_standard_library_takes(self, tmp_path: Path, text: str) -> None:
        try:
            expected = isinstance(json.loads(text), dict)
        except ValueError:
            expected = False
        try:
            opened(tmp_path, text)
        except JsonRefused:
            assert not expected
        else:
            assert expected

    def test_too_large(self, tmp_path: Path) -> None:
        with (tmp_path / "a.json").open("wb") as file:
            file.truncate(2**30 + 1)
        with pytest.raises(JsonRefused, match="larger than 1024 MiB"):
            JsonObject(tmp_path / "a.json")

    def test_not_text(self, tmp_path: Path) -> None:
        (tmp_path / "a.json").write_bytes(b'{"\xff": 1}')
        with pytest.raises(JsonRefused, match="UTF-8"):
            JsonObject(tmp_path / "a.json")
