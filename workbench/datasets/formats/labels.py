"""Names of labels: from `dataset_meta.json`, `synset_words.txt` or a plain list, whichever the dataset brings."""

import json
import re
from dataclasses import dataclass, field
from typing import Any

from workbench.datasets.formats.tree import FileTree, base, stem
from workbench.datasets.problems import Problems, Refused
from workbench.storage.archive_rules import control_character

META_FILE = "dataset_meta.json"
SYNSET_FILES = ("synset_words.txt", "synsets.txt")
LIST_FILES = ("labels.txt", "classes.txt", "class_names.txt", "imagenet_labels.txt", "names.txt")
MAX_LABELS = 50_000
MAX_NAME = 200
MAX_ALL_NAMES = 2 * 1024**2

_SYNSET = re.compile(r"(n\d{8})(?:[ \t]+(.+))?")


@dataclass
class Labels:
    """Names in the order of their numbers. `synsets` maps WordNet ids to numbers where the file has them."""

    names: list[str]
    source: str
    synsets: dict[str, int] = field(default_factory=dict)
    colors: list[tuple[int, int, int]] | None = None
    background: int | None = None

    def number(self, name: str) -> int | None:
        """The label that a folder or object name means: by WordNet id, or by name."""
        found = self.synsets.get(name)
        return found if found is not None else self._by_name().get(name)

    def _by_name(self) -> dict[str, int]:
        if len(self._numbers) == 0:
            for number, name in enumerate(self.names):
                self._numbers.setdefault(name, number)
        return self._numbers

    _numbers: dict[str, int] = field(default_factory=dict, repr=False)


def is_label_file(name: str) -> bool:
    """A file that names labels, so is no list of samples."""
    return base(name).lower() in (META_FILE, *SYNSET_FILES, *LIST_FILES, "labelmap.txt")


def find_labels(tree: FileTree, problems: Problems) -> Labels | None:
    """The label names that the dataset brings with it, if any; mistakes in them are errors.

    `dataset_meta.json` goes before `synset_words.txt`, that before a plain list of names.
    """
    readers = [((META_FILE,), _read_meta), (SYNSET_FILES, _read_synsets), (LIST_FILES, _read_list)]
    for names, read in readers:
        found = [name for name in tree.files if base(name).lower() in names]
        if len(found) > 1:
            problems.error(found[1], f"there is also {found[0]}, so the label names are not clear", "keep one of them")
        if found:
            labels = read(tree, found[0], problems)
            if labels is not None and labels.names:
                check_names(labels.names, found[0], problems)
                return labels
    return None


def check_names(names: list[str], file: str, problems: Problems) -> None:
    """Label names that can be shown, and not too many."""
    if len(names) > MAX_LABELS or sum(len(name) for name in names) > MAX_ALL_NAMES:
        raise Refused(
            "dataset_too_many_labels",
            f"{file} has {len(names):,} labels; {MAX_LABELS:,} and {MAX_ALL_NAMES:,} characters are the most.",
            "Use fewer classes.",
        )
    for number, name in enumerate(names):
        if not name.strip() or len(name) > MAX_NAME or control_character(name) is not None:
            problems.error(
                file,
                f"the name of label {number} is empty, longer than {MAX_NAME} characters or has control characters",
                "give it a plain name",
            )


def _read_synsets(tree: FileTree, name: str, problems: Problems) -> Labels | None:
    labels = Labels([], name)
    for number, line in enumerate(tree.read_text(name).splitlines(), 1):
        text = line.strip()
        if not text:
            continue
        match = _SYNSET.fullmatch(text)
        if match is None:
            problems.error(name, "this is no WordNet id with a name", 'write "n01440764 tench"', number)
        elif match[1] in labels.synsets:
            problems.error(name, f"{match[1]} is there twice", "remove one of them", number)
        else:
            labels.synsets[match[1]] = len(labels.names)
            labels.names.append((match[2] or match[1]).strip())
    return labels


