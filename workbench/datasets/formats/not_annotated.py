"""Pictures and nothing else."""

from workbench.datasets.formats.annotations import Annotations, Check, Finding, Format, Sample
from workbench.datasets.formats.imagenet_folders import class_folders
from workbench.datasets.formats.imagenet_txt import lists_pictures
from workbench.datasets.formats.tree import FileTree
from workbench.datasets.problems import Problems


def examine(tree: FileTree, asked: bool) -> Finding:
    if not tree.images:
        return Finding(False, "there are no pictures (png, jpg, bmp, gif, tif, webp)")
    if asked:
        return Finding(True, f"{len(tree.images):,} pictures")
    if tree.unexplained:
        return Finding(False, f"there are other files that may be annotations, like {tree.unexplained[0]}")
    if lists := [name for name in tree.with_suffix(".txt") if lists_pictures(tree, name)]:
        return Finding(False, f"{lists[0]} lists pictures")
    if class_folders(tree) is not None:
        return Finding(False, "the pictures lie in one folder for each class")
    return Finding(True, f"{len(tree.images):,} pictures without annotations")


def read(tree: FileTree, finding: Finding, problems: Problems) -> Annotations:
    samples = [Sample(image=name, file=name) for name in tree.images]
    return Annotations(["none"], None, samples, [Check("pictures", True, f"{len(samples):,} found")])


FORMAT = Format("not_annotated", examine, read)
