"""ImageNet in folders: every class is a folder of pictures, perhaps below `train` and `val`."""

from collections import defaultdict

from workbench.datasets.formats import splits
from workbench.datasets.formats.annotations import Annotations, Check, Finding, Format, Sample
from workbench.datasets.formats.labels import find_labels, labels_of_folders
from workbench.datasets.formats.tree import FileTree, base, folder_of
from workbench.datasets.problems import Problems

# Folders of other formats that hold one kind of file each, not one class.
_NO_CLASSES = frozenset(
    {"images", "masks", "labels", "annotations", "jpegimages", "segmentationclass", "segmentationobject", "hr", "lr"}
)


def _is_no_class(name: str) -> bool:
    return name in _NO_CLASSES or splits.split_of(name) == name


def class_folders(tree: FileTree) -> dict[str, list[str]] | None:
    """Folder path → pictures, for the best split there is; None when the layout is another one."""
    folders: dict[str, list[str]] = defaultdict(list)
    for name in tree.images:
        folders[folder_of(name)].append(name)
    parents = {folder_of(folder) for folder in folders if folder}
    if "" in folders or not folders:
        return None
    if len(parents) > 1:
        same_place = len({folder_of(parent) for parent in parents}) == 1
        chosen = splits.preferred(sorted(base(parent) for parent in parents))
        if not same_place or len(chosen) != 1:
            return None
        folders = {folder: names for folder, names in folders.items() if base(folder_of(folder)) == chosen[0]}
    classes = {folder: base(folder) for folder in folders}
    if len(classes) < 2 or all(_is_no_class(name.lower()) for name in classes.values()):
        return None
    return dict(folders)


def examine(tree: FileTree, asked: bool) -> Finding:
    if not tree.images:
        return Finding(False, "there are no pictures (png, jpg, bmp, gif, tif, webp)")
    folders = class_folders(tree)
    if folders is None:
        return Finding(False, "the pictures do not lie in two or more folders side by side, one for each class")
    if tree.unexplained and not asked:
        return Finding(False, f"there are other files that may be annotations, like {tree.unexplained[0]}")
    return Finding(True, f"{len(folders):,} folders of pictures")


def read(tree: FileTree, finding: Finding, problems: Problems) -> Annotations:
    folders = class_folders(tree) or {}
    given = find_labels(tree, problems)
    names, numbers = labels_of_folders(sorted(base(folder) for folder in folders), given, problems)
    samples = []
    for folder in sorted(folders):
        label = numbers.get(base(folder))
        if label is not None:
            samples += [Sample(image=name, file=name, label=label) for name in folders[folder]]
    checks = [Check("class folders", True, f"{len(folders):,} folders, {len(samples):,} pictures")]
    parent = folder_of(next(iter(folders), ""))
    if parent:
        checks.append(Check("part of the dataset", True, f"the folder {parent}"))
    checks.append(_names_check(sorted(numbers), given.source if given else None))
    return Annotations(["classification"], names, samples, checks)


def _names_check(folders: list[str], source: str | None) -> Check:
    if source is not None:
        return Check("label names", True, f"from {source}")
    if folders and all(len(name) == 9 and name[0] == "n" and name[1:].isdecimal() for name in folders):
        if len(folders) == 1000:
            return Check("label names", True, "1,000 WordNet ids, numbered in their order, as ImageNet does")
        return Check(
            "label names",
            False,
            f"{len(folders):,} WordNet ids are numbered from 0; add synset_words.txt to have a model's own numbers",
        )
    return Check("label names", True, "from the names of the folders")


FORMAT = Format("imagenet_folders", examine, read)
