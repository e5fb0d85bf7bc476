"""How names and precisions of `workbench race` go together."""

import pytest
import typer

from workbench.cli.race import sides


@pytest.mark.parametrize(
    ("projects", "precision", "expected"),
    [
        (["a", "b"], None, [("a", None), ("b", None)]),
        (["a", "b"], "f32", [("a", "f32"), ("b", "f32")]),
        (["a", "b", "a"], "f32,own,BF16", [("a", "f32"), ("b", None), ("a", "bf16")]),
        (["a"], "f32, bf16", [("a", "f32"), ("a", "bf16")]),
    ],
)
def test_they_go_together(projects: list[str], precision: str | None, expected: list[tuple[str, str | None]]) -> None:
    assert [(side["project"], side["precision"]) for side in sides(projects, precision)] == expected


@pytest.mark.parametrize(
    ("projects", "precision"),
    [(["a"], None), (["a"], "f32"), (["a", "b"], "f32,bf16,f16"), (["a", "b"], "i8"), (["a", "b"], ""),
     (["a"] * 17, None)],
)  # fmt: skip
def test_they_do_not(projects: list[str], precision: str | None) -> None:
    with pytest.raises(typer.BadParameter):
        sides(projects, precision)
