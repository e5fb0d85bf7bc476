"""`workbench demo`: a server, and the sample project worked through to the end."""

import os
import signal
import sys
import time
from typing import Annotated

import typer

from workbench import discovery
from workbench.cli import serve
from workbench.cli.accuracy import show_report
from workbench.cli.benchmark import DEFAULT
from workbench.cli.demo_end import ending, show_ending
from workbench.cli.failures import FAILED, INTERRUPTED, exit_code, explain
from workbench.cli.following import ACTIVE, conclude, follow
from workbench.cli.options import Json
from workbench.cli.output import document, note, say
from workbench.cli.runs import show_runs, show_slowest, with_slowest
from workbench.client import Client, ClientError
from workbench.client import Json as Document

SAMPLE_MODEL = "sample digits"
TARGET_WITHIN_S = 120.0


def demo(
    leave: Annotated[bool, typer.Option("--exit", help="Stop the server when the sample is done.")] = False,
    as_json: Json = False,
    duration: Annotated[float, typer.Option(min=0.1, help="Seconds of each run.")] = 10.0,
    port: serve.Port = None,
    data_dir: serve.DataDir = None,
    no_browser: serve.NoBrowser = False,
) -> None:
    """Start the workbench with a sample project, worked through on this machine."""
    settings = serve.settings_from(None, port, data_dir)
    walk = _Walk(duration, as_json, leave)
    server = discovery.running()
    if server is not None and server.data_dir == settings.data_dir.absolute():
        # Two servers over one data folder would take each other's jobs.
        note(f"A workbench runs already on {server.url}.")
        walk.through(server.url)
        raise typer.Exit(walk.code)
    _keep_stdout()
    try:
        serve.serve(settings, with_worker=True, browser=not (leave or no_browser), when_ready=walk.through_and_stop)
    except KeyboardInterrupt:
        if not walk.done:
            raise typer.Exit(INTERRUPTED) from None
    raise typer.Exit(walk.code)


def _keep_stdout() -> None:
    """From now on only this process writes to stdout; what it starts inherits stderr in its place."""
    sys.stdout = os.fdopen(os.dup(1), "w", encoding="utf-8", errors="replace")
    os.dup2(2, 1)


class _Walk:
    """The way through the sample, in a thread beside the server."""

    def __init__(self, duration_s: float, as_json: bool, leave: bool) -> None:
        self._duration_s = duration_s
        self._as_json = as_json
        self._leave = leave
        self.done = False
        self.code = FAILED

    def through_and_stop(self, url: str) -> None:
        try:
            self.through(url)
        finally:
            self.done = True
            if self._leave:
                # As Ctrl-C would: the server and its worker end in order.
                os.kill(os.getpid(), signal.SIGINT)
            else:
                note(f"The page is on {url}; Ctrl-C stops the server.")

    def through(self, url: str) -> None:
        """Make or find the sample, wait for it, show it. Sets `code`; raises nothing that a user may meet."""
        announced = discovery.running()
        token = os.environ.get("WORKBENCH_TOKEN") or (announced.token if announced else None)
        try:
            with Client(url, token) as client:
                _wait_for_target(client)
                found = self._sample(client)
                found["runs"] = with_slowest(client, found["runs"])
                found |= ending(client, found["project"], self._duration_s, self._as_json)
                first = next((run for run in found["runs"] if run["layers"]), None)
                found |= {
                    "layers": first["layers"] if first else [],
                    "layers_run_id": first["id"] if first else None,
                    "url": url,
                }
                self._show(client, found)
            self.code = 0
        except ClientError as error:
            explain(error)
            self.code = exit_code(error)
        except typer.Exit as ended:
            self.code = ended.exit_code

    def _sample(self, client: Client) -> Document:
        """`{model, dataset, project, runs, report, job}` of the sample, whose measurements have ended."""
        project = _existing(client)
        if project is None:
            making = client.jobs(kind="sample", state=list(ACTIVE))["items"]
            job = making[0] if making else client.make_sample(self._duration_s)["job"]
            job = follow(client, job, self._as_json)
            conclude(job)
            project = client.project(job["result"]["project_id"])
        last = client.job(project["last_job_id"]) if project["last_job_id"] else None
        if not project["run_count"] and (last is None or last["state"] not in ACTIVE):
            last = client.benchmark(project["id"], DEFAULT, duration_s=self._duration_s)["job"]
        if last is not None and last["state"] in ACTIVE:
            last = follow(client, last, self._as_json)
            conclude(last)
        report = self._report(client, project["id"])
        # Without those that were made to compare versions.
        runs = client.runs(project=project["id"], sort="created_at")["items"]
        return {
            "model": client.model(project["model"]["id"]),
            "dataset": client.dataset(project["dataset"]["id"]),
            "project": client.project(project["id"]),
            "runs": [run for run in runs if run["source"] == "benchmark"],
            "report": report,
            "job": last,
        }

    def _report(self, client: Client, project_id: str) -> Document:
        """The newest report of the sample against its annotations, made where there is none."""
        found = client.accuracy.reports(1, project=project_id, kind="annotations")["items"]
        if not found:
            job = follow(client, client.accuracy.start(project_id)["job"], self._as_json)
            conclude(job)
            return client.accuracy.report(job["result"]["report_id"])
        newest: Document = found[0]
        return newest

    def _show(self, client: Client, found: Document) -> None:
        if self._as_json:
            document(found)
            return
        say(f"{found['project']['name']}, measured on this machine:")
        show_runs(found["runs"])
        for run in found["runs"]:
            if run["id"] == found["layers_run_id"]:
                show_slowest(run)
        say("")
        show_report(found["report"])
        show_ending(client, found, found["url"])


def _wait_for_target(client: Client) -> None:
    """Until the worker has registered its machine and found its devices. Raises Exit where it found none."""
    until = time.monotonic() + TARGET_WITHIN_S
    while not any(target["state"] == "online" and target["devices"] for target in client.targets()["items"]):
        for probe in client.jobs(1, kind="probe")["items"]:
            conclude(probe)
        if time.monotonic() > until:
            raise ClientError("No worker has told which devices it has.", "Run 'workbench doctor'.")
        time.sleep(0.3)


def _existing(client: Client) -> Document | None:
    """The project of an earlier sample that is still whole."""
    for model in client.models(q=SAMPLE_MODEL, state="ready")["items"]:
        if model["name"] == SAMPLE_MODEL:
            whole: list[Document] = [
                item for item in client.projects(model=model["id"])["items"] if not item["missing"]
            ]
            if whole:
                return whole[0]
    return None
