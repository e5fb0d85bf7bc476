"""Operations that keep their precision when a model is quantised or compressed: by name, by pattern, by type."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workbench.engine.protocol import EngineError
from workbench.engine.quantized_layers import bodies

if TYPE_CHECKING:
    import openvino as ov

_SHOWN = 60


def matched(model: ov.Model, given: Mapping[str, Any]) -> list[str]:
    """The names of all operations that `given` {names, patterns, types} means, sorted.

    A pattern means names that begin with a match, as NNCF has it. Raises EngineError `ignored_scope_unmatched` for
    what means nothing, naming the first such entry and how many there are.
    """
    there = {
        node.get_friendly_name(): node.get_type_name() for body in bodies(model) for node in body.get_ordered_ops()
    }
    found: set[str] = set()
    unmatched: list[str] = []
    for name in given.get("names") or ():
        if name in there:
            found.add(name)
        else:
            unmatched.append(f"no operation is called '{name[:_SHOWN]}'")
    for pattern in given.get("patterns") or ():
        names = [name for name in there if _expression(pattern).match(name)]
        found.update(names)
        if not names:
            unmatched.append(f"no operation has a name like '{pattern[:_SHOWN]}'")
    for kind in given.get("types") or ():
        names = [name for name, own in there.items() if own == kind]
        found.update(names)
        if not names:
            unmatched.append(f"no operation is of type '{kind[:_SHOWN]}'")
    if unmatched:
        more = f", and {len(unmatched) - 1} more entries mean nothing" if len(unmatched) > 1 else ""
        raise EngineError(
            "ignored_scope_unmatched",
            f"What should keep its precision is not in the model: {unmatched[0]}{more}.",
            "Choose names and types from the graph of the model.",
            {"unmatched": unmatched[:20]},
        )
    return sorted(found)


def scope(given: Mapping[str, Any]) -> Any:
    """`nncf.IgnoredScope`, None for nothing.

    Not validated by NNCF: `matched` has done it, and with more than NNCF sees (it looks into no loop).
    """
    import nncf

    parts = {name: [str(entry) for entry in given.get(name) or ()] for name in ("names", "patterns", "types")}
    return nncf.IgnoredScope(**parts, validate=False) if any(parts.values()) else None


def _expression(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        raise EngineError(
            "ignored_scope_unmatched",
            f"'{pattern[:_SHOWN]}' is no regular expression: {error}.",
            "Correct the pattern, or give the names.",
        ) from error
