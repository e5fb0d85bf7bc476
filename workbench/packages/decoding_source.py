"""The decoder of a family as source code that stands alone: what `workbench.engine` decodes with, and nothing else.

From the function that makes the decoder, every definition that it reaches is taken, each in a module of its own name
below one package. So a sample program decodes exactly as the workbench did when it measured accuracy.
"""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from workbench import engine

_ROOT = Path(engine.__file__).parent
_PACKAGE = "workbench.engine"
_TASKS = f"{_PACKAGE}.tasks"
# Family → module and function that make its decoder.
_MAKERS = {
    "classification": ("classification", "decoder"),
    "ssd": ("ssd", "ssd"),
    "boxes_and_scores": ("ssd", "boxes_and_scores"),
    "tf_detection": ("ssd", "tf_detection"),
    "faster_rcnn": ("faster_rcnn", "faster_rcnn"),
    "yolo_anchors": ("yolo", "yolo_anchors"),
    "yolo_rows": ("yolo_rows", "yolo_rows"),
    "detr": ("detr", "detr"),
    "centernet": ("centernet", "centernet"),
    "mask_rcnn": ("mask_rcnn", "mask_rcnn"),
    "yolo_seg": ("yolo_seg", "yolo_seg"),
    "per_pixel": ("semantic", "decoder"),
    "super_resolution": ("images_out", "decoder"),
    "style_transfer": ("images_out", "decoder"),
    "inpainting": ("images_out", "decoder"),
    "points": ("landmarks", "decoder"),
    "embedding": ("faces", "decoder"),
}
FAMILIES = tuple(_MAKERS)
_ALWAYS = ("ClassMap", "Geometry", "Port", "Ports")
# What masks are counted with elsewhere, in the few lines that a sample program needs.
_STAND_INS = {"pycocotools": "run_lengths"}
_HEAD = '''"""Of the Deep Learning Workbench, which decodes with the same functions."""

from __future__ import annotations
'''

Definition = tuple[str, str]


@dataclass
class _Module:
    """Top-level definitions by name, and what imported names stand for: (module, name there or None for itself)."""

    lines: list[str]
    definitions: dict[str, ast.stmt] = field(default_factory=dict)
    imports: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    typing_only: set[str] = field(default_factory=set)


def files(family: str) -> dict[str, str]:
    """File name → text of the package `decoding` for a family: `decoder(reading, ports, classes)` and its types.

    Raises KeyError for a family that has no decoder.
    """
    module, function = _MAKERS[family]
    start = [
        (f"{_TASKS}.{module}", function),
        (f"{_PACKAGE}.protocol", "EngineError"),
        *((f"{_TASKS}.task", name) for name in _ALWAYS),
    ]
    reached = _reached(start)
    made = {
        f"{_short(name)}.py": _text(name, {own for other, own in reached if other == name})
        for name in sorted({name for name, _ in reached})
    }
    exported = ", ".join(sorted(("EngineError", "decoder", *_ALWAYS), key=str.lower))
    made["__init__.py"] = (
        f'"""What the outputs of the model say: the family {family}."""\n\n'
        f"from .{module} import {function if function == 'decoder' else f'{function} as decoder'}\n"
        "from .protocol import EngineError\n"
        f"from .task import {', '.join(_ALWAYS)}\n\n__all__ = {[*exported.split(', ')]!r}\n"
    )
    return made


def uses_run_lengths(made: dict[str, str]) -> bool:
    return any("import run_lengths" in text for text in made.values())


def _short(module: str) -> str:
    return module.rpartition(".")[2]


def _reached(start: list[Definition]) -> set[Definition]:
    reached: set[Definition] = set()
    waiting = list(start)
    while waiting:
        definition = waiting.pop()
        if definition in reached:
            continue
        reached.add(definition)
        waiting += _needs(*definition)
    return reached


