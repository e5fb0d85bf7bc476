"""Lists of projects: the filter by state agrees with the state shown, and the best run is the best."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.server import client_of, migrated, runtime_of
from workbench.db.base import new_id
from workbench.db.tables import Dataset, Job, Model, Project, Run, Target
from workbench.runtime import Runtime

# The state of the newest job → what the project is called; None: it has no job.
CALLED = {
    None: "new",
    "queued": "queued",
    "running": "running",
    "succeeded": "ready",
    "failed": "error",
    "cancelled": "cancelled",
}
FPS = {"one": [5.0, 9.0, 9.0, 1.0], "none": [], "other": [7.0]}


def fill(runtime: Runtime) -> dict[str, str]:
    """One project of each state, one without its model, and runs; name → id."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    target, model, dataset = Target(name="t", kind="local"), Model(name="m", state="ready"), Dataset(name="d")
    dataset.state = "ready"
    ids = {}
    with runtime.db.write() as session:
        session.add_all([target, model, dataset])
        session.flush()
        for number, (state, called) in enumerate([*CALLED.items(), ("succeeded", "archived")]):
            project = Project(
                name=called,
                model_id=model.id if called != "archived" else None,
                dataset_id=dataset.id,
                target_id=target.id,
                device=f"GPU.{number}",
            )
            session.add(project)
            session.flush()
            ids[called] = project.id
            if state is not None:
                job = Job(
                    kind="benchmark", title="b", state=state, measuring=True, parameters={}, project_id=project.id
                )
                session.add(job)
                session.flush()
                project.last_job_id = job.id
        for name, called in (("one", "ready"), ("none", "new"), ("other", "error")):
            for number, fps in enumerate(FPS[name]):
                session.add(
                    Run(
                        id=new_id(),
                        created_at=start + timedelta(seconds=number),
                        project_id=ids[called],
                        label=f"{number}",
                        device="CPU",
                        hint="none",
                        effective_precision="f32",
                        throughput_fps=fps,
                        latency_median_ms=number,
                        verdict="stable",
                        result={},
                    )
                )
    return ids


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_lists(tmp_path: Path, database: str, request: pytest.FixtureRequest) -> None:
    url = request.getfixturevalue("fresh_postgres_url") if database == "postgresql" else None
    with runtime_of(migrated(tmp_path, database_url=url)) as runtime, client_of(runtime) as client:
        fill(runtime)
        everything = client.get("/api/v1/projects").json()
        assert {item["name"]: item["state"] for item in everything["items"]} == {
            called: called for called in [*CALLED.values(), "archived"]
        }
        for called in [*CALLED.values(), "archived"]:
            found = client.get("/api/v1/projects", params={"state": called}).json()
            assert ([item["name"] for item in found["items"]], found["total"]) == ([called], 1)

        by_name = {item["name"]: item for item in everything["items"]}
        assert by_name["ready"]["run_count"] == 4
        # The newest of the two that are equally fast.
        best = by_name["ready"]["best"]
        assert (best["throughput_fps"], best["latency_median_ms"]) == (9.0, 2.0)
        assert (by_name["new"]["best"], by_name["new"]["run_count"]) == (None, 0)
        for sort, first in (("-throughput_fps", ["ready", "error"]), ("throughput_fps", ["error", "ready"])):
            sorted_by = client.get("/api/v1/projects", params={"sort": sort}).json()["items"]
            assert [item["name"] for item in sorted_by[:2]] == first
            page = client.get("/api/v1/projects", params={"sort": sort, "limit": 2}).json()
            rest = client.get(
                "/api/v1/projects", params={"sort": sort, "limit": 50, "cursor": page["next_cursor"]}
            ).json()
            names = [item["name"] for item in page["items"] + rest["items"]]
            assert names == [item["name"] for item in sorted_by]
