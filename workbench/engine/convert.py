"""The `convert` operation: whatever the user brought becomes `out/model.xml` and `out/model.bin`.

The files are recognised and checked (`formats`) before OpenVINO reads them. Everything is made in a folder of its own
beside `out/` and moved there at the end, so a failed conversion leaves nothing.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.engine.formats import ir, onnx, paddle, reading, sources, tensorflow, tflite
from workbench.engine.formats.recognise import Source, recognise
from workbench.engine.protocol import Emitter, EngineError

if TYPE_CHECKING:
    import openvino as ov

_STAGES = ("recognise", "check", "convert", "save", "verify")


def run(parameters: Mapping[str, Any], work: Path, emit: Emitter) -> dict[str, Any]:
    """Convert the files of an import to IR.

    `parameters`: `files` (names relative to `work`; a folder stands for what is in it), and optionally `precision`
    ("FP16" or "FP32": how weights of a model that is not IR are stored; FP16 where not given), `name`, `inputs`
    ([{name, shape, layout}], a dimension being an int, "?" or "1..8") and `outputs` (tensor or layer names that
    replace the model's outputs). An IR stays as it is byte for byte, unless inputs or outputs are given.

    Returns framework, source_format, precision, xml, bin, conversion (OpenVINO version, arguments, seconds),
    compile_ok, and the operations that the CPU plugin refuses, if any. Raises EngineError with the codes named in the
    `formats` modules.
    """
    precision = _precision(parameters.get("precision"))
    emit.stage(_STAGES[0], 1, len(_STAGES))
    files = sources.collect(list(parameters.get("files") or []), work)
    source = recognise(files)
    emit.log(f"{source.main.name}: {source.title}")

    emit.stage(_STAGES[1], 2, len(_STAGES))
    scratch = Path(tempfile.mkdtemp(prefix=".convert-", dir=work))
    try:
        return _convert(source, parameters, precision, work, scratch, emit)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _convert(
    source: Source, parameters: Mapping[str, Any], precision: str | None, work: Path, scratch: Path, emit: Emitter
) -> dict[str, Any]:
    facts = _check(source, scratch)
    emit.stage(_STAGES[2], 3, len(_STAGES))
    started = time.perf_counter()
    inputs, outputs = parameters.get("inputs") or [], parameters.get("outputs") or []
    kept = source.kind == "ir" and not inputs and not outputs
    made = scratch / "made"
    made.mkdir()
    if source.kind == "ir":
        weights = facts["weights"]
        xml = made / "model.xml"
        shutil.copyfile(source.main.path, xml)
        if weights is None:
            (made / "model.bin").touch()
        else:
            shutil.copyfile(weights.path, made / "model.bin")
        model = reading.read_ir(xml, source.main.name)
        if precision and not inputs and not outputs:
            emit.log("An IR is kept as it is; the requested precision was not applied.")
    else:
        model = reading.convert(facts["path"], source, outputs)
    model = reading.reshape(reading.keep_outputs(model, outputs if source.kind == "ir" else []), inputs)
    reading.check_model(model, source.main.name)

    emit.stage(_STAGES[3], 4, len(_STAGES))
    arguments = {"inputs": inputs, "outputs": outputs} if inputs or outputs else {}
    if not kept:
        stored = precision or ("FP16" if source.kind != "ir" else None)
        arguments |= {"compress_to_fp16": stored == "FP16"}
        if parameters.get("name"):
            model.set_friendly_name(str(parameters["name"]))
        _save(model, made / "saved.xml", stored == "FP16")
        del model  # frees the mapping of the old .bin before it is replaced
        for suffix in (".xml", ".bin"):
            (made / f"saved{suffix}").replace(made / f"model{suffix}")
        model = reading.read_ir(made / "model.xml", source.main.name)
    seconds = time.perf_counter() - started

    emit.stage(_STAGES[4], 5, len(_STAGES))
    refused = reading.unsupported_on_cpu(model)
    if refused:
        emit.log("The CPU plugin does not run: " + ", ".join(refused), "warning")
    result = {
        "framework": source.framework,
        "source_format": f"{source.title} v{facts['version']}" if source.kind == "ir" else source.title,
        "precision": reading.stored_precision(model),
        "xml": "out/model.xml",
        "bin": "out/model.bin",
        "conversion": {
            "openvino": reading.openvino_version(),
            "arguments": arguments,
            "seconds": round(seconds, 3),
            "files": [{"name": file.name, "size_bytes": file.size} for file in source.files],
        },
        "compile_ok": not refused,
        "unsupported_operations": refused,
    }
    del model
    out = work / "out"
    out.mkdir(exist_ok=True)
    for name in ("model.bin", "model.xml"):
        (made / name).replace(out / name)
    return result


def _precision(value: object) -> str | None:
    if value is None or value in ("FP16", "FP32"):
        return None if value is None else str(value)
    raise EngineError(
        "invalid_configuration",
        f"The precision {value!r} is not known.",
        "Choose FP16 or FP32.",
        {"precision": str(value)},
    )


def _check(source: Source, scratch: Path) -> dict[str, Any]:
    """The checks of the format. Returns the path to hand to OpenVINO and, of an IR, its version and weights."""
    main = source.main
    if source.kind == "ir":
        weights = _weights_of(source)
        return {"version": ir.check(main, weights).version, "weights": weights}
    path = main.path
    if source.kind == "onnx":
        siblings = {file.base: file for file in source.files if file.folder == main.folder and file is not main}
        external = onnx.check(main, siblings).external
        if external:
            # OpenVINO follows no links out of the model's folder, and staged files are links: the model gets a folder
            # of its own.
            path = _stage(scratch / "onnx", [(main, main.base), *((siblings[name], name) for name in sorted(external))])
    elif source.kind == "tf_saved_model":
        tensorflow.check_saved_model(main, source.files)
        path = _saved_model_folder(source, scratch)
    elif source.kind == "tf_frozen":
        tensorflow.check_frozen(main)
    elif source.kind == "tf_text":
        tensorflow.check_text(main)
    elif source.kind == "tf_meta":
        tensorflow.check_meta(main, source.files)
    elif source.kind == "tflite":
        tflite.check(main)
    else:
        paddle.check(main, source.files)
    return {"path": path}


def _weights_of(source: Source) -> sources.SourceFile | None:
    found = [file for file in source.files if file.extension == ".bin"]
    same = [file for file in found if file.stem == source.main.stem and file.folder == source.main.folder]
    if same or len(found) <= 1:
        return next(iter(same or found), None)
    raise EngineError(
        "model_ambiguous",
        f"The import holds several .bin files and none is called {source.main.stem}.bin.",
        f"Upload {source.main.base} with the one .bin that was saved together with it.",
    )


def _stage(folder: Path, files: Sequence[tuple[sources.SourceFile, str]]) -> Path:
    """Copy files under the given names; returns the path of the first."""
    for file, name in files:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file.path, target)
    return folder / files[0][1]


def _saved_model_folder(source: Source, scratch: Path) -> Path:
    folder = source.main.folder
    prefix = f"{folder}/" if folder else ""
    variables = [file for file in source.files if file.base.startswith("variables.") and file.name.startswith(prefix)]
    if all(file.name == f"{prefix}variables/{file.base}" for file in variables) and (
        not variables or variables[0].path.parent.parent == source.main.path.parent
    ):
        return source.main.path.parent
    # Uploaded side by side: OpenVINO wants the folder that TensorFlow wrote.
    staged = [(source.main, source.main.base), *((file, f"variables/{file.base}") for file in variables)]
    return _stage(scratch / "saved_model", staged).parent


def _save(model: ov.Model, path: Path, compress: bool) -> None:
    import openvino as ov

    ov.save_model(model, path, compress_to_fp16=compress)
