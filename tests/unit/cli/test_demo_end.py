"""How the demo ends where some of it is there already."""

from typing import Any

import pytest

from workbench.cli import demo_end


class Jobs:
    """Stands in for the client: what the server would tell."""

    def __init__(self, kept: bool) -> None:
        self.kept, self.started = kept, 0
        self.optimization = self

    def jobs(self, **filters: Any) -> Any:
        assert filters == {"kind": "quantize", "project": "p", "state": "succeeded"}
        return {"items": [{"id": "j", "state": "succeeded"}]}

    def projects(self) -> Any:
        return {"items": [{"id": "child", "missing": [] if self.kept else ["model"]}]}

    def version(self, job_id: str) -> Any:
        return {"job": {"id": job_id}, "result": {"project_id": "child"}}

    def quantize(self, project: str, **wanted: Any) -> Any:
        self.started += 1
        assert wanted["measure"]["budget_s"] == demo_end.LEAST_S
        return {"job": {"id": "new", "state": "succeeded"}}


@pytest.mark.parametrize(("kept", "job", "started"), [(True, "j", 0), (False, "new", 1)])
def test_what_is_there_is_not_made_again(monkeypatch: pytest.MonkeyPatch, kept: bool, job: str, started: int) -> None:
    monkeypatch.setattr(demo_end, "follow", lambda client, job, as_json: job)
    client: Any = Jobs(kept)
    assert demo_end.quantized(client, {"id": "p"}, 0.5, as_json=True)["job"]["id"] == job
    assert client.started == started
