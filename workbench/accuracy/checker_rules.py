"""What a configuration of Accuracy Checker from outside may ask for: no reading elsewhere, importing or unpickling.

Accuracy Checker can load pickled annotations, evaluators by module path and files from anywhere. A configuration that a
user brings is therefore held to one model and one dataset, paths below $MODEL_PATH and $DATASET_PATH, and readers that
decode pictures.
"""

import yaml

from workbench.accuracy.checker_nodes import at, mapping, text_of
from workbench.accuracy.reading_schemas import ReadingProblem
from workbench.accuracy.yaml_errors import NOT_YAML

PLACES = ("$MODEL_PATH", "$DATASET_PATH")
READERS = ("opencv_imread", "pillow_imread")
MAX_DEPTH, MAX_NODES = 20, 20_000
# Keys that load code, plugins, pickles or stored results.
FORBIDDEN = (
    "annotation", "module", "module_config", "python_path", "cpu_extensions", "gpu_extensions", "extensions",
    "bitstream", "stored_predictions", "_stored_data", "network_info", "python_module",
    "custom_layers", "subsample_size_file",
)  # fmt: skip


def problems(text: str) -> list[ReadingProblem]:
    """Why this configuration is not run, with line and column; empty when it may."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except NOT_YAML as error:
        mark = getattr(error, "problem_mark", None)
        line, column = (mark.line + 1, mark.column + 1) if mark else (None, None)
        return [ReadingProblem(line=line, column=column, message="This is no YAML.")]
    found: list[ReadingProblem] = []
    top = mapping(root)
    for name, node in top.items():
        if name != "models":
            found.append(at(node, f"'{name}' is not run here; only 'models' is"))
    models = top.get("models")
    if not isinstance(models, yaml.SequenceNode) or len(models.value) != 1:
        found.append(at(models or root, "there must be a list 'models' with one entry"))
        return found
    for part in ("launchers", "datasets"):
        listed = mapping(models.value[0]).get(part)
        if not isinstance(listed, yaml.SequenceNode) or len(listed.value) != 1:
            found.append(at(listed or models.value[0], f"there must be a list '{part}' with one entry"))
            continue
        if part == "launchers":
            framework = mapping(listed.value[0]).get("framework")
            if framework is None or text_of(framework) != "openvino":
                found.append(at(framework or listed.value[0], "the launcher's 'framework' must be 'openvino'"))
    if not found and root is not None:
        _look(root, found, [0], 0, set())
    return found


def _look(node: yaml.Node, found: list[ReadingProblem], seen: list[int], depth: int, above: set[int]) -> None:
    seen[0] += 1
    if seen[0] > MAX_NODES or depth > MAX_DEPTH or id(node) in above:
        if not found or found[-1].message != "it is too large":
            found.append(at(node, "it is too large"))
        return
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            name = text_of(key)
            if name in FORBIDDEN:
                found.append(at(key, f"'{name}' is not allowed: it loads code or stored objects"))
            elif name in ("reader", "data_reader"):
                kind = text_of(value) or text_of(mapping(value).get("type", value))
                if kind not in READERS:
                    found.append(at(value, f"the reader '{kind[:60]}' is not allowed; {' or '.join(READERS)} is"))
            _look(value, found, seen, depth + 1, above | {id(node)})
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            _look(value, found, seen, depth + 1, above | {id(node)})
    elif isinstance(node, yaml.ScalarNode):
        text = node.value
        placed = any(text == mark or text.startswith(mark + "/") for mark in PLACES)
        if ("/" in text or "\\" in text or text.startswith("~")) and not placed:
            found.append(at(node, f"the path '{text[:80]}' must begin with {' or '.join(PLACES)}"))
        elif placed and ".." in text.split("/"):
            found.append(at(node, f"the path '{text[:80]}' leaves its folder"))
