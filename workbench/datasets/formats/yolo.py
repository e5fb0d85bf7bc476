"""YOLO as Ultralytics has it: data.yaml or classes.txt, pictures in images, a text file for each in labels.

https://docs.ultralytics.com/datasets/detect/, …/segment/, …/pose/
"""

from workbench.datasets.formats import splits
from workbench.datasets.formats.annotations import Annotation, Annotations, Check, Finding, Format, Sample
from workbench.datasets.formats.labels import META_FILE, Labels, check_names, find_labels, is_label_file
from workbench.datasets.formats.tree import FileTree, base, folder_of, stem, suffix
from workbench.datasets.formats.yolo_lines import LineRefused, parse_line, seems_label
from workbench.datasets.formats.yolo_yaml import PARTS, DataYaml, candidates, places, read_yaml
from workbench.datasets.problems import Problems

LOOKED_AT = 50
_LABELS = "labels"


def examine(tree: FileTree, asked: bool) -> Finding:
    if not tree.images:
        return Finding(False, "there are no pictures (png, jpg, bmp, gif, tif, webp)")
    yamls = candidates(tree)
    if len(yamls) > 1:
        return Finding(False, f"several YAML files have names and paths: {', '.join(yamls[:3])}; keep one")
    labels = _label_files(tree)
    if yamls and labels:
        return Finding(True, f"{yamls[0]} names the classes, and there are {len(labels):,} label files", yamls[0])
    if not labels:
        return Finding(False, "there are no text files with the same names as pictures, or in a folder labels")
    first = next((lines[0] for name in labels[:LOOKED_AT] if (lines := tree.head(name, 1))), None)
    if first is None or (not seems_label(first) and not asked):
        return Finding(False, f'{labels[0]} has no lines "class x-centre y-centre width height"')
    return Finding(True, f"{len(labels):,} text files have a class and a box in each line")


def _label_files(tree: FileTree) -> list[str]:
    """Text files in folders called `labels`, else those that are called like a picture."""
    texts = [name for name in tree.with_suffix(".txt") if not is_label_file(name)]
    inside = [name for name in texts if _LABELS in folder_of(name).lower().split("/")]
    if inside:
        return inside
    pictures = {stem(name) for name in tree.images}
    return [name for name in texts if stem(name) in pictures]


def read(tree: FileTree, finding: Finding, problems: Problems) -> Annotations:
    content = read_yaml(tree, finding.file, problems) if finding.file else None
    problems.refuse_errors()
    given = _given(tree, content, problems)
    names = given.names if given is not None else None
    if given is not None:
        check_names(given.names, given.source, problems)
    images, part = _pictures(tree, content)
    labels = _by_picture(tree)
    samples: list[Sample] = []
    for image in images:
        name = _label_of(image, labels)
        sample = Sample(image, name or image, boxes=[], relative=True)
        if name is not None:
            _read_file(tree, name, sample, len(names) if names is not None else None, content, problems)
        samples.append(sample)
    _orphans(tree, labels, problems)
    boxes = [box for sample in samples for box in sample.boxes or ()]
    if samples and not boxes:
        problems.error(finding.file or _LABELS, "no picture has an object", "add label files with a line for each")
    annotation: list[Annotation] = ["detection"]
    if any(box.segmentation is not None for box in boxes):
        annotation.append("instance_segmentation")
    if any(box.keypoints is not None for box in boxes):
        annotation.append("keypoints")
    with_file = sum(sample.file != sample.image for sample in samples)
    checks = [
        Check("part of the dataset", True, part),
        Check("label files", True, f"{with_file:,} of {len(samples):,} pictures have one; the others show nothing"),
        Check("objects", True, f"{len(boxes):,}"),
        Check("label names", True, f"from {given.source}")
        if given is not None
        else Check("label names", False, "none; add data.yaml or classes.txt"),
    ]
    found = Annotations(annotation, names, samples, checks, colors=given.colors if given else None)
    found.skeleton = content.skeleton if content is not None else None
    return found


def _given(tree: FileTree, content: DataYaml | None, problems: Problems) -> Labels | None:
    """`dataset_meta.json` goes before data.yaml, that before classes.txt."""
    has_meta = any(base(name).lower() == META_FILE for name in tree.files)
    if content is not None and not has_meta:
        return Labels(content.names, content.file)
    found = find_labels(tree, problems)
    return found or (Labels(content.names, content.file) if content is not None else None)


def _pictures(tree: FileTree, content: DataYaml | None) -> tuple[list[str], str]:
    """The pictures of the part that is measured on, and what that part is."""
    for part in PARTS if content is not None else ():
        assert content is not None
        found: dict[str, None] = {}
        for entry in content.parts.get(part, ()):
            found |= dict.fromkeys(_listed(tree, content, entry))
        if found:
            return list(found), f"'{part}' of {content.file}"
    folders = sorted({folder_of(name) for name in tree.images})
    told = {folder: splits.split_of(folder) for folder in folders}
    for split in splits.PREFERENCE:
        chosen = [name for name in tree.images if told[folder_of(name)] == split]
        if chosen:
            return chosen, f"the pictures in folders called {split}"
    return tree.images, "all pictures"


def _listed(tree: FileTree, content: DataYaml, entry: str) -> list[str]:
    """The pictures of a folder, or of a list of pictures."""
    for place in places(content, entry):
        if suffix(place) == ".txt" and place in tree.files:
            named = [line.strip() for line in tree.read_text(place).splitlines() if line.strip()]
            ends = [next((p for p in places(content, name) if p in tree.image_set), None) for name in named]
            return [name for name in ends if name is not None]
        inside = [name for name in tree.images if name.startswith(place + "/")]
        if inside:
            return inside
    return []


def _by_picture(tree: FileTree) -> dict[str, str]:
    """Path of a picture without its ending → its label file: beside it, or in `labels` instead of `images`."""
    found: dict[str, str] = {}
    for name in _label_files(tree):
        found[name[: -len(suffix(name))]] = name
    return found


def _label_of(image: str, labels: dict[str, str]) -> str | None:
    key = image[: -len(suffix(image))]
    parts = key.split("/")
    for at in range(len(parts) - 2, -1, -1):
        if parts[at].lower() in ("images", "jpegimages"):
            for name in (_LABELS, _LABELS.capitalize()):
                other = labels.get("/".join([*parts[:at], name, *parts[at + 1 :]]))
                if other is not None:
                    return other
    beside = "/".join([*parts[:-1], _LABELS, parts[-1]])
    return labels.get(key) or labels.get(beside) or labels.get(f"{_LABELS}/{key}")


def _orphans(tree: FileTree, labels: dict[str, str], problems: Problems) -> None:
    used = {_label_of(image, labels) for image in tree.images}
    for name in labels.values():
        if name not in used:
            problems.warning(name, "there is no picture for this label file", "add the picture or remove the file")


def _read_file(
    tree: FileTree,
    name: str,
    sample: Sample,
    class_count: int | None,
    content: DataYaml | None,
    problems: Problems,
) -> None:
    key_points = content.key_points if content is not None else None
    first: dict[str, int] = {}
    for number, line in enumerate(tree.read_text(name).splitlines(), 1):
        text = " ".join(line.split())
        if not text:
            continue
        if text in first:
            problems.warning(name, f"the line is the same as line {first[text]}; it counts once", "remove it", number)
            continue
        first[text] = number
        try:
            box = parse_line(text, class_count, key_points)
        except LineRefused as error:
            problems.error(name, error.problem, error.fix, number)
            continue
        if sample.boxes is not None:
            sample.boxes.append(box)


FORMAT = Format("yolo", examine, read)
