"""A reading in the making."""

from dataclasses import dataclass, field
from typing import Any

from workbench.accuracy.reading_schemas import Guess


@dataclass
class Draft:
    """What differs from the defaults, and why."""

    values: dict[str, Any]
    reasons: list[Guess] = field(default_factory=list)

    def put(self, path: str, value: Any, reason: str) -> None:
        """Set the field at a dotted path."""
        *parents, last = path.split(".")
        place: dict[str, Any] = self.values
        for name in parents:
            place = place.setdefault(name, {})
        place[last] = value
        self.reasons.append(Guess(field=path, reason=reason))

    def get(self, path: str) -> Any:
        place: Any = self.values
        for name in path.split("."):
            place = place.get(name) if isinstance(place, dict) else None
        return place
