"""Reports for tests, with names that try to break out of them."""

from datetime import UTC, datetime
from typing import Any

from tests.unit.benchmarks.advisor.material import ceilings, facts
from tests.unit.comparisons.measured import layer, layers_of, model, network, project, run, side
from workbench.benchmarks.advisor.advising import advise
from workbench.benchmarks.layer_schemas import Layer, LayerType
from workbench.benchmarks.schemas import Run
from workbench.comparisons.comparing import compare
from workbench.comparisons.html import comparison_report, project_report
from workbench.comparisons.summary import ProjectSummary, front

EVIL = """</title></style><script>alert(1)</script><img src=http://evil.example/x onerror=alert(1)>"'{{7*7}}{0}"""
NET = network(
    layer("to_nhwc" + EVIL, 10, type="Reorder" + EVIL, flop=0, bytes=10, intensity=0.0, gflops=0.0),
    layer("c1", 70, ("c1", "Convolution"), ("=relu" + EVIL, "Relu"), intensity=8.0, gflops=60.0, bound="compute"),
    layer("fc" + EVIL, 20, ("fc", "MatMul"), type="FullyConnected", intensity=0.5, gflops=8.0, bound="memory"),
    layer("tiny", None, ("tiny", "Relu"), type="Eltwise"),
)
TIGHT = network(
    layer("c1", 30, ("c1", "Convolution"), runtime_precision="i8"),
    layer("fc" + EVIL, 30, ("fc", "MatMul"), type="FullyConnected"),
)
RUNS = [
    run(id="a", label="1 × 1"),
    run(id="b", label="2 × 1" + EVIL, throughput_fps=150.0, throughput_ci95=[140.0, 160.0], verdict_reason=EVIL),
    run(id="c", label="1 × 8", throughput_fps=120.0, throughput_ci95=None, verdict="noisy", verdict_reason=EVIL),
]


def _type(item: Layer) -> LayerType:
    time_us = item.time_us or 0.0
    return LayerType(type=item.type, precision=item.runtime_precision, time_us=time_us, share=item.share, count=1)


def summary(runs: list[Run] | None = None, **more: Any) -> ProjectSummary:
    """A project with runs, layers under a roof, and findings."""
    runs = RUNS if runs is None else runs
    layers = layers_of(NET).model_copy(
        update={
            "run_id": "b",
            "ceilings": ceilings(f32=100.0, i8=400.0),
            "by_type": [_type(item) for item in NET],
        }
    )
    fields: dict[str, Any] = {
        "generated_at": datetime(2026, 1, 2, 3, 4, tzinfo=UTC),
        "workbench": "1.0",
        "project": project(name="net" + EVIL),
        "model": model(name="net" + EVIL),
        "machine": None,
        "runs": runs,
        "best": runs[1] if len(runs) > 1 else None,
        "front": front(runs),
        "layers": layers,
        "findings": advise(facts(NET, verdict="noisy", verdict_reason=EVIL)),
    }
    return ProjectSummary(**(fields | more))


def project_page(**more: Any) -> str:
    return project_report(summary(**more))


def comparison_page(sides: int = 2) -> str:
    """Of 2 to 8 sides."""
    made = [side(NET, model())]
    for place in range(1, sides):
        figures = {"throughput_fps": 100.0 + 20 * place, "throughput_ci95": [99.0, 300.0]}
        made.append(side(TIGHT, model(size_bytes=300), label="B" + EVIL, **figures))
    return comparison_report(compare(made))
