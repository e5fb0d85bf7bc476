"""Real models and datasets of a folder through the command line of a fresh installation; prints Markdown tables.

    python -m tests.acceptance.real_models --models FOLDER --datasets FOLDER [--accuracy]

Each model is imported, benchmarked for a second on one stream, and asked for its layers. A model that is refused shows
the code and what the user is told. With `--accuracy` they are judged instead, as `real_accuracy` says. Nothing of these
files is needed by the tests.
"""

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.acceptance import real_accuracy
from tests.benchmarks.machine import describe
from tests.integration.stack import Stack, running

MODEL_ENDINGS = (".onnx", ".xml", ".tflite", ".pb", ".h5", ".keras", ".caffemodel", ".pdmodel", ".pt", ".pth")
BESIDE = {".xml": ".bin", ".caffemodel": ".prototxt", ".pdmodel": ".pdiparams"}
DATASET_ENDINGS = (".zip", ".tar", ".tar.gz", ".tgz")


def model_files(folder: Path) -> Iterator[list[Path]]:
    """The files of one model each: those with an ending of a model, and what belongs beside them."""
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in MODEL_ENDINGS:
            companion = path.with_suffix(BESIDE.get(path.suffix, path.suffix))
            yield [path, *([companion] if companion != path and companion.exists() else [])]


def refusal(answer: Any) -> str:
    """The code, the sentence and the action of a job or a request that did not succeed."""
    error = answer.get("error") or (answer.get("job") or {}).get("error") or answer
    return f"`{error.get('code')}`: {error.get('detail') or error.get('message')}"


def dataset_rows(stack: Stack, folder: Path) -> Iterator[tuple[str, dict[str, Any] | None]]:
    for path in sorted(folder.iterdir()):
        if not path.name.endswith(DATASET_ENDINGS):
            continue
        code, answer = stack.command("dataset", "import", str(path))
        if code:
            yield f"| {path.name} | refused | {refusal(answer)} | | |", None
            continue
        made = answer["dataset"]
        row = f"{made['format']} | {made['count']} | {len(made['labels'] or [])} | {len(made['warnings'])}"
        yield f"| {path.name} | {row} |", made


def model_row(stack: Stack, folder: Path, files: list[Path], dataset: dict[str, Any]) -> str:
    name = str(files[0].relative_to(folder))
    code, answer = stack.command("model", "import", *map(str, files))
    if code:
        return f"| {name} | refused | {refusal(answer)} | | | | | |"
    model = answer["model"]
    analysis = model["analysis"]
    unknown = ", ".join(item["type"] for item in analysis["unknown_operations"]) or "none"
    gflop = analysis["gflop_expression"] or f"{(analysis['gflop'] or 0) + (analysis['giop'] or 0):.4g}"
    start = f"| {name} | {model['framework']} {model['precision']} | {model['task']} | {gflop} | {unknown} |"
    create = ("project", "create", "--model", model["id"], "--dataset", dataset["id"], "--no-baseline")
    code, answer = stack.command(*create)
    if code:
        return f"{start} no project | {refusal(answer)} | |"
    code, answer = stack.command("benchmark", answer["project"]["id"], "--streams", "1", "--duration", "1")
    if code:
        return f"{start} no run | {refusal(answer)} | |"
    (run,) = answer["runs"]
    _, answer = stack.command("run", "layers", run["id"])
    layers = answer["layers"]
    executed = sum(layer["status"] == "executed" for layer in layers)
    median = run["latency_ms"]["median"]
    return f"{start} {run['throughput_fps']:.4g} | {median:.3g} | {executed} of {len(layers)} |"


def main() -> None:
    parser = argparse.ArgumentParser(description="Real models and datasets through the command line.")
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--datasets", type=Path, required=True)
    parser.add_argument("--accuracy", action="store_true", help="accuracy instead of speed")
    wanted = parser.parse_args()
    print(describe(), end="\n\n")
    with tempfile.TemporaryDirectory() as folder, running(Stack(Path(folder))) as stack:
        stack.up()
        if wanted.accuracy:
            real_accuracy.tables(stack, wanted.models, wanted.datasets, Path(folder))
            return
        print("| dataset | format | samples | classes | warnings |\n|---|---|---|---|---|")
        found = []
        for row, dataset in dataset_rows(stack, wanted.datasets):
            print(row, flush=True)
            found += [dataset] if dataset else []
        print("\n| model | format | task | GFLOP + GIOP | unknown operations | FPS | median, ms | layers executed |")
        print("|---|---|---|---|---|---|---|---|")
        # Pictures without annotations serve models of every task.
        plain = next(dataset for dataset in found if not dataset["annotated"])
        for files in model_files(wanted.models):
            print(model_row(stack, wanted.models, files, plain), flush=True)


if __name__ == "__main__":
    main()
