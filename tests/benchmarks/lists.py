"""Latency of lists with 10,000 projects and 100,000 jobs, 16 clients at once, on SQLite and on PostgreSQL.

`python -m tests.benchmarks.lists [--projects N --jobs N --clients N --seconds S]` starts real servers on loopback
and prints a Markdown table. Clients and server share the machine.
"""

import argparse
import http.client
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from tests.benchmarks.machine import describe
from tests.services import Postgres
from workbench.db.base import Base, new_id
from workbench.db.migrate import upgrade
from workbench.db.session import Database
from workbench.db.tables import Dataset, Job, Model, Project, Run, Target
from workbench.settings import Settings

LISTS = (
    "/api/v1/projects?limit=50",
    "/api/v1/projects?limit=50&sort=-throughput_fps",
    "/api/v1/projects?limit=50&state=ready",
    "/api/v1/projects?limit=50&q=model-77",
    "/api/v1/jobs?limit=50",
    "/api/v1/jobs?limit=50&state=failed",
    "/api/v1/runs?limit=50",
    "/api/v1/models?limit=50",
    "/api/v1/datasets?limit=50",
)
STATES = ("succeeded",) * 7 + ("failed", "cancelled", "succeeded")


def fill(url: str, projects: int, jobs: int) -> None:
    """Seeded rows: models in tens, datasets, projects with two runs each, jobs over all projects."""
    rng = random.Random(7)
    start = datetime(2026, 1, 1, tzinfo=UTC)
    database = Database(url)
    target = new_id()
    models = [new_id() for _ in range(max(1, projects // 10))]
    datasets = [new_id() for _ in range(10)]
    project_rows: list[dict[str, Any]] = []
    for number in range(projects):
        model, dataset = number % len(models), number // len(models) % len(datasets)
        project_rows.append(
            {
                "id": new_id(),
                "created_at": start + timedelta(seconds=number),
                "name": f"model-{model} on data-{dataset} #{number}",
                "model_id": models[model],
                "dataset_id": datasets[dataset],
                "target_id": target,
                "device": "CPU",
            }
        )
    job_rows = []
    for number in range(jobs):
        project = project_rows[number % projects]
        moment = start + timedelta(seconds=number)
        job_rows.append(
            {
                "id": new_id(),
                "created_at": moment,
                "started_at": moment,
                "finished_at": moment + timedelta(seconds=30),
                "kind": "benchmark",
                "title": f"Benchmark {number}",
                "state": rng.choice(STATES),
                "measuring": True,
                "parameters": {},
                "project_id": project["id"],
                "target_id": target,
            }
        )
        project["last_job_id"] = job_rows[-1]["id"]
    latency = {"min": 1, "mean": 2, "median": 2, "p90": 3, "p95": 3, "p99": 4, "p999": None, "max": 5}
    run_rows = [
        {
            "id": new_id(),
            "created_at": start + timedelta(seconds=number),
            "project_id": project_rows[number % projects]["id"],
            "label": "1 × 1",
            "device": "CPU",
            "hint": "none",
            "streams": 1,
            "requests": 1,
            "batch": 1,
            "effective_precision": "f32",
            "throughput_fps": rng.uniform(10, 1000),
            "latency_median_ms": 2.0,
            "verdict": "stable",
            "result": {
                "latency_ms": latency,
                "samples": 100,
                "duration_s": 10,
                "input": {},
                "verdict_reason": "",
                "windows": [],
                "provenance": {},
            },
        }
        for number in range(2 * projects)
    ]
    asset = {"state": "ready", "size_bytes": 1000, "created_at": start}
    tables: list[tuple[type[Base], list[dict[str, Any]]]] = [
        (Target, [{"id": target, "name": "machine", "kind": "local", "created_at": start}]),
        (Model, [{"id": key, "name": f"model-{n}", "task_source": "user"} | asset for n, key in enumerate(models)]),
        (Dataset, [{"id": key, "name": f"data-{n}"} | asset for n, key in enumerate(datasets)]),
        (Project, project_rows),
        (Job, job_rows),
        (Run, run_rows),
    ]
    with database.write() as session:
        for table, rows in tables:
            for begin in range(0, len(rows), 1000):
                session.execute(insert(table), rows[begin : begin + 1000])
    if database.engine.dialect.name == "postgresql":
        with database.engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("ANALYZE")
    database.dispose()


@contextmanager
def server(settings: Settings) -> Iterator[int]:
    """A real server process on a free port of loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {
        "WORKBENCH_DATA_DIR": str(settings.data_dir),
        "WORKBENCH_DATABASE_URL": settings.database,
    }
    command = [sys.executable, "-m", "workbench.cli.main", "api", "--port", str(port)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                if time.monotonic() > deadline or process.poll() is not None:
                    raise
                time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(30)


def load(port: int, clients: int, seconds: float) -> dict[str, list[float]]:
    """Milliseconds of every request, by list; each client keeps its connection and asks one after another."""
    times: dict[str, list[float]] = {path: [] for path in LISTS}
    end = time.monotonic() + seconds
    failures: list[str] = []

    def client(number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        turn = number
        while time.monotonic() < end:
            path = LISTS[turn % len(LISTS)]
            turn += 1
            began = time.perf_counter()
            connection.request("GET", path)
            answer = connection.getresponse()
            body = answer.read()
            times[path].append((time.perf_counter() - began) * 1000)
            if answer.status != 200 or "items" not in json.loads(body):
                failures.append(f"{path}: {answer.status} {body[:200]!r}")
                return

    threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise SystemExit("\n".join(failures[:5]))
    return times


def quantile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--projects", type=int, default=10_000)
    parser.add_argument("--jobs", type=int, default=100_000)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=30.0)
    options = parser.parse_args()
    print(describe())
    print(f"\n{options.projects} projects, {options.jobs} jobs, {options.clients} clients, {options.seconds:.0f} s\n")
    print("| database | list | requests | median ms | p95 ms | p99 ms |\n|---|---|---|---|---|---|")
    worst = 0.0
    with tempfile.TemporaryDirectory() as folder, Postgres() as postgres:
        for name, url in (("SQLite", None), ("PostgreSQL", postgres.create_database("lists"))):
            settings = Settings(data_dir=Path(folder) / name, database_url=url)
            settings.data_dir.mkdir()
            upgrade(settings.database)
            fill(settings.database, options.projects, options.jobs)
            with server(settings) as port:
                load(port, options.clients, 3.0)
                times = load(port, options.clients, options.seconds)
            times["all"] = [value for values in times.values() for value in values]
            for path, values in times.items():
                figures = [quantile(values, share) for share in (0.5, 0.95, 0.99)]
                cells = " | ".join(f"{value:.0f}" for value in figures)
                print(f"| {name} | `{path}` | {len(values)} | {cells} |")
            worst = max(worst, quantile(times["all"], 0.99))
    print(f"\nWorst p99 over all lists: {worst:.0f} ms (limit 300 ms).")
    sys.exit(worst > 300.0)


if __name__ == "__main__":
    main()