def _read_list(tree: FileTree, name: str, problems: Problems) -> Labels | None:
    names = [line.strip() for line in tree.read_text(name).splitlines() if line.strip()]
    return Labels(names, name)


def _read_meta(tree: FileTree, name: str, problems: Problems) -> Labels | None:
    try:
        content = json.loads(tree.read_text(name))
    except (ValueError, RecursionError) as error:
        line = error.lineno if isinstance(error, json.JSONDecodeError) else None
        problems.error(name, "it is not valid JSON", "correct the syntax", line)
        return None
    if not isinstance(content, dict):
        problems.error(name, "it is not a JSON object", 'write {"labels": ["first", "second"]}')
        return None
    names = _names_of(content, name, problems)
    if names is None:
        return None
    labels = Labels(names, name)
    labels.colors = _colors(content.get("segmentation_colors"), name, problems)
    background = content.get("background_label")
    if background is not None:
        if not str(background).isdecimal() or int(background) >= len(names):
            problems.error(name, '"background_label" is not the number of a label', "give the number of a label")
        else:
            labels.background = int(background)
    return labels


def _names_of(content: dict[str, Any], file: str, problems: Problems) -> list[str] | None:
    mapping, plain = content.get("label_map"), content.get("labels")
    if mapping is None and plain is None:
        return None
    if mapping is None:
        if isinstance(plain, list) and all(isinstance(name, str) for name in plain):
            return plain
        problems.error(file, '"labels" is not a list of names', 'write "labels": ["first", "second"]')
        return None
    numbers = _numbers_of(mapping)
    if numbers is None:
        problems.error(
            file, '"label_map" does not map numbers to names', 'write "label_map": {"0": "first", "1": "second"}'
        )
        return None
    return [numbers.get(number, f"({number})") for number in range(max(numbers, default=-1) + 1)]


def _numbers_of(mapping: Any) -> dict[int, str] | None:
    if not isinstance(mapping, dict):
        return None
    numbers: dict[int, str] = {}
    for key, value in mapping.items():
        if not key.isdecimal() or len(key) > 6 or int(key) >= MAX_LABELS or not isinstance(value, str):
            return None
        numbers[int(key)] = value
    return numbers


def _colors(value: Any, file: str, problems: Problems) -> list[tuple[int, int, int]] | None:
    if value is None:
        return None
    if isinstance(value, list) and all(_is_color(color) for color in value):
        return [(color[0], color[1], color[2]) for color in value]
    problems.error(file, '"segmentation_colors" is not a list of colours', 'write "segmentation_colors": [[0, 0, 0]]')
    return None


def _is_color(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 3
        and all(isinstance(part, int) and not isinstance(part, bool) and 0 <= part <= 255 for part in value)
    )


def labels_of_folders(folders: list[str], given: Labels | None, problems: Problems) -> tuple[list[str], dict[str, int]]:
    """Label names, and the number of each folder's class.

    With given names a folder is found by name, WordNet id or number. Without: folders called by numbers have these
    numbers (so that 10 comes after 9), others are numbered in the order of their names, as training tools do.
    """
    if given is not None:
        numbers = {}
        for folder in folders:
            number = given.number(folder)
            if number is None and folder.isdecimal() and int(folder[:9]) < len(given.names):
                number = int(folder)
            if number is None:
                problems.error(folder, f"no label of {given.source} is called so", "rename it, or add the label")
            else:
                numbers[folder] = number
        return given.names, numbers
    if all(folder.isdecimal() and len(folder) <= 6 for folder in folders):
        wanted = {folder: int(folder) for folder in folders}
        if max(wanted.values()) < max(2 * len(folders), 1000) and len(set(wanted.values())) == len(folders):
            return [str(number) for number in range(max(wanted.values()) + 1)], wanted
    ordered = sorted(folders, key=lambda folder: stem(folder) if "/" in folder else folder)
    return ordered, {folder: number for number, folder in enumerate(ordered)}
