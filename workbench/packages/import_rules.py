"""What every document of an export must keep to, and how its mistakes are told."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from workbench.engine.protocol import EngineError

# How a report tells of what an engine did wrong; here no engine was asked.
ENGINE_SAYS = "The engine's result cannot be used: "
DEPTH = 40
TEXT_CHARACTERS = 2_000_000
MOST_NUMBER = 1 << 63
# Nothing was made before there was a workbench; and clocks of servers differ, but not by days.
EARLIEST = datetime(2020, 1, 1, tzinfo=UTC)
AHEAD = timedelta(days=1)
_AGAIN = "Send the export as it was made, or export the project again."


def require_plain(value: Any, what: str, depth: int = 0) -> None:
    """Any database can keep it: finite numbers of usual size, texts without the character 0 and without halves of
    characters, not nested without end. Raises EngineError `export_invalid`."""
    if depth > DEPTH:
        raise invalid(f"{what} is nested too deeply")
    if isinstance(value, str):
        if len(value) > TEXT_CHARACTERS or "\0" in value or any("\ud800" <= sign <= "\udfff" for sign in value):
            raise invalid(f"{what} has a text that cannot be kept")
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise invalid(f"{what} has a number that is not finite")
    elif isinstance(value, int) and not isinstance(value, bool):
        if abs(value) >= MOST_NUMBER:
            raise invalid(f"{what} has a number that is too large")
    elif isinstance(value, dict):
        for name, item in value.items():
            require_plain(name, what, depth + 1)
            require_plain(item, what, depth + 1)
    elif isinstance(value, list):
        for item in value:
            require_plain(item, what, depth + 1)


def moment_of(document: Mapping[str, Any]) -> datetime:
    """When a run or report was made. Raises EngineError `export_invalid`."""
    try:
        moment = datetime.fromisoformat(str(document["created_at"]))
    except (KeyError, ValueError) as error:
        raise invalid("a run or report does not tell when it was made") from error
    require_moment(moment)
    return moment


def require_moment(moment: datetime) -> None:
    if moment.tzinfo is None or not EARLIEST <= moment <= datetime.now(UTC) + AHEAD:
        raise invalid("something was made at a time that cannot be")


def shown(name: str) -> str:
    return f"'{''.join(sign if sign.isprintable() else '?' for sign in name[:100])}'"


def invalid(why: str) -> EngineError:
    return EngineError("export_invalid", f"The export is not usable: {why}.", _AGAIN)


def inconsistent(why: str) -> EngineError:
    return EngineError("export_inconsistent", f"The parts of the export contradict each other: {why}.", _AGAIN)


def missing(name: str) -> EngineError:
    return EngineError("export_member_missing", f"The file {shown(name)} is missing in the export.", _AGAIN)


def unknown(name: str) -> EngineError:
    return EngineError(
        "export_member_unknown", f"The export holds a file that does not belong to it, {shown(name)}.", _AGAIN
    )
