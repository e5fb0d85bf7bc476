"""Pascal VOC: JPEGImages, Annotations (boxes), SegmentationClass (masks), ImageSets (which pictures count)."""

from collections.abc import Iterable
from dataclasses import dataclass

from workbench.datasets.formats import splits
from workbench.datasets.formats.annotations import Annotation, Annotations, Box, Check, Finding, Format, Sample
from workbench.datasets.formats.labels import Labels, check_names, find_labels
from workbench.datasets.formats.masks import Color
from workbench.datasets.formats.tree import FileTree, base, folder_of, stem, suffix
from workbench.datasets.formats.voc_masks import judged, mask_rule, read_labelmap, voc_color, with_background
from workbench.datasets.formats.voc_xml import MAX_XML_BYTES, VocFile, XmlRefused, read_voc_xml
from workbench.datasets.image_header import SUFFIXES
from workbench.datasets.problems import Problems

# http://host.robots.ox.ac.uk/pascal/VOC/voc2012/htmldoc/devkit_doc.html, section 2.1; in alphabetical order.
CLASSES = (
    "aeroplane bicycle bird boat bottle bus car cat chair cow diningtable dog horse motorbike person pottedplant"
    " sheep sofa train tvmonitor"
).split()
LOOKED_AT = 20
_SETS = ("Main", "Segmentation", "")


@dataclass(frozen=True)
class _Layout:
    """Where the parts lie. `root` holds JPEGImages; `images` and `masks` map the stem to the file."""

    root: str
    images: dict[str, str]
    xmls: dict[str, str]
    masks: dict[str, str]


def examine(tree: FileTree, asked: bool) -> Finding:
    if not tree.images:
        return Finding(False, "there are no pictures (png, jpg, bmp, gif, tif, webp)")
    xmls = tree.with_suffix(".xml")
    masks = [name for name in tree.images if base(folder_of(name)).lower() == "segmentationclass"]
    if not xmls and not masks:
        return Finding(False, "there are no .xml files and no folder SegmentationClass")
    roots = _roots(tree)
    if len(roots) > 1:
        return Finding(False, f"there are several folders JPEGImages, in {' and '.join(roots[:2])}; keep one")
    if xmls and not any(_begins_as_annotation(tree, name) for name in xmls[:LOOKED_AT]):
        return Finding(False, f"the root of {xmls[0]} is not <annotation>")
    if not xmls and not roots:
        return Finding(False, "there is no folder JPEGImages beside SegmentationClass")
    parts = [f"{len(xmls):,} annotation files" if xmls else "", f"{len(masks):,} masks" if masks else ""]
    return Finding(True, " and ".join(part for part in parts if part))


def _begins_as_annotation(tree: FileTree, name: str) -> bool:
    return any("<annotation" in line for line in tree.head(name, 5))


def _roots(tree: FileTree) -> list[str]:
    folders = {folder_of(name) for name in tree.images}
    return sorted({folder_of(folder) or "." for folder in folders if base(folder).lower() == "jpegimages"})


def _layout(tree: FileTree) -> _Layout:
    roots = _roots(tree)
    root = "" if not roots or roots[0] == "." else roots[0]
    inside = root + "/" if root else ""
    images: dict[str, str] = {}
    xmls: dict[str, str] = {}
    masks: dict[str, str] = {}
    for name in tree.files:
        kind = base(folder_of(name)).lower()
        if suffix(name) == ".xml" and name.startswith(inside):
            xmls.setdefault(stem(name), name)
        elif suffix(name) in SUFFIXES:
            if kind == "segmentationclass":
                masks.setdefault(stem(name), name)
            elif kind == "jpegimages" or (not roots and kind != "segmentationobject"):
                images.setdefault(stem(name), name)
    return _Layout(root, images, xmls, masks)


def read(tree: FileTree, finding: Finding, problems: Problems) -> Annotations:
    layout = _layout(tree)
    set_file, stems = _chosen(tree, layout, problems)
    files = _read_files(tree, layout, stems, problems)
    given = read_labelmap(tree, problems) or with_background(find_labels(tree, problems))
    names, source, colors = _label_names(files.values(), given)
    check_names(names, source, problems)
    numbers = {name: number for number, name in reversed(list(enumerate(names)))}
    samples: list[Sample] = []
    missing = 0
    for name, line in stems:
        image = _image_of(tree, layout, name, files.get(name))
        if image is None:
            missing += 1
            problems.warning(
                set_file or layout.xmls.get(name, layout.root),
                f"there is no picture for '{name}'",
                "add it to JPEGImages, or remove the entry",
                line,
            )
            continue
        samples.append(_sample(layout, name, image, files.get(name), numbers, source, problems))
    boxes = sum(len(sample.boxes or ()) for sample in samples)
    masks = sum(sample.mask is not None for sample in samples)
    if samples and not boxes and not masks:
        problems.error(layout.root or "Annotations", "no picture has an object or a mask", "add the annotations")
    annotation: list[Annotation] = []
    if boxes:
        annotation.append("detection")
    if masks:
        annotation.append("segmentation")
    checks = [
        Check("image set", True, set_file or "none; every annotated picture counts"),
        Check("listed pictures", missing == 0, f"{len(samples):,} of {len(stems):,} are there"),
        Check("objects", True, f"{boxes:,} boxes in {sum(bool(sample.boxes) for sample in samples):,} pictures"),
        Check("masks", True, f"{masks:,} pictures have one"),
        Check("label names", True, f"from {source}"),
    ]
    rule = mask_rule(given, len(names)) if masks else None
    return Annotations(annotation, names, samples, checks, masks=rule, colors=colors)


