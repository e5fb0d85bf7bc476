"""Names that users give, and names made from files."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.names import BadName, checked_name, free_name, name_from_file


@pytest.mark.parametrize(
    ("filename", "name"),
    [
        ("resnet50.onnx", "resnet50"),
        ("a/b/model.xml", "model"),
        ("digits.tar.gz", "digits"),
        ("saved_model/", "saved_model"),
        ("C:\\files\\net v1.2.tflite", "net v1.2"),
        ("<script>.onnx", "script"),
        ("...", "model"),
        (".onnx", "onnx"),
        ("ЯндексНет.onnx", "ЯндексНет"),
    ],
)
def test_names_from_files(filename: str, name: str) -> None:
    assert name_from_file(filename, "model") == name


@given(st.text(max_size=200))
def test_any_file_gives_a_usable_name(filename: str) -> None:
    assert checked_name(name_from_file(filename, "model"))


@pytest.mark.parametrize("name", ["", " ", "../x", "a/b", "x" * 101, "<b>", "a\x00", "_x", "-x", "a\nb"])
def test_refused_names(name: str) -> None:
    with pytest.raises(BadName):
        checked_name(name)


def test_a_free_name_is_found() -> None:
    assert free_name("x", {"x", "x (2)"}.__contains__) == "x (3)"
    assert free_name("y", {"x"}.__contains__) == "y"
