"""Conditions on the rows of a report: `COLUMN OP VALUE`, evaluated on columns of Arrow.

`OP` is one of `=` `!=` (`≠`) `<` `>` `<=` (`≤`) `>=` (`≥`) `contains` `in`. A value may have blanks. `contains` does
not tell capitals from small letters. `in` takes a JSON list, or values with commas between. `= null` and `!= null` ask
for rows without a value, and with one; any other condition does not hold for those without, but for `!=`.
"""

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from workbench.errors import WorkbenchError

_OPERATION = re.compile(r"\s*(<=|>=|!=|==|≠|≤|≥|=|<|>|contains(?=\s)|in(?=[\s\[]))\s*", re.IGNORECASE)
_SAME = {"≠": "!=", "≤": "<=", "≥": ">=", "==": "="}
ORDER = ("<", ">", "<=", ">=")
MOST_VALUES = 1000
_TRUE, _FALSE = ("true", "yes", "1"), ("false", "no", "0")
compute: Any = pc


class BadFilter(WorkbenchError):
    status = 422
    code = "invalid_filter"
    title = "A condition cannot be used"
    action = "Write COLUMN OP VALUE, with OP one of = != < > <= >= contains in."


@dataclass(frozen=True)
class Condition:
    """`values` has one value, or those of `in`; None asks for rows without one."""

    column: str
    operation: str
    values: tuple[str | float | bool | None, ...]


def parse(text: str, types: Mapping[str, str]) -> Condition:
    """`types`: column → integer, number, text or boolean. Raises BadFilter, which names column, operation or value."""
    wanted = text.strip()
    # The longest name that fits: one may begin with another.
    names = sorted((name for name in types if wanted.startswith(name)), key=len, reverse=True)
    for name in names:
        found = _OPERATION.match(wanted, len(name))
        if found is not None:
            operation = _SAME.get(found[1], found[1].lower())
            return _condition(name, operation, wanted[found.end() :].strip(), types[name])
    if names:
        rest = wanted[len(names[0]) :].split()
        told = f"'{rest[0][:40]}' is no comparison" if rest else "There is no comparison"
        raise BadFilter(f"{told} after the column '{names[0]}' in '{wanted[:100]}'.")
    column = re.split(r"[\s=<>!≠≤≥]", wanted, maxsplit=1)[0]
    raise BadFilter(
        f"There is no column '{column[:60]}'.",
        code="unknown_column",
        action=f"The columns are: {', '.join(sorted(types))}.",
    )


def _condition(column: str, operation: str, text: str, kind: str) -> Condition:
    if operation == "contains" and kind != "text":
        raise BadFilter(f"'contains' is for texts; the column '{column}' has type {kind}.")
    if operation in ORDER and kind in ("text", "boolean"):
        raise BadFilter(f"'{operation}' is for numbers; the column '{column}' has type {kind}.")
    if operation == "in":
        return Condition(column, operation, tuple(_value(column, one, kind) for one in _listed(column, text)))
    if text == "null" and operation in ("=", "!="):
        return Condition(column, operation, (None,))
    if text == "" and kind != "text":
        raise BadFilter(f"There is no value after '{column} {operation}'.")
    return Condition(column, operation, (_value(column, text, kind),))


def _listed(column: str, text: str) -> list[Any]:
    if text.startswith("["):
        try:
            values = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise BadFilter(f"'{text[:60]}' after '{column} in' is no JSON list.") from error
        if not isinstance(values, list):
            raise BadFilter(f"'{text[:60]}' after '{column} in' is no JSON list.")
    else:
        values = [part.strip() for part in text.split(",")]
    if not values or len(values) > MOST_VALUES or values == [""]:
        raise BadFilter(f"Give 1 to {MOST_VALUES} values after '{column} in'.")
    return values


def _value(column: str, given: Any, kind: str) -> str | float | bool:
    if isinstance(given, list | dict) or given is None:
        raise BadFilter(f"{json.dumps(given)[:60]} cannot be compared with the column '{column}'.")
    text = json.dumps(given) if isinstance(given, bool) else str(given)
    if kind == "text":
        # JSON can say half of a pair of surrogates, which no text in a table has.
        return text.encode("utf-8", "replace").decode()
    if kind == "boolean":
        if text.lower() in (*_TRUE, *_FALSE):
            return text.lower() in _TRUE
        raise BadFilter(f"'{text[:60]}' is neither true nor false, as the column '{column}' needs.")
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise BadFilter(f"'{text[:60]}' is not a number, as the column '{column}' needs.")
    return number


def mask(conditions: Sequence[Condition], column: Callable[[str], pa.ChunkedArray]) -> Any:
    """Booleans, one a row: where all conditions hold; None where there are no conditions."""
    found = None
    for condition in conditions:
        one = _holds(condition, column(condition.column))
        found = one if found is None else compute.and_(found, one)
    return found


def _holds(condition: Condition, values: Any) -> Any:
    operation, wanted = condition.operation, condition.values
    if wanted == (None,):
        return compute.is_null(values) if operation == "=" else compute.is_valid(values)
    if operation == "contains":
        found = compute.match_substring(values, wanted[0], ignore_case=True)
    else:
        if pa.types.is_integer(values.type):
            # Beyond 2^53 to the nearest number there is, instead of an error.
            values = values.cast(pa.float64(), safe=False)
        if operation == "in":
            kind = pa.string() if isinstance(wanted[0], str) else pa.bool_() if isinstance(wanted[0], bool) else None
            return compute.is_in(_plain(values), value_set=pa.array(wanted, kind or pa.float64()))
        compare = {
            "=": compute.equal, "!=": compute.not_equal, "<": compute.less, ">": compute.greater,
            "<=": compute.less_equal, ">=": compute.greater_equal,
        }[operation]  # fmt: skip
        found = compare(_plain(values), wanted[0])
    return compute.fill_null(found, operation == "!=")


def _plain(values: Any) -> Any:
    return values.cast(pa.string()) if pa.types.is_dictionary(values.type) else values
