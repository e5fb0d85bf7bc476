import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.uploads.names import BadFilename, check_filename, clash

ESCAPES = [
    "..",
    "../x",
    "a/../x",
    "a/..",
    "./x",
    ".",
    "/etc/passwd",
    "//x",
    "a//b",
    "a/",
    "/",
    "",
    " ",
    "a/ /b",
    "..\\x",
    "a\\b",
    "\\\\server\\share",
    "C:",
    "C:x",
    "c:/x",
    "a\x00b",
    "a\nb",
    "a\x7fb",
    "a\x85b",
    "a\u2028b",
    "\u202efdp.onnx",
    "a\ud800b",
]


class TestCheckFilename:
    @pytest.mark.parametrize(
        "name",
        [
            "model.onnx",
            "folder/sub/image 1.jpg",
            "..model.onnx",
            "a..b/c...",
            "%2e%2e%2fx",
            "模型/модель.onnx",
            "\u2025/\uff0e\uff0e/x",
            "👩‍🔬.png",
            "-rf",
            "~/x",
            "$(id)",
        ],
    )
    def test_plain_relative_paths_pass_unchanged(self, name: str) -> None:
        assert check_filename(name) == name

    @pytest.mark.parametrize("name", ESCAPES)
    def test_what_could_escape_is_refused(self, name: str) -> None:
        with pytest.raises(BadFilename) as caught:
            check_filename(name)
        assert caught.value.code == "invalid_filename"
        assert caught.value.status == 422

    def test_a_part_may_have_255_bytes_and_not_256(self) -> None:
        assert check_filename("é" * 127 + "x")  # 2 * 127 + 1 = 255 bytes
        with pytest.raises(BadFilename):
            check_filename("é" * 128)

    def test_the_whole_may_have_1024_bytes_and_not_1025(self) -> None:
        name = "/".join(["x" * 204] * 5)  # 5 * 204 + 4 = 1024
        assert check_filename(name) == name
        with pytest.raises(BadFilename):
            check_filename(name + "x")

    def test_at_most_32_parts(self) -> None:
        assert check_filename("/".join("x" * 32))
        with pytest.raises(BadFilename):
            check_filename("/".join("x" * 33))

    @given(st.text(max_size=60))
    def test_what_passes_stays_below_its_folder(self, name: str) -> None:
        try:
            check_filename(name)
        except BadFilename:
            return
        parts = name.split("/")
        assert ".." not in parts
        assert "." not in parts
        assert all(parts)
        assert not {"\\", "\x00"} & set(name)


class TestClash:
    def test_different_names_do_not_clash(self) -> None:
        assert clash(["a", "b/a", "b/c", "bb"]) is None

    def test_the_same_name_twice(self) -> None:
        assert clash(["a", "b", "a"]) == "a"

    @pytest.mark.parametrize("names", [["a", "a/b"], ["a/b", "a"], ["a/b/c", "x", "a/b"]])
    def test_a_file_where_a_folder_is_needed(self, names: list[str]) -> None:
        assert clash(names) is not None
