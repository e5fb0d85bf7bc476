"""`workbench target …`."""

from typing import Annotated, Any

import typer

from workbench.cli import units
from workbench.cli.following import conclude, follow, started
from workbench.cli.options import Json, Limit, NoWait
from workbench.cli.output import document, facts, say, table, tell_rest
from workbench.client import Client
from workbench.client import Json as Document

_PRECISIONS = ("f32", "bf16", "f16", "i8")
_UNITS = {"i8": "GOP/s"}

app = typer.Typer(no_args_is_help=True, help="Targets: the machines that measure, and their devices.")

Target = Annotated[str, typer.Argument(metavar="TARGET", help="Name or id.")]


@app.command("list")
def list_targets(limit: Limit = 50, as_json: Json = False) -> None:
    """List targets with their devices."""
    with Client() as client:
        found = client.targets(limit)
    if as_json:
        document(found)
        return
    table(
        ("name", "kind", "state", ">workers", "devices", "OpenVINO", "last seen"),
        [
            (
                target["name"],
                target["kind"],
                target["state"],
                str(target["workers"]),
                ", ".join(device["name"] for device in target["devices"]),
                (target["info"] or {}).get("openvino_version"),
                units.moment(target["last_seen_at"]),
            )
            for target in found["items"]
        ],
    )
    tell_rest(found)


@app.command("show")
def show_target(target: Target, as_json: Json = False) -> None:
    """Show a target: hardware, devices, load."""
    with Client() as client:
        found = client.target(target)
        load = client.target_load(found["id"])
    if as_json:
        document(found | {"load": load})
    else:
        _show(found, load)


@app.command("ping")
def ping_target(target: Target, no_wait: NoWait = False, as_json: Json = False) -> None:
    """Ask a target again what it can do."""
    with Client() as client:
        made = client.probe_target(target)
        found = _outcome(client, made, no_wait, as_json)
        if found is not None:
            _show(found, client.target_load(found["id"]))


@app.command("ceilings")
def measure_ceilings(
    target: Target,
    device: Annotated[str, typer.Option("--device", help="The device to measure.")] = "CPU",
    no_wait: NoWait = False,
    as_json: Json = False,
) -> None:
    """Measure what a device reaches at most: the roof that layers are held against. Takes about 20 s."""
    with Client() as client:
        made = client.measure_ceilings(target, device)
        found = _outcome(client, made, no_wait, as_json)
        if found is not None:
            _show_ceilings([item for item in found["ceilings"] if item["device"] == device])


def _outcome(client: Client, made: dict[str, Any], no_wait: bool, as_json: bool) -> dict[str, Any] | None:
    """The target after the job that was started about it, to be shown; None where nothing is left to show."""
    if no_wait:
        if as_json:
            document(made)
        else:
            started(made["job"])
        return None
    job = follow(client, made["job"], as_json)
    found = client.target(made["target"]["id"])
    if as_json:
        document({"target": found, "job": job})
    conclude(job)
    return None if as_json else found


def _place(precision: str) -> tuple[int, str]:
    return (_PRECISIONS.index(precision) if precision in _PRECISIONS else len(_PRECISIONS)), precision


def _show_ceilings(ceilings: list[Document]) -> None:
    """What each device reaches at most, with what is to be said of it."""
    if not ceilings:
        return
    say("")
    names = sorted({name for item in ceilings for name in item["compute_gflops"]}, key=_place)
    table(
        ("ceilings of", ">memory GB/s", *(f">{name} {_UNITS.get(name, 'GFLOP/s')}" for name in names), "measured"),
        [
            (
                item["device"],
                units.figure(item["memory_gbps"]),
                *(units.figure(item["compute_gflops"].get(name)) for name in names),
                units.moment(item["measured_at"]),
            )
            for item in ceilings
        ],
    )
    for item in ceilings:
        for text in item["notes"]:
            say(f"{item['device']}: {text}")


def _show(target: Document, load: Document) -> None:
    info = target["info"] or {}
    cpu = info.get("cpu") or {}
    cores, threads = cpu.get("physical_cores"), cpu.get("logical_cores")
    used, total = load["memory_used_bytes"], load["memory_total_bytes"] or info.get("memory_bytes")
    measuring = load["measuring_job"]
    facts(
        [
            ("name", target["name"]),
            ("id", target["id"]),
            ("state", f"{target['state']}, {_workers(target['workers'])}"),
            ("OpenVINO", info.get("openvino_version")),
            ("CPU", f"{cpu['model']}, {cores} cores, {threads} threads" if cpu.get("model") else None),
            ("system", info.get("os")),
            ("memory", f"{units.size(used)} of {units.size(total)} used" if used is not None else units.size(total)),
            ("load", f"{load['cpu_percent']:.0f} % of the CPU" if load["cpu_percent"] is not None else None),
            ("disk", f"{units.size(load['disk_free_bytes'])} free" if load["disk_free_bytes"] is not None else None),
            ("measures", measuring["title"] if measuring else "nothing now"),
            ("last seen", units.moment(target["last_seen_at"])),
        ]
    )
    say("")
    table(
        ("device", "full name", "precisions", "default", "note"),
        [
            (
                device["name"],
                device["full_name"],
                ", ".join(device["precisions"]),
                device["default_precision"],
                None,
            )
            for device in target["devices"]
        ]
        + [(device["name"], None, None, None, device["reason"]) for device in target["unavailable"]],
    )
    _show_ceilings(target["ceilings"])


def _workers(count: int) -> str:
    return "1 worker" if count == 1 else f"{count} workers"
