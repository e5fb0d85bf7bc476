"""Rules of targets: every worker machine is one; it registers itself under an identity of its own (DESIGN §5.8)."""

import os
import platform
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy.orm import Session

from workbench import __version__
from workbench.db.session import now
from workbench.db.tables import Device, Target, Worker
from workbench.errors import Conflict, NotFound
from workbench.jobs import events
from workbench.jobs.repository import WORKER_ALIVE_S
from workbench.jobs.runner import WorkerIdentity
from workbench.names import find, free_name
from workbench.runtime import Runtime
from workbench.targets import repository, schemas

IDENTITY_FILE = "machine-identity"
# Expected seconds of measuring the ceilings of one device.
CEILINGS_S = 20.0


def machine_id() -> str:
    """The kernel's boot id: what all containers of one physical machine share."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return f"node-{uuid.getnode():012x}"


def own_identity(runtime: Runtime) -> str:
    """The identity of this machine, made at its first start and kept in the data folder."""
    folder = runtime.settings.identity_dir or runtime.settings.data_dir
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / IDENTITY_FILE
    try:
        with path.open("x") as file:
            file.write(str(uuid.uuid4()))
    except FileExistsError:
        pass
    return path.read_text().strip()


def register_worker(session: Session, runtime: Runtime) -> WorkerIdentity:
    """Find or make the target that this machine is, and add this worker to it.

    Raises Conflict when a living worker of another machine uses the same identity.
    """
    moment = now(session)
    alive = moment - timedelta(seconds=WORKER_ALIVE_S)
    machine, identity = machine_id(), own_identity(runtime)
    repository.ensure_machine(session, machine)
    repository.forget_workers(session, moment - timedelta(days=1))
    target = repository.by_identity(session, identity) or repository.by_machine(session, machine, alive)
    if target is None:
        name = free_name(
            "this machine" if runtime.settings.embedded_broker else platform.node() or "machine",
            lambda text: repository.name_taken(session, text),
        )
        target = Target(name=name, kind="local", identity=identity, machine_id=machine)
        repository.add(session, target)
    elif target.machine_id != machine:
        if repository.living(session, [target.id], alive):
            raise Conflict(
                f"Another machine works under the identity of '{target.name}'.",
                code="identity_in_use",
                action="Give each worker machine a WORKBENCH_IDENTITY_DIR of its own.",
            )
        target.machine_id = machine
    target.last_seen_at = moment
    worker = Worker(
        target_id=target.id,
        machine_id=machine,
        hostname=platform.node(),
        pid=os.getpid(),
        version=__version__,
        seen_at=moment,
    )
    repository.add(session, worker)
    events.changed(session, "targets", target.id)
    return WorkerIdentity(worker.id, machine, target.id)


def current_load(runtime: Runtime) -> dict[str, Any]:
    """Load of this machine since the last call, in percent and bytes."""
    memory = psutil.virtual_memory()
    per_core = psutil.cpu_percent(percpu=True)
    return {
        "cpu_percent": round(sum(per_core) / max(1, len(per_core)), 1),
        "per_core": per_core,
        "memory_used_bytes": memory.total - memory.available,
        "memory_total_bytes": memory.total,
        "load_average": [round(value, 2) for value in psutil.getloadavg()],
        "disk_free_bytes": runtime.storage.disk().free,
    }


def beat(session: Session, identity: WorkerIdentity, load: dict[str, Any]) -> bool:
    return repository.beat(session, identity.worker_id, identity.target_id, now(session), load)


def sign_off(session: Session, identity: WorkerIdentity) -> None:
    repository.remove_worker(session, identity.worker_id)
    events.changed(session, "targets", identity.target_id)


def record_probe(session: Session, target_id: str, result: dict[str, Any]) -> None:
    """Keep what the engine found out about a machine."""
    target = repository.get(session, target_id)
    if target is None:
        return
    devices = result.pop("devices", [])
    target.unavailable = result.pop("unavailable", [])
    target.info = result
    target.probed_at = now(session)
    session.flush()
    repository.replace_devices(
        session,
        target,
        [
            Device(target_id=target.id, name=item["name"], full_name=item["full_name"], properties=item)
            for item in devices
        ],
    )
    events.changed(session, "targets", target.id)


def record_ceilings(session: Session, target_id: str, device: str, result: dict[str, Any]) -> None:
    """Keep what a device reaches at most; the figures of other devices stay, and a new probe keeps them all."""
    target = repository.get(session, target_id)
    if target is None:
        return
    found = {"device": device, "measured_at": now(session).isoformat(), **result}
    document = schemas.Ceilings.model_validate(found).model_dump(mode="json")
    target.ceilings = {**(target.ceilings or {}), device: document}
    session.flush()
    events.changed(session, "targets", target.id)


def ceilings(session: Session, target_id: str, device: str) -> schemas.Ceilings | None:
    """What a device of a target reaches at most; None until it was measured. A virtual device over a single other
    (AUTO:CPU) has that one's, and a device without number (GPU) those of the first of its kind (GPU.0)."""
    target = repository.get(session, target_id)
    kept = (target.ceilings if target is not None else None) or {}
    _, _, behind = device.partition(":")
    for name in (device, behind, f"{device}.0"):
        if name in kept:
            return schemas.Ceilings.model_validate(kept[name])
    return None


def checked_device(target: Target, device: str) -> str:
    """A device that the target has; raises Conflict with those it has."""
    names = [item.name for item in target.devices]
    if device not in names:
        raise Conflict(
            f"'{target.name}' has no device '{device[:64]}'.",
            code="device_not_available",
            action=f"Choose one of: {', '.join(names)}." if names else "Probe the target first.",
        )
    return device


def described(session: Session, target_id: str | None, device: str) -> schemas.Device | None:
    """What a device of a target can do, and of a virtual device over a single other that one; None where it is not
    known."""
    target = repository.get(session, target_id) if target_id is not None else None
    known = {entry.name: entry for entry in target.devices} if target is not None else {}
    for name in (device, device.rpartition(":")[2], f"{device}.0"):
        if name in known:
            return schemas.Device.model_validate(known[name].properties)
    return None


def get(session: Session, ref: str) -> Target:
    return find(session, repository.with_devices(), Target, ref, "target")


def default(session: Session) -> Target:
    """The only target there is; with several, one has to be named."""
    rows = repository.sole(session)
    if not rows:
        raise NotFound(
            "No machine has registered yet.", code="no_target", action="Start a worker with 'workbench worker'."
        )
    if len(rows) > 1:
        raise Conflict("There are several targets.", code="target_needed", action="Name one of them.")
    return rows[0]


def views(session: Session, rows: list[Target]) -> list[schemas.Target]:
    since = now(session) - timedelta(seconds=WORKER_ALIVE_S)
    living = repository.living(session, [row.id for row in rows], since)
    return [
        schemas.Target(
            id=row.id,
            name=row.name,
            kind=row.kind,  # type: ignore[arg-type]
            state="online" if living.get(row.id) else "offline",
            workers=living.get(row.id, 0),
            info=row.info,
            devices=[schemas.Device.model_validate(device.properties) for device in row.devices],
            unavailable=[schemas.UnavailableDevice.model_validate(item) for item in row.unavailable or []],
            ceilings=[schemas.Ceilings.model_validate(item) for _, item in sorted((row.ceilings or {}).items())],
            last_seen_at=row.last_seen_at,
            probed_at=row.probed_at,
            created_at=row.created_at,
        )
        for row in rows
    ]
