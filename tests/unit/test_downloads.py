"""Files for spreadsheets and browsers, with names and cells that somebody else made up."""

import csv
import io
import json
import math

import pytest

from workbench.downloads import CSV, HTML, attachment, csv_text, json_text, safe_name


def read(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


class TestCsvText:
    def test_lines_end_as_the_standard_says(self) -> None:
        assert csv_text(["a", "b"], [[1, "x"]]) == "a,b\r\n1,x\r\n"

    def test_what_separates_is_quoted(self) -> None:
        rows = [['a "b", c', "two\nlines", "one\r\nmore"]]
        assert read(csv_text(["1", "2", "3"], rows))[1:] == rows

    @pytest.mark.parametrize("number", [0.1, 1 / 3, 1e-300, 12345678901234567890, -2.5, math.pi * 1e20])
    def test_numbers_keep_all_digits(self, number: float) -> None:
        (cell,) = read(csv_text(["n"], [[number]]))[1]
        assert type(number)(cell) == number

    def test_nothing_is_an_empty_cell(self) -> None:
        assert read(csv_text(["a", "b", "c"], [[None, True, False]]))[1] == ["", "true", "false"]

    @pytest.mark.parametrize(
        "text",
        ['=HYPERLINK("http://x")', "+1+cmd", "-2+3", "@SUM(A1)", "\t=1", "\r=1", " =1", "\n=1"],
    )
    def test_a_text_is_never_a_formula(self, text: str) -> None:
        (cell,) = read(csv_text(["n"], [[text]]))[1]
        assert cell == "'" + text

    def test_negative_numbers_stay_numbers(self) -> None:
        assert read(csv_text(["n"], [[-1.5]]))[1] == ["-1.5"]


class TestAttachment:
    @pytest.mark.parametrize(
        ("name", "expected"),
        [
            ("net on pictures", "net_on_pictures"),
            ('a"; filename="evil.exe', "a_filename_evil.exe"),
            ("../../etc/passwd", "etc_passwd"),
            ("a\r\nSet-Cookie: x=1", "a_Set-Cookie_x_1"),
            ("модель", "export"),
            ("x" * 500, "x" * 100),
            ("", "export"),
        ],
    )
    def test_names_are_harmless(self, name: str, expected: str) -> None:
        assert safe_name(name) == expected
        header = attachment("", CSV, name, "csv").headers["content-disposition"]
        assert header == f'attachment; filename="{expected}.csv"'

    def test_a_report_may_load_nothing(self) -> None:
        policy = attachment("<p>", HTML, "r", "html").headers["content-security-policy"]
        assert policy == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"

    def test_half_a_character_is_no_error(self) -> None:
        assert attachment("\ud800", CSV, "r", "csv").body == b"?"


def test_json_keeps_letters_and_digits() -> None:
    assert json.loads(json_text({"ü": 1 / 3})) == {"ü": 1 / 3}
    assert "ü" in json_text({"ü": 1})
