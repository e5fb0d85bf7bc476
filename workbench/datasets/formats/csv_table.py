"""Tables in CSV files, row by row with their lines."""

import csv
from collections.abc import Iterator

from workbench.datasets.formats.tree import FileTree
from workbench.datasets.problems import Problems

MAX_CELL = 10_000


def columns(tree: FileTree, name: str) -> list[str]:
    """The cells of the first line; for looking at a file of which nothing is known yet."""
    head = tree.head(name, 1)
    return split_row(head[0]) or [] if head else []


def split_row(line: str) -> list[str] | None:
    """The cells of a line, blanks around them left out; None for what is no CSV."""
    try:
        cells = next(csv.reader([line], strict=False), [])
    except csv.Error:
        return None
    return [cell.strip()[:MAX_CELL] for cell in cells]


def rows(
    tree: FileTree, name: str, count: int, problems: Problems, *, header: bool, more: bool = False
) -> Iterator[tuple[int, list[str]]]:
    """Line number and cells of each row with `count` cells (or `more`); others are errors."""
    for number, line in enumerate(tree.read_text(name).splitlines(), 1):
        if not line.strip() or (header and number == 1):
            continue
        cells = split_row(line)
        if cells is None or len(cells) < count or (len(cells) > count and not more):
            have = "none" if cells is None else str(len(cells))
            problems.error(name, f"there are {have} columns, not {count}", "complete the row", number)
        else:
            yield number, cells


def number_of(text: str) -> float | None:
    """A finite number, None for anything else."""
    if len(text) > 40:
        return None
    try:
        value = float(text)
    except ValueError:
        return None
    return value if abs(value) < 1e9 else None