def _needs(name: str, own: str) -> Iterator[Definition]:
    module = _module(name)
    node = module.definitions[own]
    for used in _names(node):
        if used in module.definitions and used != own:
            yield name, used
        elif used in module.imports:
            place, symbol = module.imports[used]
            if symbol is not None and place.startswith(_PACKAGE):
                yield place, symbol
    for alias, attribute in _attributes(node):
        place, symbol = module.imports.get(alias, ("", ""))
        if symbol is None and place.startswith(_PACKAGE):
            yield place, attribute


def _names(node: ast.AST) -> set[str]:
    return {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}


def _attributes(node: ast.AST) -> set[tuple[str, str]]:
    return {
        (inner.value.id, inner.attr)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Attribute) and isinstance(inner.value, ast.Name)
    }


@lru_cache(maxsize=64)
def _module(name: str) -> _Module:
    path = _ROOT.joinpath(*name.removeprefix(_PACKAGE + ".").split(".")).with_suffix(".py")
    text = path.read_text(encoding="utf-8")
    module = _Module(text.splitlines())
    for node in ast.parse(text).body:
        if isinstance(node, ast.If):
            for inner in node.body:
                _note_import(module, inner, typing_only=True)
        _note_import(module, node)
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            module.definitions[node.name] = node
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            module.definitions[node.targets[0].id] = node
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            module.definitions[node.target.id] = node
    return module


def _note_import(module: _Module, node: ast.stmt, typing_only: bool = False) -> None:
    if isinstance(node, ast.Import):
        found: dict[str, tuple[str, str | None]] = {
            alias.asname or alias.name: (alias.name, None) for alias in node.names
        }
    elif isinstance(node, ast.ImportFrom) and node.module != "__future__":
        found = {alias.asname or alias.name: _target(str(node.module), alias.name) for alias in node.names}
    else:
        return
    module.imports.update(found)
    if typing_only:
        module.typing_only.update(found)


def _target(module: str, name: str) -> tuple[str, str | None]:
    """`from package import module` brings a module, `from module import name` a definition."""
    if module in (_PACKAGE, _TASKS):
        return f"{module}.{name}", None
    return module, name


def _text(name: str, wanted: set[str]) -> str:
    module = _module(name)
    nodes = [node for own, node in module.definitions.items() if own in wanted]
    used = set().union(*(_names(node) for node in nodes)) & set(module.imports)
    plain = _import_lines({local: module.imports[local] for local in used - module.typing_only})
    typed = _import_lines({local: module.imports[local] for local in used & module.typing_only})
    if typed:
        plain.append("from typing import TYPE_CHECKING")
    parts = [_HEAD, "\n".join(plain) + "\n" if plain else ""]
    if typed:
        parts.append("if TYPE_CHECKING:\n    " + "\n    ".join(typed) + "\n")
    body = "\n\n".join(_source(module, node) for node in sorted(nodes, key=lambda node: node.lineno))
    return "\n".join(part for part in parts if part) + "\n\n" + body + "\n"


def _import_lines(imports: Mapping[str, tuple[str, str | None]]) -> list[str]:
    """Those of others first; what comes of one module in one line."""
    lines = set()
    of_module: dict[str, list[str]] = {}
    for local, (module, symbol) in imports.items():
        stand_in = _STAND_INS.get(module.split(".")[0])
        own = module.startswith(_PACKAGE)
        name = stand_in or symbol or (_short(module) if own else module)
        called = name if name == local else f"{name} as {local}"
        if symbol is None and not own and stand_in is None:
            lines.add(f"import {called}")
            continue
        source = "." if symbol is None or stand_in else f".{_short(module)}" if own else module
        of_module.setdefault(source, []).append(called)
    lines.update(f"from {source} import {', '.join(sorted(names))}" for source, names in of_module.items())
    return sorted(lines, key=lambda line: (line.startswith("from ."), line))


def _source(module: _Module, node: ast.stmt) -> str:
    """Its lines, with its decorators and the comment above it."""
    first = min([node.lineno, *(entry.lineno for entry in getattr(node, "decorator_list", []))]) - 1
    while first > 0 and module.lines[first - 1].startswith("#"):
        first -= 1
    lines = module.lines[first : node.end_lineno]
    return ("" if isinstance(node, ast.Assign | ast.AnnAssign) else "\n") + "\n".join(lines)
