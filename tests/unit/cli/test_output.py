"""What is printed: units, tables, and nothing that a terminal obeys."""

import json

import pytest

from workbench.cli import output, units


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (13_400_000, "13.4 MB"), (999_960, "1.0 MB"), (2.5e12, "2.5 TB")],
)
def test_sizes(count: float, text: str) -> None:
    assert units.size(count) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (12345.6, "12,346"),
        (1000, "1,000"),
        (999.96, "1,000"),
        (123.45, "123.5"),
        (99.996, "100.0"),
        (12.345, "12.35"),
        (9.99951, "10.00"),
        (1.2345, "1.234"),
        (0.12345, "0.1235"),
        (0, "0.0000"),
    ],
)
def test_figures_have_four_digits(value: float, text: str) -> None:
    assert units.figure(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(8.4, "8 s"), (59.7, "1 min 00 s"), (125, "2 min 05 s"), (3660, "1 h 01 min")]
)
def test_spans(value: float, text: str) -> None:
    assert units.seconds(value) == text


def test_nothing_has_no_unit() -> None:
    assert units.size(None) is None
    assert units.figure(None, "ms") is None
    assert units.interval(None) is None
    assert units.seconds(None) is None


def test_an_interval_and_a_shape() -> None:
    assert units.interval([99.5, 1204]) == "99.50 to 1,204"
    assert units.shape([1, 3, "?", "1..8"]) == "[1, 3, ?, 1..8]"
    assert units.shape(None) == "any"


def test_columns_are_aligned_and_never_cut(capsys: pytest.CaptureFixture[str]) -> None:
    output.table(("name", ">size"), [("a", "1"), ("long name " * 30, "1,000"), ("網", None)])
    lines = capsys.readouterr().out.splitlines()
    width = len("long name " * 30) - 1
    assert lines[0] == "name" + " " * (width - 4) + "   size"
    assert lines[1] == "a" + " " * (width - 1) + "      1"
    assert lines[2] == ("long name " * 30).strip() + "  1,000"
    assert lines[3] == "網" + " " * (width - 2) + "      –"  # two columns wide


def test_a_terminal_is_told_nothing_by_names(capsys: pytest.CaptureFixture[str]) -> None:
    hostile = "a\x1b]0;owned\x07\u202eb\r\nc"
    output.table(("name",), [(hostile,)])
    output.facts([("name", hostile)])
    assert not set("\x1b\x07\u202e\r") & set(capsys.readouterr().out)


def test_a_document_is_plain_ascii(capsys: pytest.CaptureFixture[str]) -> None:
    value = {"name": "größe 網", "esc": "\x1b[2J"}
    output.document(value)
    text = capsys.readouterr().out
    assert text.isascii()
    assert "\x1b" not in text
    assert json.loads(text) == value


def test_facts_leave_out_what_is_not_known(capsys: pytest.CaptureFixture[str]) -> None:
    output.facts([("name", "net"), ("task", None), ("parameters", "12")])
    assert capsys.readouterr().out == "name        net\nparameters  12\n"
