"""Annotation files of Pascal VOC: what they say, and the line of what is wrong."""

import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.datasets.formats.voc_xml import XmlRefused, read_voc_xml
from workbench.datasets.problems import Problems

GOOD = """<?xml version="1.0"?>
<annotation>
  <filename>one.jpg</filename>
  <size>
    <width>300</width>
    <height>200</height>
    <depth>3</depth>
  </size>
  <object>
    <name>person</name>
    <difficult>1</difficult>
    <bndbox>
      <xmin>1</xmin><ymin>2</ymin>
      <xmax>30.5</xmax><ymax>40</ymax>
    </bndbox>
    <part>
      <name>head</name>
      <bndbox><xmin>3</xmin><ymin>4</ymin><xmax>5</xmax><ymax>6</ymax></bndbox>
    </part>
  </object>
  <object><bndbox><ymax>9</ymax><xmax>8</xmax><ymin>7</ymin><xmin>6</xmin></bndbox><name> cat </name></object>
</annotation>
"""


def read(text: str) -> list[str]:
    """The mistakes inside of a file that is XML."""
    problems = Problems()
    read_voc_xml(text.encode(), "a.xml", problems)
    return [problem.sentence() for problem in problems.errors]


class TestRead:
    def test_everything_that_counts(self) -> None:
        problems = Problems()
        found = read_voc_xml(GOOD.encode(), "a.xml", problems)
        assert problems.error_count == 0
        assert (found.filename, found.size) == ("one.jpg", (300, 200))
        assert [(entry.name, entry.line, entry.corners, entry.difficult) for entry in found.objects] == [
            ("person", 9, (1.0, 2.0, 30.5, 40.0), True),
            ("cat", 21, (6.0, 7.0, 8.0, 9.0), False),
        ]

    def test_nothing_is_needed(self) -> None:
        found = read_voc_xml(b"<annotation/>", "a.xml", Problems())
        assert (found.filename, found.size, found.objects) == (None, None, [])

    def test_zero_means_that_the_size_is_not_known(self) -> None:
        text = "<annotation><size><width>0</width><height>0</height></size></annotation>"
        assert read_voc_xml(text.encode(), "a.xml", Problems()).size is None

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1"])
    def test_encodings(self, encoding: str) -> None:
        text = f'<?xml version="1.0" encoding="{encoding}"?><annotation><filename>ä.png</filename></annotation>'
        assert read_voc_xml(text.encode(encoding), "a.xml", Problems()).filename == "ä.png"


class TestMistakes:
    @pytest.mark.parametrize(
        "old, new, expected",
        [
            ("<name>person</name>", "", ["a.xml:9: an <object> has no <name> -> write <name>class</name>"]),
            ("<xmin>1</xmin>", "", ["a.xml:9: the <object> 'person' has no <xmin> -> complete its <bndbox>"]),
            ("<xmin>1<", "<xmin>left<", ["a.xml:13: <xmin> is 'left', not a number -> write a number of pixels"]),
            ("<xmin>1<", "<xmin>nan<", ["a.xml:13: <xmin> is 'nan', not a number -> write a number of pixels"]),
            ("<ymax>40<", "<ymax>1e99<", ["a.xml:14: <ymax> is '1e99', not a number -> write a number of pixels"]),
            (
                "<xmin>1<",
                "<xmin>99<",
                ["a.xml:13: the box of 'person' ends before it begins (x 99 to 30.5, y 2 to 40) -> swap the corners"],
            ),
            (
                "<width>300<",
                "<width>3.5<",
                ["a.xml:5: <width> is '3.5', not a whole number -> write the size in pixels"],
            ),
        ],
    )
    def test_inside(self, old: str, new: str, expected: list[str]) -> None:
        assert old in GOOD
        assert read(GOOD.replace(old, new)) == expected


BOMB = (
    '<!DOCTYPE annotation [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + level)} "{f"&{chr(97 + level)};" * 10}">' for level in range(9))
    + "]><annotation><filename>&j;</filename></annotation>"
)


class TestRefusals:
    @pytest.mark.parametrize(
        "text, problem, line",
        [
            ("", "not valid XML", 1),
            ("<annotation>\n<object>\n</annotation>", "not valid XML", 3),
            ("<annotation>\n\n\x01</annotation>", "not valid XML", 3),
            ("<a/>", "the root is <a>, not <annotation>", 1),
            ("\n<!DOCTYPE annotation SYSTEM 'file:///etc/passwd'><annotation/>".strip(), "document type", 1),
            ('<?xml version="1.0" encoding="nonsense"?><annotation/>', "encoding", 1),
            ("<annotation>" * 60, "nested too deep", 1),
            ("<annotation>" + "x" * 5_000_000 + "</annotation>", "larger than 4 MiB", None),
        ],
    )
    def test_no_usable_xml(self, text: str, problem: str, line: int | None) -> None:
        with pytest.raises(XmlRefused) as refused:
            read_voc_xml(text.encode(), "a.xml", Problems())
        assert problem in refused.value.problem
        assert refused.value.line == line
        assert refused.value.fix

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
    def test_a_billion_laughs(self, encoding: str) -> None:
        started = time.process_time()
        with pytest.raises(XmlRefused, match="document type"):
            read_voc_xml(BOMB.encode(encoding), "a.xml", Problems())
        assert time.process_time() - started < 0.1

    @given(st.binary(max_size=300))
    def test_any_bytes(self, data: bytes) -> None:
        for whole in (data, b"<annotation>" + data + b"</annotation>"):
            with contextlib.suppress(XmlRefused):
                read_voc_xml(whole, "a.xml", Problems())

    @given(
        st.lists(
            st.tuples(
                st.sampled_from(["object", "name", "bndbox", "xmin", "ymax", "size", "width"]), st.text("0-.x9e")
            ),
            max_size=8,
        )
    )
    def test_any_elements(self, parts: list[tuple[str, str]]) -> None:
        inner = ""
        for name, text in parts:
            inner = f"<{name}>{text}{inner}</{name}>"
        for problem in read(f"<annotation>{inner}<object>{inner}</object></annotation>"):
            assert problem.startswith("a.xml:1: ")
