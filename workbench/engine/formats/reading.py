"""The part of a conversion that OpenVINO does, with its errors put into words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.engine.formats.limits import MAX_LAYERS, check_shape, corrupt, too_large
from workbench.engine.formats.recognise import Source
from workbench.engine.protocol import EngineError

if TYPE_CHECKING:
    import openvino as ov


def openvino_version() -> str:
    """The release in use, as in "2026.4.1"."""
    import openvino as ov

    return str(ov.__version__).split("-", 1)[0]


def read_ir(xml: Path, name: str) -> ov.Model:
    """Read an IR. Raises `unsupported_operation`, `ir_weights_mismatch`, `out_of_memory` or `model_corrupt`."""
    import openvino as ov

    try:
        return ov.Core().read_model(xml)
    except Exception as error:
        raise explain(error, name) from error


def convert(path: Path, source: Source, outputs: Sequence[str]) -> ov.Model:
    """Convert a source model. Raises `unsupported_operation`, `unknown_output`, `out_of_memory` or `model_corrupt`."""
    import openvino as ov

    try:
        return ov.convert_model(path, **({"output": list(outputs)} if outputs else {}))
    except Exception as error:
        if outputs and any(output in str(error) for output in outputs):
            raise _unknown_output(str(next(output for output in outputs if output in str(error)))) from error
        raise explain(error, source.main.name) from error


def explain(error: BaseException, name: str) -> EngineError:
    """What an exception of OpenVINO means to a user."""
    message = str(error)[:20_000]
    found = (
        re.search(r"No conversion rule found for operations?: ([^\n]+)", message)
        or re.search(r"doesn't contain the operation with type: (\S+)", message)
        or re.search(r"No (?:creator|translator) found for (\S+) node", message)
        or re.search(r"(?:Cannot create|Unsupported) (\S+) layer .* from unsupported opset", message)
        or re.search(
            r"(?:Not supported|Unsupported|Unknown) (?:operation|op|operator)s?:? '?([\w.:-]+)'?", message, re.I
        )
    )
    if found:
        return EngineError(
            "unsupported_operation",
            f"OpenVINO has no equivalent of an operation in {name}: {found[1].strip().rstrip('.')[:300]}.",
            "Replace the operation in the model, or export it with another operator set, and import it again.",
            {"operations": found[1].strip()[:1000]},
        )
    if isinstance(error, MemoryError) or re.search(
        r"bad_alloc|bad allocation|out of memory|std::length_error", message, re.I
    ):
        return EngineError(
            "out_of_memory",
            f"{name} needs more memory than this machine has free.",
            "Close other programs, or import it on a machine with more memory.",
        )
    if "Incorrect weights in bin file" in message:
        return EngineError(
            "ir_weights_mismatch",
            f"The .bin is not the weights file of {name}.",
            "Upload the .xml and the .bin that were saved together.",
        )
    return corrupt(name, f"OpenVINO says: {_sentence(message)}")


def _sentence(message: str) -> str:
    """The part of a native message that speaks to a user: no source lines, no file paths."""
    kept = []
    for line in message.splitlines():
        line = re.sub(r"(?:[A-Za-z]:)?(?:/[^\s/'\"]+){2,}", "…", line).strip()
        if line and not re.match(
            r"(Check '.*' failed at|Exception from|FrontEnd API failed|While validating|Summary:)", line
        ):
            kept.append(line)
    return " ".join(kept)[:300].rstrip(". ") or "the model is not valid"


def reshape(model: ov.Model, inputs: Sequence[Mapping[str, Any]]) -> ov.Model:
    """Give inputs the shapes and layouts asked for. Raises `unknown_input` and `invalid_shape`."""
    import openvino as ov

    shapes: dict[Any, ov.PartialShape] = {}
    for wanted in inputs:
        name = str(wanted.get("name", ""))
        port = next(
            (port for port in model.inputs if name in port.get_names() or name == port.node.get_friendly_name()), None
        )
        if port is None:
            known = ", ".join(sorted(_port_name(port) for port in model.inputs))
            raise EngineError(
                "unknown_input", f"The model has no input '{name}'.", f"Its inputs are: {known}.", {"input": name}
            )
        if wanted.get("shape") is not None:
            shapes[port] = ov.PartialShape([_dimension(dim, name) for dim in wanted["shape"]])
        if wanted.get("layout"):
            try:
                model.get_parameters()[_index(model, port)].set_layout(ov.Layout(str(wanted["layout"])))
            except Exception as error:
                raise EngineError(
                    "invalid_layout",
                    f"'{wanted['layout']}' is not a layout for input '{name}'.",
                    "Write one letter for each dimension, as in NCHW.",
                    {"input": name},
                ) from error
    if shapes:
        try:
            model.reshape(shapes)
        except Exception as error:
            wanted_shapes = ", ".join(f"{_port_name(port)} {shape}" for port, shape in shapes.items())
            raise EngineError(
                "invalid_shape",
                f"The model cannot work with {wanted_shapes}: {_sentence(str(error))}.",
                "Choose a shape that fits the layers of the model.",
            ) from error
    return model


def _index(model: ov.Model, port: Any) -> int:
    return [candidate.node.get_friendly_name() for candidate in model.inputs].index(port.node.get_friendly_name())


def _port_name(port: Any) -> str:
    names = port.get_names()
    return str(min(names)) if names else str(port.node.get_friendly_name())


def _dimension(dim: object, name: str) -> Any:
    import openvino as ov

    if isinstance(dim, int) and not isinstance(dim, bool) and dim >= -1:
        return ov.Dimension(dim)
    found = re.fullmatch(r"(\d{1,9})\.\.(\d{1,9})?|\?", str(dim))
    if not found:
        raise EngineError(
            "invalid_shape",
            f"'{dim}' is not a dimension of input '{name}'.",
            "Write a whole number, ? for any, or a range as in 1..8.",
            {"input": name},
        )
    if found[1] is None:
        return ov.Dimension()
    return ov.Dimension(int(found[1]), int(found[2]) if found[2] else -1)


def keep_outputs(model: ov.Model, outputs: Sequence[str]) -> ov.Model:
    """The part of a model that leads to the named tensors or layers; the whole of it where none is named."""
    if not outputs:
        return model
    import openvino as ov

    ports = []
    for wanted in outputs:
        port = _find_output(model, wanted)
        if port is None:
            raise _unknown_output(wanted)
        ports.append(port)
    return ov.Model(ports, model.get_sinks(), model.get_parameters(), model.get_friendly_name())


def _find_output(model: ov.Model, wanted: str) -> Any:
    for node in model.get_ordered_ops():
        if node.get_type_name() == "Result":
            continue
        for port in node.outputs():
            if wanted in port.get_names() or wanted in (
                node.get_friendly_name(),
                f"{node.get_friendly_name()}:{port.get_index()}",
            ):
                return port
    return None


def _unknown_output(name: str) -> EngineError:
    return EngineError(
        "unknown_output",
        f"The model has no layer or tensor '{name}'.",
        "Take the name from the model's graph.",
        {"output": name},
    )


def check_model(model: ov.Model, name: str) -> None:
    """Refuse what OpenVINO made of a model where a tensor is beyond the caps, whatever the file said."""
    operations = model.get_ops()
    if len(operations) > MAX_LAYERS:
        raise too_large(name, f"it has more than {MAX_LAYERS} layers")
    for node in operations:
        for port in range(node.get_output_size()):
            shape = node.get_output_partial_shape(port)
            if shape.rank.is_static:
                dims = [dim.get_length() if dim.is_static else -1 for dim in shape]
                check_shape(name, dims, f"layer '{node.get_friendly_name()[:80]}'")


def unsupported_on_cpu(model: ov.Model) -> list[str]:
    """Operation types that the CPU plugin does not run, each with what the plugin says; empty when it runs them all."""
    import openvino as ov

    try:
        answer = ov.Core().query_model(model, "CPU")
    except Exception as error:
        return [_sentence(str(error))]
    types = {node.get_type_name() for node in model.get_ops() if node.get_friendly_name() not in answer}
    return sorted(types)


def stored_precision(model: ov.Model) -> str:
    """How the weights are stored, in one word."""
    from workbench.engine.analyze.precision import summary

    return summary(model)
