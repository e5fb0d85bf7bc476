"""Datasets that come in parts: which one is measured on."""

import re

# A model is judged on what it was not trained with.
PREFERENCE = ("val", "test", "trainval", "train")
_ALIASES = {"valid": "val", "validation": "val", "testing": "test", "training": "train", "minival": "val"}
_WORD = re.compile(r"[a-z]+")


def split_of(text: str) -> str | None:
    """The split that a file or folder name tells of: "instances_val2017.json" → "val"."""
    words: list[str] = _WORD.findall(text.lower())
    for word in reversed(words):
        name = _ALIASES.get(word, word)
        if name in PREFERENCE:
            return name
    return None


def preferred(names: list[str]) -> list[str]:
    """Those of `names` that belong to the best split there is; all of them when a name tells of none."""
    splits = {name: split_of(name) for name in names}
    if None in splits.values():
        return names
    for split in PREFERENCE:
        chosen = [name for name in names if splits[name] == split]
        if chosen:
            return chosen
    return names
