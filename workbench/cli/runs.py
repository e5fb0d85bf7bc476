"""`workbench run …`, and how runs and layers are shown."""

from typing import Annotated

import typer

from workbench.cli import units
from workbench.cli.options import Json, Limit
from workbench.cli.output import document, facts, note, say, table, tell_rest
from workbench.client import Client
from workbench.client import Json as Document

app = typer.Typer(no_args_is_help=True, help="Runs: what was measured.")

Run = Annotated[str, typer.Argument(metavar="RUN", help="Its id.")]
FEW = 3


@app.command("list")
def list_runs(
    project: Annotated[str, typer.Argument(metavar="PROJECT", help="Name or id.")],
    sort: Annotated[str, typer.Option(help="Such as -throughput_fps or latency_p99_ms.")] = "-created_at",
    limit: Limit = 50,
    as_json: Json = False,
) -> None:
    """List the runs of a project, newest first."""
    with Client() as client:
        found = client.runs(limit, project=project, sort=sort)
    if as_json:
        document(found)
    else:
        show_runs(found["items"])
        tell_rest(found)


@app.command("show")
def show_run(run: Run, as_json: Json = False) -> None:
    """Show everything about one run."""
    with Client() as client:
        found = client.run(run)
    if as_json:
        document(found)
        return
    latency = found["latency_ms"]
    known = [(name, latency[name]) for name in ("min", "mean", "median", "p90", "p95", "p99", "p999", "max")]
    provenance = found["provenance"] or {}
    facts(
        [
            ("configuration", found["label"]),
            ("id", found["id"]),
            ("device", found["device"]),
            ("streams × requests × batch", " × ".join(str(found[key]) for key in ("streams", "requests", "batch"))),
            ("precision", found["effective_precision"]),
            ("throughput", f"{units.figure(found['throughput_fps'])} FPS{_interval(found['throughput_ci95'], 'FPS')}"),
            *((f"latency {name}", units.figure(value, "ms") or "not enough samples") for name, value in known),
            *_open_loop(found["open_loop"]),
            ("median, 95 %", _interval(found["latency_median_ci95"], "ms").strip(" ,")),
            ("verdict", f"{found['verdict']}: {found['verdict_reason']}"),
            ("samples", f"{found['samples']:,} requests in {units.figure(found['duration_s'], 's')}"),
            ("input", str((found["input"] or {}).get("description") or "")),
            ("read", units.figure(found["read_ms"], "ms")),
            ("compile", units.figure(found["compile_ms"], "ms")),
            ("compile, cached", units.figure(found["compile_cached_ms"], "ms")),
            ("first inference", units.figure(found["first_inference_ms"], "ms")),
            ("peak memory", units.size(found["peak_memory_bytes"])),
            ("process", _process(provenance.get("measured_before"))),
            ("CPU", provenance.get("cpu") if isinstance(provenance.get("cpu"), str) else None),
            ("OpenVINO", provenance.get("openvino")),
            ("measured", units.moment(found["created_at"])),
        ]
    )


def _process(measured_before: object) -> str | None:
    """Why a run of a sweep lacks figures."""
    if not measured_before:
        return None
    return f"had measured {measured_before} configurations before: no start-up times and memory"


def _open_loop(found: Document | None) -> list[tuple[str, str | None]]:
    """What came of requests that arrived by themselves."""
    if found is None:
        return []
    kept_up = "kept up" if found["kept_up"] else "did not keep up: the queue grew, and latency with it"
    return [
        ("arrivals", f"{units.figure(found['arrivals_per_s'])} a second, {kept_up}"),
        ("served", f"{found['completed']:,} of {found['arrived']:,}, {units.figure(found['achieved_per_s'])} a second"),
        ("median wait", units.figure(found["wait_ms"], "ms")),
        ("median without wait", units.figure(found["service_ms"], "ms")),
    ]


@app.command("layers")
def show_layers(
    run: Run,
    top: Annotated[int | None, typer.Option(min=1, help="Only the slowest.")] = None,
    as_json: Json = False,
) -> None:
    """Show the executed layers of a run, in order, with the original layers fused into each."""
    with Client() as client:
        found = client.layers(run)
    layers = found["layers"]
    if top is not None:
        layers = sorted(layers, key=lambda layer: -(layer["time_us"] or 0.0))[:top]
    if as_json:
        document(found | {"layers": layers})
        return
    table(
        (
            ">order",
            "name",
            "type",
            "precision",
            ">time µs",
            ">share",
            ">GFLOP/s",
            ">GB/s",
            "bound",
            "original layers",
        ),
        [_layer(layer) for layer in layers],
    )
    say("")
    if found["ceilings"] is None:
        note("What bounds a layer is known after 'workbench target ceilings TARGET'.")
    note(f"All layers together: {units.figure(found['total_us'], 'µs')}, from a separate instrumented run.")


def _layer(layer: Document) -> tuple[str | None, ...]:
    time = units.figure(layer["time_us"]) if layer["time_us"] is not None else units.words(layer["status"])
    names = [original["name"] for original in layer["originals"]]
    more = f" and {len(names) - FEW} more" if len(names) > FEW else ""
    return (
        str(layer["order"]),
        layer["name"],
        layer["type"],
        layer["runtime_precision"],
        time,
        units.share(layer["share"]),
        units.figure(layer["gflops"]),
        units.figure(layer["gbps"]),
        layer["bound"],
        ", ".join(names[:FEW]) + more,
    )


def show_runs(runs: list[Document]) -> None:
    """A table of runs. Latency is that of single requests."""
    table(
        (
            "configuration",
            "device",
            "precision",
            ">FPS",
            ">95 % interval",
            ">median ms",
            ">p99 ms",
            ">memory",
            "verdict",
            "run",
        ),
        [
            (
                run["label"],
                run["device"],
                run["effective_precision"],
                units.figure(run["throughput_fps"]),
                units.interval(run["throughput_ci95"]),
                units.figure(run["latency_ms"]["median"]),
                units.figure(run["latency_ms"]["p99"]),
                units.size(run["peak_memory_bytes"]),
                run["verdict"],
                run["id"],
            )
            for run in runs
        ],
    )
    if any(run["verdict"] != "stable" for run in runs):
        note("A run that is not stable is no number to decide by; 'workbench run show RUN' has the reason.")
    if any(run["latency_ms"]["p99"] is None for run in runs):
        note("A run without p99 has not enough samples for it: measure longer.")
    if len({run["effective_precision"] for run in runs}) > 1:
        note("These runs executed in different precisions: they do not measure the same thing.")


def with_slowest(client: Client, runs: list[Document]) -> list[Document]:
    """Each run with its five slowest `layers`."""
    return [run | {"layers": client.slowest_layers(run)} for run in runs]


def show_slowest(run: Document) -> None:
    """The slowest layers of one run (of `with_slowest`)."""
    if not run["layers"]:
        return
    say("")
    say(f"Slowest layers, {run['label']} (from a separate instrumented run):")
    table(
        ("name", "type", "precision", ">time µs", ">share", ">GFLOP/s", ">GB/s", "bound", "original layers"),
        [_layer(layer)[1:] for layer in run["layers"]],
    )


def _interval(bounds: list[float] | None, unit: str) -> str:
    return "" if bounds is None else f", {units.interval(bounds)} {unit}"
