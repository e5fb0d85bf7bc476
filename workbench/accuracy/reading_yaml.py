"""Readings as YAML: every mistake with its line and column, and all of them at once.

Only plain values are read: no aliases (nine lines of them can stand for billions of values), no tags, no times.
"""

import difflib
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml
from pydantic import ValidationError

from workbench.accuracy.reading_schemas import Reading, ReadingProblem
from workbench.accuracy.yaml_errors import NOT_YAML

MAX_BYTES = 200_000
MAX_EVENTS, MAX_DEPTH, MAX_PROBLEMS = 60_000, 20, 100
# YAML 1.1 takes 1e-3 for a text, which nobody who writes it means.
_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?")
_PLAIN = {f"tag:yaml.org,2002:{name}" for name in ("null", "bool", "int", "float", "str")}

Place = tuple[str | int, ...]


@dataclass
class _Document:
    """Plain values with the node of each, and of the key of each."""

    nodes: dict[Place, yaml.Node] = field(default_factory=dict)
    keys: dict[Place, yaml.Node] = field(default_factory=dict)
    problems: list[ReadingProblem] = field(default_factory=list)

    def tell(self, node: yaml.Node, place: Place, message: str) -> None:
        self.problems.append(_at(node.start_mark, _dotted(place), message))


def parse(text: str) -> tuple[Reading | None, list[ReadingProblem]]:
    """The reading that a text says, or its mistakes in the order of their lines."""
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        return None, [ReadingProblem(message=f"It is larger than {MAX_BYTES // 1000} kB.")]
    refused = _syntax(text)
    if refused is not None:
        return None, [refused]
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if root is None:
        return None, [ReadingProblem(line=1, column=1, message="It is empty: 'task' is needed at least.")]
    document = _Document()
    if not isinstance(root, yaml.MappingNode):
        document.tell(root, (), "It must be fields with values, such as 'task: classification'.")
        return None, document.problems
    values = _plain(root, (), document)
    reading: Reading | None = None
    if not any(problem.field is None for problem in document.problems):
        try:
            # As JSON, where a list may stand for a fixed row of numbers, yet "5" is no number and true is no 1.
            reading = Reading.model_validate_json(json.dumps(values), strict=True)
        except ValidationError as error:
            _explain(error, document)
    problems = sorted(document.problems, key=lambda item: (item.line or 0, item.column or 0))
    return (reading if not problems else None), problems[:MAX_PROBLEMS]


def dump(reading: Reading) -> str:
    """The reading as YAML with every field; `parse` gives it back."""
    return yaml.dump(reading.model_dump(mode="json"), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)


