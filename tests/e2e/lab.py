"""Two measured projects that the tests of the laboratory work with."""

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Locator, Page

from tests.integration.material import pictures, small_onnx
from tests.integration.stack import Stack

LONG_MS = 120_000
RUN_S = 0.5


@dataclass(frozen=True)
class Lab:
    """Two measured projects, of a small model and of one that does four times its work."""

    stack: Stack
    small: str
    wide: str

    def project(self, ref: str) -> dict[str, Any]:
        found: dict[str, Any] = self.stack.get(f"/projects/{ref}")
        return found

    def runs(self, ref: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.stack.get("/runs", project=ref, limit=200)["items"]
        return found

    def ended(self, ref: str) -> None:
        """The last job of the project has ended well."""
        job = self.stack.finished(self.project(ref)["last_job_id"])
        assert job["state"] == "succeeded", job


def measured(stack: Stack) -> Lab:
    """Imports both models and measures two configurations of each, with layers."""
    dataset = stack.import_dataset(pictures(stack.folder / "pictures"))
    projects = []
    for name, channels in (("small", 16), ("wide", 32)):
        model = stack.import_model(small_onnx(stack.folder / f"{name}.onnx", channels=channels))
        wanted = {"model": model["id"], "dataset": dataset["id"], "baseline": False}
        project = stack.post("/projects", wanted)["project"]["id"]
        cells = [{"streams": 1, "batch": 1}, {"streams": 2, "batch": 8}]
        body = {"configurations": cells, "duration_s": RUN_S, "layers": True}
        assert stack.finished(stack.post(f"/projects/{project}/benchmarks", body)["job"]["id"])["state"] == "succeeded"
        projects.append(project)
    return Lab(stack, *projects)


def panel(page: Page, title: str) -> Locator:
    return page.get_by_role("region", name=title, exact=True)
