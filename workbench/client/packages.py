"""Deployment packages and exports of projects, as the client offers them."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from workbench.client import exports, files, sources
from workbench.client.connection import Connection, Json, ref
from workbench.client.datasets import OnSending
from workbench.client.exports import Export

# Sends files, given with the names that they shall have; returns the ids of the uploads.
Send = Callable[[Sequence[tuple[str, Path]], OnSending | None], list[str]]


class Packages:
    """`client.packages`; a name or an id serves as every project."""

    def __init__(self, connection: Connection, send: Send) -> None:
        self._connection = connection
        self._send = send

    def start(self, project: str, **wanted: Any) -> Json:
        """Build a package and try it: `{job}`, whose result names the package.

        `wanted`: `kind` ("deployment", "docker", "model_server"), `name`, `devices`, `run_id` or `configuration`,
        `model`, `runtime`, `python`, `cpp`, `install_script`, `fold_preprocessing`, `samples`, `include_samples`.
        """
        return self._connection.post(f"/projects/{ref(project)}/packages", wanted)

    def plan(self, project: str, **wanted: Any) -> Json:
        """What `start` would make: `{parts, size_bytes, archive_bytes, configuration, will_run, notes, …}`."""
        return self._connection.post(f"/projects/{ref(project)}/packages/plan", wanted)

    def list(self, limit: int | None = None, **filters: Any) -> Json:
        """`{items, total}`, newest first; filters: `project`, `kind`, `sort`."""
        return self._connection.items("/packages", limit, **filters)

    def get(self, package_id: str) -> Json:
        return self._connection.get(f"/packages/{ref(package_id)}")

    def log(self, package_id: str) -> str:
        """What was said when it was tried."""
        return self._connection.request("GET", f"/packages/{ref(package_id)}/log").text

    def download(self, package_id: str, target: Path | None = None, replace: bool = False) -> Path:
        """Write the archive to `target`, by default into the current folder, named as the server says.

        Raises BadFiles, also for a file that is there already, unless `replace`.
        """
        with self._connection.stream(f"/packages/{ref(package_id)}/download") as answer:
            name = files.name_of(answer.headers.get("content-disposition", ""), "package.tar.gz")
            return files.write(target or Path(name), answer.iter_bytes(), replace)

    def delete(self, package_id: str) -> None:
        self._connection.delete(f"/packages/{ref(package_id)}")

    # --- projects to and from other servers, and how they are repeated ---

    def export_project(self, project: str, **wanted: Any) -> Json:
        """Pack a project for another server: `{job}`, whose result names the package. `wanted`: `dataset`, `family`."""
        return self._connection.post(f"/projects/{ref(project)}/exports", wanted)

    def import_project(self, path: Path, on_sending: OnSending | None = None, **wanted: Any) -> Json:
        """Send an export and take it in: `{job}`, whose result names the project. `wanted`: `dataset`, `target`.

        Raises BadFiles too.
        """
        (given,) = sources.existing([path])
        (upload,) = self._send([(given.name, given)], on_sending)
        body = {name: value for name, value in wanted.items() if value is not None}
        return self._connection.post("/projects/import", body | {"upload": upload})

    def recipe(self, project: str) -> Json:
        """`{commands, script, steps, requirements, warnings}`."""
        return self._connection.get(f"/projects/{ref(project)}/recipe")

    def export_recipe(self, project: str, format: str) -> Export:
        """`format`: script or notebook."""
        return exports.fetch(self._connection, f"/projects/{ref(project)}/recipe/export", {"format": format})
