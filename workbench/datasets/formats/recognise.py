"""Which format a dataset is in, by what its files hold; and when it is none, why none of them."""

from workbench.datasets.formats import (
    camvid,
    cityscapes,
    coco,
    common_segmentation,
    common_super_resolution,
    imagenet_folders,
    imagenet_txt,
    lfw,
    not_annotated,
    open_images,
    vggface2,
    voc,
    wider_face,
    yolo,
)
from workbench.datasets.formats.annotations import TITLES, Finding, Format
from workbench.datasets.formats.tree import FileTree
from workbench.datasets.problems import Refused

# Formats that a file of annotations or a folder of masks proves; the others are told by what is not there.
_PROVED: tuple[Format, ...] = (
    coco.FORMAT,
    voc.FORMAT,
    yolo.FORMAT,
    imagenet_txt.FORMAT,
    common_segmentation.FORMAT,
    cityscapes.FORMAT,
    camvid.FORMAT,
    common_super_resolution.FORMAT,
    lfw.FORMAT,
    vggface2.FORMAT,
    wider_face.FORMAT,
    open_images.FORMAT,
)
FORMATS: tuple[Format, ...] = (*_PROVED, imagenet_folders.FORMAT, not_annotated.FORMAT)


def recognise(tree: FileTree, wanted: str = "auto") -> tuple[Format, Finding]:
    """The format of the tree and what it was told by; `wanted` is "auto" or a format's name, which is held to then.

    Raises Refused: `dataset_empty`, `dataset_not_recognised`, `dataset_ambiguous`, `dataset_format_mismatch`.
    """
    if not tree.files:
        raise Refused("dataset_empty", "There are no files in the dataset.", "Give a folder or archive with pictures.")
    if wanted != "auto":
        return _asked(tree, wanted)
    findings = {entry: entry.examine(tree, False) for entry in FORMATS}
    proved = [entry for entry in _PROVED if findings[entry].matches]
    if len(proved) > 1:
        raise Refused(
            "dataset_ambiguous",
            "More than one format matches: "
            + "; ".join(f"{TITLES[entry.name]}, because {findings[entry].reason}" for entry in proved)
            + ".",
            "Name the format in the import form, or remove the files that do not belong to the dataset.",
            {"formats": [{"format": entry.name, "reason": findings[entry].reason} for entry in proved]},
        )
    matching = proved or [entry for entry in FORMATS if findings[entry].matches]
    if not matching:
        raise Refused(
            "dataset_not_recognised",
            "The dataset is in none of the known formats. "
            + " ".join(f"{TITLES[entry.name]}: {finding.reason}." for entry, finding in findings.items()),
            "Arrange the files as one of these formats, or choose 'not annotated' to use the pictures alone.",
            {"formats": [{"format": entry.name, "reason": finding.reason} for entry, finding in findings.items()]},
        )
    return matching[0], findings[matching[0]]


def _asked(tree: FileTree, wanted: str) -> tuple[Format, Finding]:
    chosen = next((entry for entry in FORMATS if entry.name == wanted), None)
    if chosen is None:
        names = ", ".join(entry.name for entry in FORMATS)
        raise Refused("dataset_format_unknown", f"There is no format '{wanted[:50]}'.", f"Choose auto, {names}.")
    finding = chosen.examine(tree, True)
    if not finding.matches:
        raise Refused(
            "dataset_format_mismatch",
            f"The dataset is not in the format {TITLES[chosen.name]}: {finding.reason}.",
            "Correct the layout, or let the format be recognised.",
            {"formats": [{"format": chosen.name, "reason": finding.reason}]},
        )
    return chosen, finding
