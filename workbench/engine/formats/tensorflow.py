"""Checks on TensorFlow files before OpenVINO reads them.

Field numbers are those of graph.proto, node_def.proto, attr_value.proto, tensor.proto, meta_graph.proto and
saved_model.proto (https://github.com/tensorflow/tensorflow/tree/master/tensorflow/core/framework and .../protobuf).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from workbench.engine.formats import checkpoint
from workbench.engine.formats.limits import (
    MAX_FILLED_ELEMENTS,
    MAX_LAYERS,
    MAX_NESTING,
    MAX_TEXT_BYTES,
    check_shape,
    corrupt,
    too_large,
)
from workbench.engine.formats.protobuf import LENGTH, VARINT, Budget, WireError, fields, messages, text
from workbench.engine.formats.sources import SourceFile
from workbench.engine.formats.tensor_proto import DTYPE_BYTES, missing, shape_dims
from workbench.engine.protocol import EngineError

_VARIABLES = {"VarHandleOp", "VariableV2", "Variable", "ReadVariableOp", "RestoreV2"}
# A TensorShapeProto as text; group 1 where it is that of a constant, group 2 its dimensions. Possessive, as all
# patterns over whole files here, so that no text takes more than one pass.
_DIM = r"(?:dim\s*+\{\s*+(?:size\s*+:\s*+-?\d++\s*+)?\}|unknown_rank\s*+:\s*+\w++)\s*+"
_TEXT_SHAPE = re.compile(r"(tensor_)?shape\s*+:?\s*+\{\s*+((?:" + _DIM + r")*+)\}")
_TEXT_BRACE = re.compile(r'"(?:[^"\\\n]|\\.)*+"?|\'(?:[^\'\\\n]|\\.)*+\'?|[{}]')


def check_saved_model(main: SourceFile, files: Sequence[SourceFile]) -> set[str]:
    """The operations of a SavedModel whose folder holds what its graph needs."""
    if main.extension == ".pbtxt":
        return check_text(main)
    operations: set[str] = set()
    budget = Budget()
    with main.mapped() as data:
        try:
            for meta in messages(data, 2, budget):
                for graph in messages(meta, 2, budget):
                    operations |= _graph(graph, main.name, budget)
        except WireError as error:
            raise corrupt(main.name, str(error)) from None
    if not operations:
        raise corrupt(main.name, "it holds no graph")
    folder = f"{main.folder}/" if main.folder else ""
    index = _find(files, f"{folder}variables/variables.index") or _find(files, f"{folder}variables.index")
    if index is None:
        if operations & _VARIABLES:
            raise missing(main.name, "variables/variables.index and its .data file")
    else:
        checkpoint.check(index, files)
    return operations


def check_frozen(main: SourceFile) -> set[str]:
    """The operations of a frozen graph, or an error where it still has variables."""
    with main.mapped() as data:
        try:
            operations = _graph(data, main.name, Budget())
        except WireError as error:
            raise corrupt(main.name, str(error)) from None
    _refuse_variables(main.name, operations)
    return operations


def check_text(main: SourceFile) -> set[str]:
    """The operations of a graph in protobuf text form."""
    if main.size > MAX_TEXT_BYTES:
        raise too_large(main.name, f"its text has {main.size} bytes")
    try:
        content = main.path.read_text("utf-8")
    except UnicodeDecodeError:
        raise corrupt(main.name, "it is neither text nor a binary graph") from None
    depth = 0
    # Braces inside quoted strings do not nest.
    for found in _TEXT_BRACE.finditer(content):
        if found[0] == "{":
            depth += 1
        elif found[0] == "}":
            depth -= 1
        if depth < 0 or depth > 4 * MAX_NESTING:
            raise (
                corrupt(main.name, "its braces do not match")
                if depth < 0
                else too_large(main.name, "it is nested too deeply")
            )
    if depth:
        raise corrupt(main.name, f"it ends before {depth} of its braces are closed")
    for found in _TEXT_SHAPE.finditer(content):
        sizes = [int(size) for size in re.findall(r"size\s*:\s*(-?\d{1,30})", found[2])]
        count = check_shape(main.name, sizes, "one of its tensors")
        if found[1] and count > MAX_FILLED_ELEMENTS:
            raise too_large(main.name, "one of its constants has more elements than the file could hold")
    operations = set(re.findall(r'\bop\s*:\s*"([^"\n]{1,200})"', content))
    if not operations:
        raise corrupt(main.name, "it has no nodes")
    if "saved_model_schema_version" not in content[:4096]:
        _refuse_variables(main.name, operations)
    return operations


def check_meta(main: SourceFile, files: Sequence[SourceFile]) -> set[str]:
    """The operations of a MetaGraph whose checkpoint is there."""
    operations: set[str] = set()
    budget = Budget()
    with main.mapped() as data:
        try:
            for graph in messages(data, 2, budget):
                operations |= _graph(graph, main.name, budget)
        except WireError as error:
            raise corrupt(main.name, str(error)) from None
    if not operations:
        raise corrupt(main.name, "it holds no graph")
    prefix = main.name.removesuffix(".meta")
    index = _find(files, f"{prefix}.index")
    if index is None:
        raise missing(main.name, f"{main.stem}.index and its .data file")
    checkpoint.check(index, files)
    return operations


def _find(files: Sequence[SourceFile], name: str) -> SourceFile | None:
    return next((file for file in files if file.name == name), None)


def _refuse_variables(name: str, operations: set[str]) -> None:
    if operations & (_VARIABLES - {"RestoreV2"}):
        raise EngineError(
            "model_file_missing",
            f"{name} is not a frozen graph: its weights are variables, which lie in other files.",
            "Upload the SavedModel folder, or the .meta file with its .index and .data files, or freeze the graph.",
            {"file": name},
        )


def _graph(data: memoryview, name: str, budget: Budget) -> set[str]:
    """Operations of a GraphDef and of its functions; every shape and constant within the caps."""
    operations: set[str] = set()
    nodes = [node for node in messages(data, 1, budget)]
    for library in messages(data, 2, budget):
        for function in messages(library, 1, budget):
            nodes += messages(function, 3, budget)
    if len(nodes) > MAX_LAYERS:
        raise too_large(name, f"it has more than {MAX_LAYERS} nodes")
    for node in nodes:
        label = operation = ""
        attributes: list[memoryview] = []
        for number, wire, value in fields(node, budget):
            if wire != LENGTH:
                continue
            if number == 1:
                label = text(value)[:100]
            elif number == 2:
                operation = text(value)[:200]
            elif number == 5:
                assert isinstance(value, memoryview)
                attributes.append(value)
        if not operation:
            raise WireError("one of its nodes has no operation")
        operations.add(operation)
        for entry in attributes:
            for attribute in messages(entry, 2, budget):
                _attribute(attribute, name, f"node '{label}'", budget, 0)
    return operations


def _attribute(data: memoryview, name: str, what: str, budget: Budget, depth: int) -> None:
    if depth > MAX_NESTING:
        raise too_large(name, "its attributes are nested too deeply")
    for number, wire, value in fields(data, budget):
        if wire != LENGTH:
            continue
        assert isinstance(value, memoryview)
        if number == 7:
            check_shape(name, shape_dims(value, budget), what)
        elif number == 8:
            _tensor(value, name, what, budget)
        elif number == 1:  # a list of values: shapes are its field 7, tensors its field 8
            _attribute(value, name, what, budget, depth + 1) if depth == 0 else None


def _tensor(data: memoryview, name: str, what: str, budget: Budget) -> None:
    kind, content, sizes = 0, -1, []
    for number, wire, value in fields(data, budget):
        if number == 1 and wire == VARINT:
            assert isinstance(value, int)
            kind = value
        elif number == 2 and isinstance(value, memoryview):
            sizes = shape_dims(value, budget)
        elif number == 4 and isinstance(value, memoryview):
            content = len(value)
    count = check_shape(name, sizes, what)
    size = DTYPE_BYTES.get(kind)
    if content > 0 and size is not None and all(dim >= 0 for dim in sizes):
        if content != count * size:
            raise corrupt(name, f"{what} needs {count * size} bytes and has {content}")
    elif count > MAX_FILLED_ELEMENTS and count > len(data):
        raise too_large(name, f"{what} is a constant of {count} elements that the file does not hold")
