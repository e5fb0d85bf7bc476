"""Rules about the model and what is done around it."""

from workbench.benchmarks.advisor.facts import (
    Facts,
    Fine,
    NotApplicable,
    Outcome,
    evidence,
    percent,
    share,
    share_evidence,
    slowest,
)
from workbench.benchmarks.layer_schemas import Evidence, Finding, FindingAction
from workbench.models.schemas import Port, Preprocessing

# Of the time of all layers, in layers whose shapes are only known when they run.
DYNAMIC = 0.05
PICTURE_CHANNELS = (1, 3, 4)


def dynamic_shapes(facts: Facts) -> Outcome:
    """Dynamic dimensions: layers that allocate and plan anew at each request, or shapes that only this run fixed."""
    if facts.model is None or facts.model.analysis is None:
        return NotApplicable("The model is gone, or was not analysed.")
    found = [
        layer
        for layer in facts.executed
        if any(not isinstance(size, int) for port in layer.outputs for size in port.get("shape", []))
    ]
    part = share(found)
    if part >= DYNAMIC:
        return Finding(
            rule="dynamic_shapes",
            severity="medium",
            title="Shapes that are only known at run time cost time",
            summary=f"{len(found)} layers have shapes that are only known when they run, and take {percent(part)} of "
            "the time; such layers are planned and allocated anew for each request.",
            advice="Fix the shapes of the inputs where they do not change, or bound them, when the model is converted "
            "or with reshape before it is compiled.",
            evidence=[share_evidence("Time in dynamic layers", part), evidence("Dynamic layers", len(found))],
            layers=slowest(found),
            action=FindingAction(
                kind="import_model", label="Import the model with fixed shapes", command="workbench model import MODEL"
            ),
        )
    if found:
        return Fine(f"{len(found)} layers with dynamic shapes take {percent(part)} of the time.")
    if not facts.model.analysis.dynamic:
        return NotApplicable("All dimensions of the model are fixed.")
    shapes = [
        evidence(f"Shape of {port.get('name')}", "×".join(str(size) for size in port.get("shape", [])))
        for port in facts.run.input.get("inputs", [])
        if isinstance(port, dict)
    ]
    reshape = [evidence("Reshape at start", facts.run.reshape_ms, "ms")] if facts.run.reshape_ms is not None else []
    return Finding(
        rule="dynamic_shapes",
        severity="info",
        title="This run fixed the shapes of a dynamic model",
        summary="The model has dynamic dimensions; it was measured with fixed shapes, which is faster than leaving "
        "them open.",
        advice="Reshape the model to these shapes before compiling it in the application, too: otherwise these figures "
        "do not hold there.",
        evidence=[*shapes, *reshape],
        action=FindingAction(kind="none", label="See the shapes of this run"),
    )


def preprocessing(facts: Facts) -> Outcome:
    """Pictures that are normalised outside the model, as floats, where the model could take their bytes."""
    if facts.model is None:
        return NotApplicable("The model is gone.")
    picture = next((port for port in facts.model.inputs or [] if _takes_picture(port)), None)
    if picture is None:
        return NotApplicable("The model has no input for a picture.")
    steps = _steps(facts.model.preprocessing)
    floating = picture.type.lower() in ("f32", "f16", "bf16")
    if not steps:
        return Fine(
            "No mean or scale is applied outside the model"
            + ("." if floating else f", and its input '{picture.name}' takes {picture.type}.")
        )
    return Finding(
        rule="preprocessing",
        severity="info",
        title="Preprocessing could move into the model",
        summary=f"Mean and scale are applied to pictures before the input '{picture.name}', which takes "
        f"{picture.type}: outside the measured time, in that of the application.",
        advice="Make a version of the model with them inside: it takes u8 pictures in NHWC as they are decoded, a "
        "quarter of the data of f32, and OpenVINO fuses the rest into the first layer.",
        evidence=[
            *steps,
            evidence("Type of the input", picture.type),
            evidence("Shape", "×".join(str(size) for size in picture.shape or [])),
        ],
        action=FindingAction(
            kind="preprocessing",
            label="Make a version with it inside",
            command=f"workbench model fold {facts.model.id}",
        ),
    )


def _takes_picture(port: Port) -> bool:
    """Four dimensions with height, width and 1, 3 or 4 channels, by the layout or as usual."""
    shape = port.shape or []
    if len(shape) != 4:
        return False
    layout = port.layout or "NCHW"
    if layout.startswith("[") or len(layout) != 4 or "C" not in layout:
        return False
    channels = shape[layout.index("C")]
    return channels in PICTURE_CHANNELS or not isinstance(channels, int)


def _steps(known: Preprocessing | None) -> list[Evidence]:
    if known is None:
        return []
    steps = []
    if known.mean is not None and any(value != 0 for value in known.mean):
        steps.append(evidence("Mean", ", ".join(f"{value:g}" for value in known.mean)))
    if known.scale is not None and any(value != 1 for value in known.scale):
        steps.append(evidence("Scale", ", ".join(f"{value:g}" for value in known.scale)))
    return steps
