"""The Python client: what the API offers, as methods. Fields of what they return stand in the API description."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx

from workbench import discovery
from workbench.client import accuracy, exports, files, optimization, packages, sources, uploads, waiting
from workbench.client.connection import Connection, Json, ref
from workbench.client.datasets import DatasetCalls, OnSending
from workbench.client.datasets import given as _given
from workbench.client.errors import ApiError, BadFiles, ServerNotReachable
from workbench.client.exports import Export

# The server cannot read the path that the client sees: then the files are sent.
NOT_BY_PATH = ("path_not_allowed", "path_not_found")
SLOWEST = 5


class Client(DatasetCalls):
    """A workbench server. A name or an id serves as every `ref`; works as a context manager.

    Without a URL the server is found as the command line finds it: `WORKBENCH_URL` with `WORKBENCH_TOKEN`, else the
    one that runs on this machine. All methods raise ApiError and ServerNotReachable.
    """

    def __init__(
        self, url: str | None = None, token: str | None = None, transport: httpx.BaseTransport | None = None
    ) -> None:
        server = discovery.find() if url is None else discovery.Server(discovery.checked_url(url), token)
        self.url = server.url
        # A server with a login does not read files for its clients, unless its administrator opened folders.
        self._sees_files = server.here and server.token is None
        self._connection = Connection(server.url, token or server.token, transport)
        # Readings, reports and predictions.
        self.accuracy = accuracy.Accuracy(self._connection, lambda packed: self._send(packed, None))
        self.optimization = optimization.Optimization(self._connection)
        self.packages = packages.Packages(
            self._connection, lambda packed, on_sending: self._send(list(packed), on_sending)
        )

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()

    # --- models ---

    def models(self, limit: int | None = None, **filters: Any) -> Json:
        """`{items, total}`, newest first; filters: `q`, `task`, `state`, `sort`."""
        return self._connection.items("/models", limit, **filters)

    def model(self, model: str) -> Json:
        return self._connection.get(f"/models/{ref(model)}")

    def import_model(self, paths: Sequence[Path | str], on_sending: OnSending | None = None, **wanted: Any) -> Json:
        """Start the import of files or a folder: `{model, job}`.

        `wanted`: `name`, `task`, `precision`, `inputs` as `[{name, shape, layout}]`, `outputs`, `preprocessing`.
        The weights beside a single file come along. `on_sending(bytes sent, bytes in all)`. Raises BadFiles too.
        """
        given = sources.existing([Path(path) for path in paths])
        if len(given) == 1 and given[0].is_file():
            given = sources.with_companions(given[0])
        return self._import("/models", given, wanted, on_sending)

    def download_model(self, model: str, target: Path | None = None, replace: bool = False) -> Path:
        """Write the IR as a zip archive to `target`, by default into the current folder, named as the server says.

        Raises BadFiles, also for a file that is there already, unless `replace`.
        """
        with self._connection.stream(f"/models/{ref(model)}/download") as answer:
            name = files.name_of(answer.headers.get("content-disposition", ""), "model.zip")
            return files.write(target or Path(name), answer.iter_bytes(), replace)

    def model_graph(self, model: str) -> Json:
        """The graph of a model: `{kind, nodes}`. Raises ApiError `graph_not_made` for one imported before graphs were
        kept; `make_model_graph` makes it."""
        return self._connection.get(f"/models/{ref(model)}/graph")

    def make_model_graph(self, model: str) -> Json:
        """Start drawing up the graph of a model: `{model, job}`."""
        return self._connection.post(f"/models/{ref(model)}/graph")

    def fold_model(self, model: str, **wanted: Any) -> Json:
        """Start making a child with the preprocessing inside: `{model, job}`; `name`, `resize`, `preprocessing`,
        `input`."""
        return self._connection.post(f"/models/{ref(model)}/fold", _given(wanted))

    def delete_model(self, model: str) -> None:
        self._connection.delete(f"/models/{ref(model)}")

    # --- targets ---

    def targets(self, limit: int | None = None) -> Json:
        return self._connection.items("/targets", limit)

    def target(self, target: str) -> Json:
        return self._connection.get(f"/targets/{ref(target)}")

    def target_load(self, target: str) -> Json:
        return self._connection.get(f"/targets/{ref(target)}/load")

    def probe_target(self, target: str) -> Json:
        """Ask the machine again what it can do: `{target, job}`."""
        return self._connection.post(f"/targets/{ref(target)}/probe")

    def measure_ceilings(self, target: str, device: str = "CPU") -> Json:
        """Measure what a device reaches at most: `{target, job}`; the figures are in the target's `ceilings` then."""
        return self._connection.post(f"/targets/{ref(target)}/ceilings", {"device": device})

    # --- toolchains ---

    def toolchains(self) -> Json:
        """`{items}`: environments for tools that need an older OpenVINO."""
        return self._connection.get("/toolchains")

    def toolchain(self, name: str) -> Json:
        return self._connection.get(f"/toolchains/{ref(name)}")

    def install_toolchain(self, name: str, wheels: str | None = None) -> Json:
        """`{toolchain, job}`; `wheels` is a folder that the server sees."""
        return self._connection.post(f"/toolchains/{ref(name)}/install", {"wheels": wheels})

    def remove_toolchain(self, name: str) -> None:
        self._connection.delete(f"/toolchains/{ref(name)}")

    # --- projects and runs ---

    def projects(self, limit: int | None = None, **filters: Any) -> Json:
        """`{items, total}`, newest first; filters: `q`, `model`, `dataset`, `target`, `state`, `sort`."""
        return self._connection.items("/projects", limit, **filters)

    def project(self, project: str) -> Json:
        return self._connection.get(f"/projects/{ref(project)}")

    def create_project(self, model: str, dataset: str, **wanted: Any) -> Json:
        """`{project, job, created}`; `wanted`: `target`, `device`, `precision`, `baseline`, `duration_s`."""
        return self._connection.post("/projects", _given({"model": model, "dataset": dataset, **wanted}))

    def delete_project(self, project: str) -> None:
        self._connection.delete(f"/projects/{ref(project)}")

    def benchmark(self, project: str, configurations: Sequence[Json], **wanted: Any) -> Json:
        """Measure configurations one after another: `{job}`.

        A configuration has `hint`, or `streams`; and `requests`, `batch`, `threads`, `precision`.
        `api` ("async" or "sync") and `arrivals_per_s` choose the load.
        `wanted`: `duration_s` or `iterations`, `layers`, `start_up`, `shapes`, `input` ("dataset" or "synthetic").
        """
        body = _given({"configurations": list(configurations), **wanted})
        return self._connection.post(f"/projects/{ref(project)}/benchmarks", body)

    def continue_benchmark(self, job_id: str) -> Json:
        """Measure what a benchmark that was cancelled, failed or lost did not come to: `{job}`."""
        return self._connection.post(f"/benchmarks/{ref(job_id)}/continue")

    def search(self, project: str, **wanted: Any) -> Json:
        """Look for the best configurations: `{job}`.

        `wanted`: `objective`, `percentile`, `max_latency_ms`, `min_fps`, `budget_s`, `streams`, `batches`, `precision`,
        `cell_s`, `input`, `shapes`, `continues`.
        """
        return self._connection.post(f"/projects/{ref(project)}/searches", _given(wanted))

    def search_result(self, job_id: str) -> Json:
        """`{job, result}` of a search, also while it runs."""
        return self._connection.get(f"/searches/{ref(job_id)}")

    def runs(self, limit: int | None = None, **filters: Any) -> Json:
        """`{items, total}`, newest first; filters: `project`, `job`, `sort`."""
        return self._connection.items("/runs", limit, **filters)

    def run(self, run_id: str) -> Json:
        return self._connection.get(f"/runs/{ref(run_id)}")

    def layers(self, run_id: str) -> Json:
        """The executed layers of a run: `{layers, by_type, total_us, …}`."""
        return self._connection.get(f"/runs/{ref(run_id)}/layers")

    def run_graph(self, run_id: str) -> Json:
        """The graph that a run executed: `{kind, nodes}`, with the time of each node."""
        return self._connection.get(f"/runs/{ref(run_id)}/graph")

    def slowest_layers(self, run: Json, count: int = SLOWEST) -> list[Json]:
        """The layers of a run that took longest; none for a run without layers."""
        if not run["has_layers"]:
            return []
        layers: list[Json] = self.layers(run["id"])["layers"]
        return sorted(layers, key=lambda layer: -(layer["time_us"] or 0.0))[:count]

    def findings(self, run_id: str) -> Json:
        """What stands out in a run: `{findings, rules}`."""
        return self._connection.get(f"/runs/{ref(run_id)}/findings")

    def compare(self, sides: Sequence[str]) -> Json:
        """Runs (by id) or projects beside each other: `{sides, metrics, warnings, layers, types, …}`."""
        return self._connection.get("/comparisons", side=list(sides))

    # --- files ---

    def export_comparison(self, sides: Sequence[str], format: str) -> Export:
        """`format`: csv, json or html."""
        return exports.fetch(self._connection, "/comparisons/export", {"side": list(sides), "format": format})

    def export_runs(self, project: str, format: str) -> Export:
        """All runs of a project; `format`: csv or json."""
        return exports.fetch(self._connection, "/runs/export", {"project": project, "format": format})

    def export_run(self, run_id: str, format: str) -> Export:
        """One run; the JSON is a baseline for a check."""
        return exports.fetch(self._connection, f"/runs/{ref(run_id)}/export", {"format": format})

    def export_layers(self, run_id: str, format: str) -> Export:
        """The executed layers of a run; `format`: csv or json."""
        return exports.fetch(self._connection, f"/runs/{ref(run_id)}/layers/export", {"format": format})

    def project_report(self, project: str, format: str = "html") -> Export:
        """All about a project; `format`: html or json."""
        return exports.fetch(self._connection, f"/projects/{ref(project)}/summary", {"format": format})

    # --- checks ---

    def check(self, project: str, **wanted: Any) -> Json:
        """Start a check of a project against a baseline: `{job, project}`.

        `wanted`: `baseline_run`, or `baseline` as `baselines.read` gives it; `configuration`, `max_slowdown`,
        `max_p99_ms`, `budget_s`.
        """
        return self._connection.post("/checks", _given({"project": project, **wanted}))

    def check_result(self, job_id: str) -> Json:
        """`{job, project, result}`; the result is None until the check has ended."""
        return self._connection.get(f"/checks/{ref(job_id)}")

    # --- jobs ---

    def jobs(self, limit: int | None = None, **filters: Any) -> Json:
        """`{items, total}`, newest first; filters: `state`, `kind`, and ids as `project`, `model`, `dataset`."""
        return self._connection.items("/jobs", limit, **filters)

    def job(self, job_id: str) -> Json:
        return self._connection.get(f"/jobs/{ref(job_id)}")

    def job_log(self, job_id: str) -> str:
        return self._connection.request("GET", f"/jobs/{ref(job_id)}/log").text

    def cancel(self, job_id: str) -> Json:
        return self._connection.post(f"/jobs/{ref(job_id)}/cancel")

    def wait(
        self, job: Json | str, on_progress: waiting.OnProgress | None = None, timeout_s: float | None = None
    ) -> Json:
        """The job once it has ended, however it ended. `on_progress(job)`. Raises TimeoutError too."""
        return waiting.wait(self._connection, job if isinstance(job, str) else job["id"], on_progress, timeout_s)

    # --- the server ---

    def tokens(self, limit: int | None = None) -> Json:
        return self._connection.items("/tokens", limit)

    def create_token(self, name: str, expires_in_days: int | None = None) -> Json:
        """A new token; its secret is in `token`, and never told again."""
        return self._connection.post("/tokens", _given({"name": name, "expires_in_days": expires_in_days}))

    def revoke_token(self, token_id: str) -> None:
        self._connection.delete(f"/tokens/{ref(token_id)}")

    def make_sample(self, duration_s: float | None = None, target: str | None = None) -> Json:
        """Make the sample project on the server: `{job}`, whose result names model, dataset, project and job."""
        return self._connection.post("/system/sample", _given({"duration_s": duration_s, "target": target}))

    def system(self) -> Json:
        return self._connection.get("/system")

    def doctor(self) -> Json:
        return self._connection.get("/system/doctor")

    def healthy(self) -> bool:
        """Whether the server answers and can work."""
        try:
            return self._connection.get("/system/health").get("status") == "ok"
        except (ServerNotReachable, ApiError):
            return False

    def _import(self, address: str, paths: list[Path], wanted: Json, on_sending: OnSending | None) -> Json:
        """Files are sent; a folder is read by the server where it sees the same disk."""
        body = _given(wanted)
        if self._sees_files and len(paths) == 1 and paths[0].is_dir():
            try:
                return self._connection.post(address, body | {"path": str(paths[0])})
            except ApiError as error:
                if error.code not in NOT_BY_PATH:
                    raise
        with sources.packed(sources.files_of(paths)) as packed:
            return self._connection.post(address, body | {"uploads": self._send(packed, on_sending)})

    def _send(self, packed: list[tuple[str, Path]], on_sending: OnSending | None) -> list[str]:
        try:
            total = sum(path.stat().st_size for _, path in packed)
        except OSError as error:
            raise BadFiles(f"'{error.filename}' cannot be read: {error.strerror}.", "Check the file.") from error
        done = 0

        def sent(count: int) -> None:
            nonlocal done
            done += count
            if on_sending is not None:
                on_sending(done, total)

        return [uploads.upload(self._connection, path, name, sent) for name, path in packed]
