"""A recipe as a script and as a Jupyter notebook: parts that stand in files, and the document of the project.

Whatever comes from users is in that document alone, as literals of Python: nothing of it becomes code.
"""

import json
import pprint
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from workbench import __version__
from workbench.packages import decoding_source
from workbench.packages.recipe_facts import Facts

PARTS = Path(__file__).parent / "templates" / "recipe"
IMPORTS = (
    "argparse", "contextlib", "hashlib", "importlib", "json", "os", "re", "shlex", "shutil", "sys", "tarfile",
    "threading", "time",
)  # fmt: skip
NOTEBOOK_ARGUMENTS = 'ARGUMENTS = shlex.split(os.environ.get("RECIPE_ARGUMENTS", "--export project.tar.gz"))'
SCRIPT_ARGUMENTS = "ARGUMENTS = None"


@dataclass(frozen=True)
class Cell:
    """`told` is a sentence for people, in words of ours."""

    title: str
    told: str
    code: str


def requirements(facts: Facts) -> list[str]:
    """Packages with the versions that this server has."""
    names = ["openvino", "numpy", "opencv-python-headless"] + (["nncf"] if _with_nncf(facts) else [])
    names += ["pycocotools"] if facts.judged == "detection" else []
    return [f"{name}=={metadata.version(name)}" for name in names]


def steps(facts: Facts) -> list[str]:
    """What the recipe does, in words."""
    return [f"{cell.title}: {cell.told}" for cell in cells(facts, SCRIPT_ARGUMENTS)[2:]]


def cells(facts: Facts, arguments: str) -> list[Cell]:
    plan = facts.plan
    found = [
        Cell("Libraries", "OpenVINO, numpy and OpenCV; NNCF where a model is quantised.", _imports(facts, arguments)),
        Cell("The project", "What the workbench did, and what it came to.", _literal(plan)),
        Cell("Where the files are", "An export of the project, or folders.", _part("arguments")),
    ]
    makers = {"import": "imported"}
    code = [_part("models")]
    with_pictures = plan["accuracy"] is not None or plan["benchmark"] is not None
    if with_pictures or facts.kinds & {"fold", "quantize", "compress"}:
        found.append(Cell("Pictures", "Samples are drawn, decoded and resized.", _part("pictures")))
    if "fold" in facts.kinds:
        code.append(_part("folding"))
        makers["fold"] = "folded"
    if facts.kinds & {"quantize", "compress"}:
        code.append(_part("quantizing"))
    if "quantize" in facts.kinds:
        code.append(_part("int8"))
        makers["quantize"] = "quantized"
    if "compress" in facts.kinds:
        code.append(_part("weights"))
        makers["compress"] = "compressed"
    table = ", ".join(f'"{kind}": {function}' for kind, function in makers.items())
    code.append(f"MAKERS = {{{table}}}\n\n{_part('make')}")
    found.append(Cell("Models", _models_told(facts), "\n\n".join(code)))
    if facts.judged is not None:
        judge = _part("inference") + "\n\n" + _part(facts.judged)
        if facts.judged == "detection":
            told = "How the outputs of this family are read: the functions that the workbench decodes with."
            found.append(Cell("Decoding", told, _modules(plan["accuracy"]["reading"]["decoding"]["family"])))
        found.append(Cell("Accuracy", _accuracy_told(facts), judge))
    if plan["benchmark"] is not None:
        speed = _part("benchmark")
        if facts.judged is None:
            # The one function of the other part that is needed.
            speed = _part("inference").split("\n\n\n")[0] + "\n\n\n" + speed
        found.append(Cell("Speed", "The configuration of the best run, in an asynchronous loop.", speed))
    found.append(Cell("Result", "What came of it, as JSON where that was asked for.", _part("end")))
    return found


