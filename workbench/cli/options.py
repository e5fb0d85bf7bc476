"""Options that several commands share, and how their texts are read."""

import re
from typing import Annotated, Any

import typer

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout, and nothing else there.")]
NoWait = Annotated[bool, typer.Option("--no-wait", help="Return at once; the job goes on.")]
Limit = Annotated[int, typer.Option("--limit", min=1, help="How many to list at most.")]
Search = Annotated[str | None, typer.Option("--search", help="Only those with this in their name.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]

_NUMBER = re.compile(r"[0-9]+")
_RANGE = re.compile(r"([0-9]{1,9})(?:-|\.\.)([0-9]{1,9})(?:x([0-9]{1,9}))?")
MOST = 400


def numbers(text: str | None, option: str) -> list[int] | None:
    """`1,2,4` as integers ≥ 1; None stays None. Raises BadParameter (wrong usage)."""
    if text is None:
        return None
    parts = [part.strip() for part in text.split(",")]
    if not all(_NUMBER.fullmatch(part) and int(part) > 0 for part in parts):
        raise typer.BadParameter(f"'{text}' is not a list of positive numbers such as 1,2,4.", param_hint=option)
    return [int(part) for part in parts]


def ranges(text: str | None, option: str) -> list[int] | None:
    """`1,2,4`, `1-8` and `1..64x2` (each twice the one before), also mixed, as integers ≥ 1, each once; None stays
    None. Raises BadParameter."""
    if text is None:
        return None
    found: dict[int, None] = {}
    for part in (part.strip() for part in text.split(",")):
        match = _RANGE.fullmatch(part)
        if match is None:
            found |= dict.fromkeys(numbers(part, option) or ())
            continue
        value, last, factor = int(match[1]), int(match[2]), int(match[3]) if match[3] else None
        if not 1 <= value <= last or (factor is not None and factor < 2):
            raise typer.BadParameter(f"'{part}' is no range such as 1-8 or 1..64x2.", param_hint=option)
        while value <= last and len(found) <= MOST:
            found[value] = None
            value = value * factor if factor else value + 1
    if len(found) > MOST:
        raise typer.BadParameter(f"'{text}' are more than {MOST} numbers.", param_hint=option)
    return list(found)


def rates(text: str | None, option: str) -> list[float] | None:
    """`50,100.5` as numbers above 0; None stays None. Raises BadParameter."""
    if text is None:
        return None
    parts = [part.strip() for part in text.split(",")]
    if not all(re.fullmatch(r"[0-9]+(\.[0-9]+)?", part) and float(part) > 0 for part in parts):
        raise typer.BadParameter(f"'{text}' is not a list of positive numbers such as 50,100.", param_hint=option)
    return [float(part) for part in parts]


def one_of(text: str | None, known: tuple[str, ...], option: str) -> str | None:
    """Raises BadParameter for a word that is not known."""
    if text is not None and text not in known:
        raise typer.BadParameter(f"'{text}' is none of {', '.join(known)}.", param_hint=option)
    return text


def drop(text: str | None, option: str) -> float | None:
    """`1%` or `0.01` as 0.01; None stays None. Raises BadParameter."""
    if text is None:
        return None
    match = re.fullmatch(r"([0-9]{1,6}(?:\.[0-9]{1,9})?) ?(%?)", text.strip())
    if match is None:
        raise typer.BadParameter(f"'{text}' is no drop such as 1% or 0.01.", param_hint=option)
    return float(match[1]) / 100 if match[2] else float(match[1])


def _named(text: str, option: str, example: str) -> tuple[str, list[str]]:
    # Names of tensors may contain '=', so the last one separates.
    name, separator, values = text.rpartition("=")
    parts = [part.strip() for part in values.split(",")]
    if not separator or not name or not all(parts):
        raise typer.BadParameter(f"'{text}' is not of the form {example}.", param_hint=option)
    return name, parts


def shapes(texts: list[str] | None, option: str) -> dict[str, list[int]] | None:
    """`NAME=1,3,224,224`, repeated, as name → numbers. Raises BadParameter."""
    found: dict[str, list[int]] = {}
    for text in texts or []:
        name, parts = _named(text, option, "NAME=1,3,224,224")
        found[name] = numbers(",".join(parts), option) or []
    return found or None


def inputs(texts: list[str] | None, option: str) -> list[dict[str, Any]] | None:
    """`NAME=1,3,224,224`, repeated; a dimension may be `?` or a range such as `1..8`. Raises BadParameter."""
    found: list[dict[str, Any]] = []
    for text in texts or []:
        name, parts = _named(text, option, "NAME=1,3,224,224")
        if not all(re.fullmatch(r"[0-9]+|\?|[0-9]*\.\.[0-9]*", part) for part in parts):
            raise typer.BadParameter(f"'{text}' has a dimension that is no number, '?' or 1..8.", param_hint=option)
        found.append({"name": name, "shape": [int(part) if part.isdecimal() else part for part in parts]})
    return found or None


def confirm(what: str, yes: bool, as_json: bool) -> None:
    """Ask a person before something is lost; scripts are not asked. Raises Exit."""
    import sys

    if not yes and not as_json and sys.stdin.isatty() and not typer.confirm(f"{what}?", err=True):
        raise typer.Exit(1)
