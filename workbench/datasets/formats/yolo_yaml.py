"""`data.yaml` of an Ultralytics dataset: names of the classes, where the parts are, the shape of key points."""

from dataclasses import dataclass, field
from typing import Any

import yaml

from workbench.datasets.formats.tree import FileTree
from workbench.datasets.problems import Problems

MAX_YAML_BYTES = 4 * 1024**2
MAX_KEY_POINTS = 1000
# In the order in which they serve to measure on.
PARTS = ("val", "test", "train")


@dataclass
class DataYaml:
    """What the file says; `parts` maps train, val and test to folders or lists, as they are written."""

    file: str
    names: list[str]
    parts: dict[str, list[str]] = field(default_factory=dict)
    path: str = ""
    key_points: tuple[int, int] | None = None
    skeleton: list[tuple[int, int]] | None = None


class _AliasRefused(ValueError):
    """An alias is in the file."""


class _Loader(yaml.SafeLoader):
    """No aliases: a few lines of them stand for gigabytes."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.events.AliasEvent):
            raise _AliasRefused("an alias (*) is not allowed")
        node: yaml.Node | None = super().compose_node(parent, index)
        return node


def candidates(tree: FileTree) -> list[str]:
    """YAML files that seem to describe a dataset: with names, and train or val."""
    found = []
    for name in tree.with_suffix(".yaml", ".yml"):
        lines = tree.head(name, 20_000)
        keys = {line.partition(":")[0].strip("\"' ") for line in lines if ":" in line and not line.startswith("-")}
        if "names" in keys and keys & {"train", "val", "test"}:
            found.append(name)
    return found


def read_yaml(tree: FileTree, name: str, problems: Problems) -> DataYaml | None:
    """The content of the file; mistakes are errors."""
    if tree.path(name).stat().st_size > MAX_YAML_BYTES:
        problems.error(name, f"it is larger than {MAX_YAML_BYTES // 1024**2} MiB", "keep names and paths only")
        return None
    try:
        content = yaml.load(tree.read_text(name), Loader=_Loader)  # noqa: S506 - a SafeLoader
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        problems.error(name, f"it is not valid YAML ({error.problem})"[:200], "correct the syntax", line)
        return None
    except _AliasRefused as error:
        problems.error(name, str(error), "write the value itself")
        return None
    except (yaml.YAMLError, RecursionError, ValueError, OverflowError):
        problems.error(name, "it is not valid YAML", "correct the syntax")
        return None
    if not isinstance(content, dict):
        problems.error(name, "it has no members", 'write "names: [cat, dog]"')
        return None
    names = _names(content.get("names"), name, problems)
    if names is None:
        return None
    count = content.get("nc")
    if count is not None and count != len(names):
        problems.error(name, f"'nc' is {str(count)[:20]}, but there are {len(names):,} names", "make both the same")
    found = DataYaml(name, names)
    found.path = content["path"] if isinstance(content.get("path"), str) else ""
    for part in PARTS:
        value = content.get(part)
        entries = value if isinstance(value, list) else [value]
        found.parts[part] = [entry for entry in entries if isinstance(entry, str) and entry.strip()]
    found.key_points = _key_points(content.get("kpt_shape"), name, problems)
    if found.key_points is not None:
        found.skeleton = _skeleton(content.get("skeleton"), found.key_points[0], name, problems)
    return found


def _names(value: Any, file: str, problems: Problems) -> list[str] | None:
    if isinstance(value, list):
        value = dict(enumerate(value))
    if isinstance(value, dict) and value and all(_is_index(key, len(value)) for key in value):
        return [str(value[number]) for number in range(len(value))]
    problems.error(file, "'names' has not a name for each number from 0", 'write "names: [cat, dog]"')
    return None


def _is_index(key: Any, count: int) -> bool:
    return isinstance(key, int) and not isinstance(key, bool) and 0 <= key < count


def _key_points(value: Any, file: str, problems: Problems) -> tuple[int, int] | None:
    if value is None:
        return None
    if (
        isinstance(value, list)
        and len(value) == 2
        and all(isinstance(number, int) for number in value)
        and 0 < value[0] <= MAX_KEY_POINTS
        and value[1] in (2, 3)
    ):
        return value[0], value[1]
    problems.error(file, "'kpt_shape' is not [number of key points, 2 or 3]", 'write "kpt_shape: [17, 3]"')
    return None


def _skeleton(value: Any, count: int, file: str, problems: Problems) -> list[tuple[int, int]] | None:
    if value is None:
        return None
    pairs: list[Any] = value if isinstance(value, list) else [None]
    if all(isinstance(pair, list) and len(pair) == 2 and all(_is_index(end, count) for end in pair) for pair in pairs):
        return [(pair[0], pair[1]) for pair in pairs]
    problems.error(file, "'skeleton' has not two key points in each entry", 'write "skeleton: [[0, 1], [1, 2]]"')
    return None


def places(content: DataYaml, entry: str) -> list[str]:
    """Where in the tree an entry may be: paths of the author's machine lead out of it, their ends do not."""
    beside = content.file.rpartition("/")[0]
    found = []
    for joined in (f"{content.path}/{entry}", entry):
        parts = [part for part in joined.replace("\\", "/").split("/") if part not in ("", ".", "..")]
        for start in range(len(parts)):
            inside = "/".join(parts[start:])
            found += [f"{beside}/{inside}", inside] if beside else [inside]
    return found
