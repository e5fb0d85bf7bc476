"""Nodes of a YAML document, with where they stand: nothing is built but plain values."""

from dataclasses import dataclass
from typing import Any

import yaml

from workbench.accuracy.reading_schemas import ReadingProblem
from workbench.accuracy.yaml_errors import NOT_YAML

MOST = 1e300


@dataclass(frozen=True)
class Entry:
    """A step of a list: its `type`, its other members, and where it is."""

    type: str
    values: dict[str, Any]
    node: yaml.Node

    def get(self, name: str) -> Any:
        return self.values.get(name)


def mapping(node: yaml.Node | None) -> dict[str, yaml.Node]:
    """Name → node; empty for what is no mapping."""
    if not isinstance(node, yaml.MappingNode):
        return {}
    return {key.value: value for key, value in node.value if isinstance(key, yaml.ScalarNode)}


def text_of(node: yaml.Node) -> str:
    return str(node.value) if isinstance(node, yaml.ScalarNode) else ""


def plain(node: yaml.Node) -> Any:
    """The value of a scalar, or of a list of scalars; None for anything deeper. Numbers without measure are texts."""
    loader = yaml.SafeLoader("")
    if isinstance(node, yaml.ScalarNode):
        try:
            value = loader.construct_object(node)
        except NOT_YAML:
            return node.value
        too_large = isinstance(value, int | float) and not abs(value) < MOST
        return node.value if too_large else value
    if isinstance(node, yaml.SequenceNode):
        return [plain(item) for item in node.value if isinstance(item, yaml.ScalarNode)]
    return None


def entries(node: yaml.Node | None) -> list[Entry]:
    """The steps of a list; a step without a type is called ""."""
    if not isinstance(node, yaml.SequenceNode):
        return []
    found = []
    for item in node.value:
        values = {name: plain(value) for name, value in mapping(item).items()}
        found.append(Entry(str(values.pop("type", "")), values, item))
    return found


def at(node: yaml.Node | None, message: str) -> ReadingProblem:
    """What is wrong with a node, and where it stands."""
    mark = getattr(node, "start_mark", None)
    if mark is None:
        return ReadingProblem(line=1, column=1, message=message)
    return ReadingProblem(line=mark.line + 1, column=mark.column + 1, message=message)