class _Dumper(yaml.SafeDumper):
    """Lists of plain values stand in one line; nothing is an alias."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _list(dumper: yaml.SafeDumper, values: list[Any]) -> yaml.Node:
    return dumper.represent_sequence(
        "tag:yaml.org,2002:seq", values, flow_style=not any(isinstance(v, dict) for v in values)
    )


_Dumper.add_representer(list, _list)


def _syntax(text: str) -> ReadingProblem | None:
    """What keeps the text from being read at all. Looked at as a stream, before anything is built."""
    depth = count = 0
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            count += 1
            if isinstance(event, yaml.AliasEvent):
                return _at(event.start_mark, None, "Aliases ('*name') are not read: write the values out.")
            if isinstance(event, yaml.DocumentStartEvent) and event.explicit and count > 2:
                return _at(event.start_mark, None, "There must be one document only.")
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if depth > MAX_DEPTH:
                return _at(event.start_mark, None, f"It is nested deeper than {MAX_DEPTH} levels.")
            if count > MAX_EVENTS:
                return _at(event.start_mark, None, f"It has more than {MAX_EVENTS} values.")
    except yaml.MarkedYAMLError as error:
        told = " ".join(part for part in (error.context, error.problem) if part)
        return _at(error.problem_mark or error.context_mark, None, f"This is no YAML: {told}.")
    except yaml.reader.ReaderError as error:
        before = text[: error.position]
        column = error.position - (before.rfind("\n") + 1)
        place = {"line": before.count("\n") + 1, "column": column + 1}
        return ReadingProblem(message="A character here is not allowed in YAML.", **place)
    except NOT_YAML:
        return ReadingProblem(message="This is no YAML.")
    return None


def _at(mark: Any, field: str | None, message: str) -> ReadingProblem:
    if mark is None:
        return ReadingProblem(field=field, message=message)
    return ReadingProblem(line=mark.line + 1, column=mark.column + 1, field=field, message=message)


def _dotted(place: Sequence[str | int]) -> str | None:
    return ".".join(str(part) for part in place) or None


def _plain(node: yaml.Node, place: Place, document: _Document) -> Any:
    """The value of a node; what is none is told of and becomes None."""
    document.nodes[place] = node
    if isinstance(node, yaml.CollectionNode) and not node.tag.endswith((":map", ":seq")):
        document.tell(node, place, "Tags ('!name') are not read.")
        return None
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                document.tell(key, place, "The name of a field must be a word.")
                continue
            name = str(key.value)
            if name in found:
                first = document.keys[(*place, name)].start_mark.line + 1
                document.tell(key, (*place, name), f"'{name[:60]}' stands here twice, first in line {first}.")
                continue
            document.keys[(*place, name)] = key
            found[name] = _plain(value, (*place, name), document)
        return found
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, (*place, number), document) for number, item in enumerate(node.value)]
    return _scalar(node, place, document)


def _scalar(node: yaml.Node, place: Place, document: _Document) -> Any:
    text = str(node.value)
    if node.tag not in _PLAIN:
        if node.tag.startswith("tag:yaml.org,2002:timestamp"):
            return text
        document.tell(node, place, "Only texts, numbers, true, false and null are read.")
        return None
    if node.tag.endswith(":str"):
        plain = getattr(node, "style", None) is None
        return float(text) if plain and _NUMBER.fullmatch(text) else text
    try:
        value = yaml.SafeLoader("").construct_object(node)
    except NOT_YAML:
        document.tell(node, place, f"'{text[:60]}' is no value that can be read.")
        return None
    if isinstance(value, float) and not math.isfinite(value):
        document.tell(node, place, f"'{text[:60]}' is no finite number.")
        return None
    if isinstance(value, int) and abs(value) >= 1 << 63:
        document.tell(node, place, f"'{text[:60]}' is too large.")
        return None
    return value


def _explain(error: ValidationError, document: _Document) -> None:
    """The mistakes that the schema finds, each at the value, at the unknown key, or where the field is missing."""
    told = {problem.field for problem in document.problems}
    alternatives: dict[Place, list[str]] = {}
    for item in error.errors(include_url=False):
        place = _place(item["loc"], document)
        kind = item["type"]
        name = str(item["loc"][-1]) if item["loc"] else ""
        if kind == "union_tag_invalid" and (*place, "family") in document.nodes:
            place = (*place, "family")
        if kind == "extra_forbidden":
            document.problems.append(_at(document.keys[place].start_mark, _dotted(place), _unknown(name, item, place)))
        elif kind == "missing" and isinstance(item["loc"][-1], int):
            alternatives.setdefault(place, []).append("It has too few entries.")
        elif kind in ("missing", "union_tag_not_found"):
            # The place is then that of what it is missing in.
            named = "family" if kind == "union_tag_not_found" else name
            whole = (*place, named)
            document.problems.append(
                _at(document.nodes[place].start_mark, _dotted(whole), f"'{named}' is missing{_within(place)}.")
            )
        elif _dotted(place) not in told:
            alternatives.setdefault(place, []).append(_wrong(item))
    for place, messages in alternatives.items():
        if any(other[: len(place)] == place for other in alternatives if other != place):
            continue  # what is wrong inside of it says more
        # A field that may be a word or a list gives one mistake for each; they are told as one.
        shown = list(dict.fromkeys(messages))
        message = shown[0] if len(shown) == 1 else "; or ".join(part.rstrip(".") for part in shown) + "."
        document.problems.append(_at(document.nodes[place].start_mark, _dotted(place), message))


def _place(location: Sequence[str | int], document: _Document) -> Place:
    """Where in the text an error is: the parts of its location that are keys or places of lists, as far as there are
    such; the schema puts names of alternatives among them."""
    place: Place = ()
    for part in location:
        if (*place, part) in document.nodes:
            place = (*place, part)
    return place


def _within(place: Place) -> str:
    return f" in '{_dotted(place)}'" if place else ""


def _unknown(name: str, item: Mapping[str, Any], place: Place) -> str:
    known = _fields_at(item["loc"][:-1])
    near = difflib.get_close_matches(name, known, 1)
    hint = f" Is '{near[0]}' meant?" if near else f" There are: {', '.join(known)}." if known else ""
    return f"There is no field '{name[:60]}'{_within(place[:-1])}.{hint}"


def _fields_at(location: Sequence[str | int]) -> list[str]:
    """The names of the fields that the schema has at a location."""
    schema = Reading.model_json_schema()
    definitions = schema.get("$defs", {})
    node: dict[str, Any] = schema
    for part in location:
        node = _resolved(node, definitions)
        if "properties" in node and part in node["properties"]:
            node = node["properties"][part]
        elif "discriminator" in node and part in node["discriminator"]["mapping"]:
            node = {"$ref": node["discriminator"]["mapping"][part]}
        elif "items" in node and isinstance(part, int):
            node = node["items"]
        else:
            options = [_resolved(one, definitions) for one in node.get("anyOf", [])]
            inner = next((one for one in options if "items" in one or "properties" in one), None)
            if inner is None:
                return []
            node = inner["items"] if isinstance(part, int) and "items" in inner else inner
    return sorted(_resolved(node, definitions).get("properties", {}))


def _resolved(node: dict[str, Any], definitions: Mapping[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        node = definitions[node["$ref"].rsplit("/", 1)[-1]]
    return node


def _wrong(item: Mapping[str, Any]) -> str:
    """What is wrong with a value, in words of whoever wrote it."""
    kind, context = str(item["type"]), item.get("ctx") or {}
    shown = json.dumps(item.get("input"), ensure_ascii=False)[:60]
    match kind:
        case "literal_error":
            return f"{shown} is none of {_names(context.get('expected'))}."
        case "union_tag_invalid":
            return f"'{str(context.get('tag'))[:60]}' is none of {_names(context.get('expected_tags'))}."
        case "greater_than_equal":
            return f"{shown} is below {context['ge']:g}."
        case "greater_than":
            return f"{shown} is not above {context['gt']:g}."
        case "less_than_equal":
            return f"{shown} is above {context['le']:g}."
        case "less_than":
            return f"{shown} is not below {context['lt']:g}."
        case "too_long" | "string_too_long":
            return f"It is longer than {context.get('max_length')}."
        case "too_short":
            return f"It has fewer than {context.get('min_length')} entries."
    wanted = {
        "int_type": "a whole number", "int_from_float": "a whole number", "float_type": "a number",
        "string_type": "a text", "bool_type": "true or false", "list_type": "a list", "tuple_type": "a list",
        "model_type": "fields with values", "model_attributes_type": "fields with values",
        "dict_type": "fields with values",
    }.get(kind)  # fmt: skip
    return f"{shown} is not {wanted}." if wanted else f"{item['msg']}."


def _names(told: object) -> str:
    return str(told or "").replace("'", "")


def places(text: str) -> dict[str, tuple[int, int]]:
    """Dotted field → line and column of its value, of a text that `parse` has read."""
    document = _Document()
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if root is None:
        return {}
    _plain(root, (), document)
    return {
        str(_dotted(place)): (node.start_mark.line + 1, node.start_mark.column + 1)
        for place, node in document.nodes.items()
        if place
    }