def _chosen(tree: FileTree, layout: _Layout, problems: Problems) -> tuple[str | None, list[tuple[str, int | None]]]:
    """The image set that counts, and its stems with their lines; every annotated picture where there is none."""
    prefix = f"{layout.root}/ImageSets" if layout.root else "ImageSets"
    for kind in _SETS:
        folder = f"{prefix}/{kind}" if kind else prefix
        # The files "cat_val.txt" list one class only; annotation tools write "default.txt".
        texts = [name for name in tree.with_suffix(".txt") if folder_of(name) == folder]
        sets = [name for name in texts if splits.split_of(stem(name)) == stem(name).lower().rstrip("0123456789")]
        sets = sets or [name for name in texts if stem(name).lower() == "default"]
        if sets:
            chosen = splits.preferred(sets)[0]
            return chosen, _read_set(tree, chosen, problems)
    annotated = sorted(set(layout.xmls) | (set(layout.masks) & set(layout.images)))
    return None, [(name, None) for name in annotated]


def _read_set(tree: FileTree, name: str, problems: Problems) -> list[tuple[str, int | None]]:
    stems: dict[str, int | None] = {}
    for number, line in enumerate(tree.read_text(name).splitlines(), 1):
        words = line.split()
        if not words:
            continue
        # Datumaro writes names with folders here, some tools write names with endings.
        text = base(words[0])
        key = stem(text) if suffix(text) in SUFFIXES else text
        if key in stems:
            problems.error(name, f"'{key[:100]}' is listed in line {stems[key]} already", "remove one line", number)
        stems[key] = number
    if not stems:
        problems.error(name, "the image set is empty", "write one picture name a line")
    return list(stems.items())


def _read_files(
    tree: FileTree, layout: _Layout, stems: list[tuple[str, int | None]], problems: Problems
) -> dict[str, VocFile]:
    files: dict[str, VocFile] = {}
    for name, _ in stems:
        path = layout.xmls.get(name)
        if path is None:
            continue
        try:
            with tree.path(path).open("rb") as file:
                files[name] = read_voc_xml(file.read(MAX_XML_BYTES + 1), path, problems)
        except XmlRefused as error:
            problems.error(path, error.problem, error.fix, error.line)
    return files


def _label_names(files: Iterable[VocFile], given: Labels | None) -> tuple[list[str], str, list[Color] | None]:
    """Names, where they are from, and their colours."""
    if given is not None:
        names, colors = judged(given)
        return names, given.source, colors
    used = {entry.name for file in files for entry in file.objects}
    if used <= set(CLASSES):
        return list(CLASSES), "the 20 classes of Pascal VOC", [voc_color(label + 1) for label in range(len(CLASSES))]
    return sorted(used), "the names in the annotations, in alphabetical order", None


def _image_of(tree: FileTree, layout: _Layout, name: str, file: VocFile | None) -> str | None:
    if file is not None and file.filename:
        named = layout.images.get(stem(file.filename))
        if named is not None and base(named) == base(file.filename):
            return named
    return layout.images.get(name)


def _sample(
    layout: _Layout,
    name: str,
    image: str,
    file: VocFile | None,
    numbers: dict[str, int],
    source: str,
    problems: Problems,
) -> Sample:
    xml = layout.xmls.get(name, image)
    sample = Sample(image=image, file=xml, mask=layout.masks.get(name))
    if file is None:
        return sample
    sample.size = file.size
    sample.boxes = []
    for entry in file.objects:
        label = numbers.get(entry.name)
        if label is None:
            problems.error(
                xml, f"the class '{entry.name[:50]}' is not among {source}", "add it there or rename it", entry.line
            )
            continue
        sample.boxes.append(Box(label, _bbox(entry.corners), difficult=entry.difficult))
    return sample


def _bbox(corners: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    """x, y, width, height from the first and last pixel counted from 1: the box covers both.

    Tools that count from 0 write 0 for the first pixel; it stays inside of the picture.
    """
    left, top = max(corners[0] - 1, 0.0), max(corners[1] - 1, 0.0)
    return left, top, corners[2] - left, corners[3] - top


FORMAT = Format("voc", examine, read)
