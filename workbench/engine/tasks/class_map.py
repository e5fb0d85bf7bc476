"""Which label of the dataset each class of the model is."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench.engine.protocol import EngineError
from workbench.engine.tasks.task import NO_LABEL, ClassMap, Ports, Reading

_FOLDER = Path(__file__).parent / "label_sets"
LABEL_SETS = ("imagenet_1000", "coco_80", "coco_91", "voc_20")
# Classes of a model that nobody named and whose outputs do not tell how many they are.
_UNNAMED = 1000
_MOST_UNNAMED = 100_000
# The same things in COCO's words and in Pascal VOC's.
_SYNONYMS = {
    "aeroplane": "airplane",
    "motorbike": "motorcycle",
    "sofa": "couch",
    "tvmonitor": "tv",
    "pottedplant": "potted plant",
    "diningtable": "dining table",
}


@dataclass(frozen=True)
class LabelSet:
    """Names of a model's classes, without its background; `ids` are the numbers of their source, `aliases` other
    names (WordNet's of ImageNet)."""

    names: tuple[str, ...]
    ids: tuple[int, ...] | None = None
    aliases: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Classes:
    """The map, and the labels by which answers are named: the dataset's, or the model's own where it has none.

    `notes` are sentences about classes and labels that do not meet.
    """

    map: ClassMap
    labels: tuple[str, ...]
    notes: tuple[str, ...] = ()


def label_set(name: str) -> LabelSet:
    """One of `LABEL_SETS`."""
    content = json.loads((_FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    ids, aliases = content.get("ids"), content.get("aliases")
    return LabelSet(tuple(content["names"]), ids and tuple(ids), aliases and tuple(aliases))


def make(reading: Reading, labels: Sequence[str] | None, label_ids: Sequence[int] | None = None) -> Classes:
    """The map for a dataset with `labels` (None: not annotated), numbered `label_ids` in its source.

    Raises EngineError `reading_invalid` where classes and labels can never meet in the way asked for.
    """
    wanted, match_by = reading["classes"]["label_set"], reading["classes"]["match_by"]
    if wanted == "dataset":
        if not labels:
            return Classes(ClassMap((), ()), ())
        names = tuple(labels)
        return Classes(ClassMap(tuple(range(len(names))), names), names)
    own = label_set(wanted) if isinstance(wanted, str) else LabelSet(tuple(str(name) for name in wanted))
    if not labels:
        return Classes(ClassMap(tuple(range(len(own.names))), own.names), own.names)
    if match_by == "name":
        found = _by_name(own, labels)
    elif match_by == "id":
        found = _by_id(own, wanted if isinstance(wanted, str) else "a list of names", label_ids)
    else:
        found = [index if index < len(labels) else NO_LABEL for index in range(len(own.names))]
    if all(label == NO_LABEL for label in found):
        raise _invalid(
            "classes.match_by",
            f"matched by {match_by}, none of the model's {len(own.names)} classes is a label of the dataset",
        )
    return Classes(ClassMap(tuple(found), own.names), tuple(labels), tuple(_notes(found, labels)))


def unnamed(reading: Reading, ports: Ports) -> Classes:
    """For classes that nobody named ("class 0", "class 1" …), as many as the shapes of the outputs tell."""
    count = _UNNAMED
    family, name = reading["decoding"]["family"], reading["decoding"].get("output")
    port = next((port for port in ports.outputs if name is None or name == port.name or name in port.names), None)
    sizes = [size for size in port.shape[1:] if size > 1] if port is not None else []
    if family == "classification" and sizes:
        count = max(sizes)
    elif family == "per_pixel" and len(sizes) == 3:
        count = min(sizes)
    count = max(2, min(count, _MOST_UNNAMED))
    names = tuple(f"class {number}" for number in range(count))
    # Decoders that look at the number of names to tell axes apart must not be misled.
    return Classes(ClassMap(tuple(range(count)), ()), names)


def _by_id(own: LabelSet, name: str, label_ids: Sequence[int] | None) -> list[int]:
    if own.ids is None:
        raise _invalid("classes.match_by", f"{name} has no numbers; match by index or name")
    if label_ids is None:
        raise _invalid("classes.match_by", "the dataset's source did not number its labels; match by index or name")
    places = {number: label for label, number in enumerate(label_ids)}
    return [places.get(number, NO_LABEL) for number in own.ids]


def _by_name(own: LabelSet, labels: Sequence[str]) -> list[int]:
    """By the whole name, else by an alias, else by the first of several names, where only one class has it."""
    whole = _unique([normalised(label) for label in labels])
    first = _unique([normalised(label.split(",")[0]) for label in labels])
    once = Counter(normalised(name.split(",")[0]) for name in own.names)
    found = []
    for number, name in enumerate(own.names):
        label = whole.get(normalised(name))
        if label is None and own.aliases is not None:
            label = whole.get(normalised(own.aliases[number]))
        short = normalised(name.split(",")[0])
        if label is None and once[short] == 1:
            label = first.get(short)
        found.append(NO_LABEL if label is None else label)
    return found


def normalised(name: str) -> str:
    """Without capitals, and with one space for spaces, underscores and dashes; Pascal VOC's words as COCO's."""
    plain = re.sub(r"[\s_\-]+", " ", name.strip().lower())
    return _SYNONYMS.get(plain.replace(" ", ""), plain)


def _unique(names: Sequence[str]) -> Mapping[str, int]:
    counts = Counter(names)
    return {name: label for label, name in enumerate(names) if counts[name] == 1}


def _notes(found: Sequence[int], labels: Sequence[str]) -> list[str]:
    missing = [labels[label] for label in range(len(labels)) if label not in set(found)]
    if not missing:
        return []
    shown = ", ".join(f"'{name[:60]}'" for name in missing[:5]) + (" …" if len(missing) > 5 else "")
    return [f"{len(missing)} of the dataset's {len(labels)} labels are no class of the model: {shown}."]


def _invalid(field: str, problem: str) -> EngineError:
    return EngineError("reading_invalid", f"{field}: {problem}.", f"Correct '{field}' in the reading of the model.")