def script(facts: Facts) -> str:
    head = [
        '"""Repeats a project of the Deep Learning Workbench with plain calls of OpenVINO and NNCF.',
        "",
        f"Written by version {__version__}. It needs Python 3.11.4 or newer, and:",
        "",
        *(f"    {line}" for line in requirements(facts)),
        '"""',
        "",
    ]
    body = [
        "\n".join([f"# %% {cell.title}", f"# {cell.told}", "", cell.code.rstrip(), ""])
        for cell in cells(facts, SCRIPT_ARGUMENTS)
    ]
    return "\n".join(head) + "\n" + "\n\n".join(body)


def notebook(facts: Facts) -> str:
    """nbformat 4.5. The environment variable RECIPE_ARGUMENTS stands for the command line of the script."""
    needed = " ".join(requirements(facts))
    title = f"# A project, repeated\n\nWith plain calls of OpenVINO. It needs Python 3.11.4 or newer, and {needed}."
    found: list[dict[str, Any]] = [_markdown("title", title)]
    for number, cell in enumerate(cells(facts, NOTEBOOK_ARGUMENTS)):
        found.append(_markdown(f"text-{number}", f"## {cell.title}\n\n{cell.told}"))
        found.append(
            {
                "cell_type": "code",
                "id": f"code-{number}",
                "metadata": {},
                "execution_count": None,
                "outputs": [],
                "source": _source(cell.code.rstrip()),
            }
        )
    document = {
        "cells": found,
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python", "pygments_lexer": "ipython3"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(document, indent=1) + "\n"


def _markdown(identifier: str, text: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "id": identifier, "metadata": {}, "source": _source(text)}


def _source(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def _part(name: str) -> str:
    return (PARTS / f"{name}.part").read_text(encoding="utf-8").rstrip() + "\n"


def _literal(plan: dict[str, Any]) -> str:
    return "PLAN = " + pprint.pformat(plan, width=110, sort_dicts=False)


def _modules(family: str) -> str:
    """The source of the decoder, as texts that can be read where they stand."""
    lines = ["DECODING = {"]
    for name, text in sorted(decoding_source.files(family).items()):
        readable = "'''" not in text and not text.endswith(("'", "\\"))
        lines.append(f"    {name!r}: " + (f"r'''{text}'''," if readable else f"{text!r},"))
    return "\n".join([*lines, "}"])


def _with_nncf(facts: Facts) -> bool:
    return bool(facts.kinds & {"quantize", "compress"})


def _imports(facts: Facts, arguments: str) -> str:
    lines = [f"import {name}" for name in IMPORTS]
    lines += ["from pathlib import Path", "", "# Both send figures of their use otherwise."]
    lines += ['os.environ.update(CI="true", NNCF_CI="1")', "", "import cv2"]
    if _with_nncf(facts):
        lines.append("import nncf")
    lines += ["import numpy as np", "import openvino as ov"]
    if "quantize" in facts.kinds:
        lines.append("from nncf import AdvancedQuantizationParameters")
        lines.append("from nncf.quantization.advanced_parameters import AdvancedSmoothQuantParameters")
    if facts.judged == "detection":
        lines += ["from pycocotools.coco import COCO", "from pycocotools.cocoeval import COCOeval"]
    names = ["PrePostProcessor"]
    if "fold" in facts.kinds:
        names = ["ColorFormat", *names, "ResizeAlgorithm"]
    if facts.judged is not None or "fold" in facts.kinds:
        lines.append(f"from openvino.preprocess import {', '.join(names)}")
    return "\n".join([*lines, "", arguments])


def _models_told(facts: Facts) -> str:
    made = {
        "import": "the IR is made of its source files, or taken as it is",
        "fold": "preprocessing becomes part of the model",
        "quantize": "INT8 by NNCF with the same samples",
        "compress": "weights are compressed",
    }
    told = [made[step["kind"]] for step in facts.plan["models"]]
    text = f"{'; then '.join(told)}. Each hash is compared."
    return text[:1].upper() + text[1:]


def _accuracy_told(facts: Facts) -> str:
    if facts.judged == "statistics":
        return "What the outputs are like on the samples of the report; its figures are not repeated."
    return "The figures of the report, on the same samples."
