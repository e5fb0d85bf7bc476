"""How outputs are found: names before shapes, hints before order, and sentences that help."""

import pytest

from tests.unit.engine.tasks.detectors import ports
from workbench.engine.protocol import EngineError
from workbench.engine.tasks import detection_outputs as outs
from workbench.engine.tasks.task import Port, Ports


def found(shapes: dict[str, tuple[int, ...]], name: str | None = None, *, in_order: bool = False) -> str:
    return outs.find(
        ports(shapes), "SSD", "the boxes", "[1, n, 4]", outs.last_axis(4), name, hints=("box",), in_order=in_order
    ).name


def test_by_shape_by_hint_in_order() -> None:
    assert found({"a": (1, 9, 5), "b": (1, 9, 4)}) == "b"
    assert found({"a": (1, 9, 4), "My_Boxes": (1, 9, 4)}) == "My_Boxes"
    assert found({"a": (1, 9, 4), "b": (1, 9, 4)}, in_order=True) == "a"
    assert found({"a": (1, 9, 4), "box1": (1, 9, 4), "box2": (1, 9, 4)}, in_order=True) == "box1"
    assert found({"a": (1, 9, 4), "b": (-1, -1)}, "b") == "b"


def test_a_name_beside_the_first() -> None:
    """Tensors may have several names."""
    port = Port("first", ("first", "second:0"), (1, 9, 4), "f32")
    assert outs.named(Ports((), (port,)), "second:0") is port


@pytest.mark.parametrize(
    ("shapes", "name", "code", "words"),
    [
        ({"a": (1, 9, 5)}, None, "decoding_mismatch", ["no output is [1, n, 4]", "'a' [1, 9, 5]"]),
        ({"a": (1, 9, 5)}, "a", "decoding_mismatch", ["output 'a'", "must be [1, n, 4]"]),
        ({"a": (1, -1, 4), "b": (1, 9, 4)}, None, "decoding_mismatch", ["'a', 'b'", "name it", "[1, ?, 4]"]),
        ({"a": (1, 9, 4)}, "z", "output_not_found", ["no output 'z'"]),
        ({}, None, "decoding_mismatch", ["It has none"]),
    ],
)
def test_sentences(shapes: dict[str, tuple[int, ...]], name: str | None, code: str, words: list[str]) -> None:
    with pytest.raises(EngineError) as caught:
        found(shapes, name)
    assert caught.value.code == code
    for part in words:
        assert part in caught.value.message
    assert caught.value.action
