"""axe finds nothing serious on any page, light and dark."""

import json
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser

from tests.e2e.conftest import HEIGHT, WIDTH
from tests.integration.material import picture_zip, pictures, small_onnx
from tests.integration.stack import Stack

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

AXE = Path(__file__).parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
SETTLE_MS = 1200


def addresses(stack: Stack) -> dict[str, str]:
    """Every page by name; makes a model, a dataset and a measured project where there are none yet."""
    if not stack.get("/projects")["items"]:
        model = stack.import_model(small_onnx(stack.folder / "axe.onnx"))
        dataset = stack.import_dataset(pictures(stack.folder / "axe"))
        body = {"model": model["id"], "dataset": dataset["id"], "duration_s": 0.5}
        stack.finished(stack.post("/projects", body)["job"]["id"])
    first = {name: stack.get(f"/{name}")["items"][0]["id"] for name in ("models", "datasets", "targets")}
    first["projects"] = next(item["id"] for item in stack.get("/projects")["items"] if item["run_count"])
    run, other = [run["id"] for run in stack.get("/runs", project=first["projects"])["items"]][:2]
    check = stack.post("/checks", {"project": first["projects"], "baseline_run": run, "budget_s": 2})["job"]["id"]
    stack.finished(check)
    judged, report = _judged(stack, first["models"])
    return {
        "accuracy": f"/projects/{judged}?tab=accuracy",
        "accuracy sample": f"/projects/{judged}?tab=accuracy&report={report}&sample=0",
        "accuracy form": f"/projects/{judged}?tab=accuracy&open=reading",
        "optimize": f"/projects/{judged}?tab=optimize",
        "optimize form": f"/projects/{judged}?tab=optimize&make=int8",
        "optimize search": f"/projects/{judged}?tab=optimize&make=best",
        "deploy": f"/projects/{first['projects']}?tab=deploy",
        "recipe": f"/projects/{first['projects']}?tab=recipe",
        "project import": "/projects/import",
        "dataset generate": "/datasets/generate",
        "try a picture": f"/projects/{judged}/try",
        "try a model": f"/models/{first['models']}/try",
        "projects": "/",
        "new project": "/projects/new",
        "project": f"/projects/{first['projects']}?run={run}",
        "models": "/models",
        "model": f"/models/{first['models']}",
        "model import": "/models/import",
        "datasets": "/datasets",
        "dataset": f"/datasets/{first['datasets']}",
        "dataset import": "/datasets/import",
        "targets": "/targets",
        "target": f"/targets/{first['targets']}",
        "jobs": "/jobs",
        "compare": f"/compare?side={run}&side={other}",
        "nothing compared": "/compare",
        "check": f"/checks/{check}",
        "settings": "/settings",
    }


def _judged(stack: Stack, model: str) -> tuple[str, str]:
    """A project with a report of accuracy, and the report."""
    name = "axe annotated"
    if not stack.get("/datasets", q=name)["items"]:
        stack.import_dataset(picture_zip(stack.folder / "annotated.zip"), name=name)
    dataset = stack.get("/datasets", q=name)["items"][0]["id"]
    project = stack.post("/projects", {"model": model, "dataset": dataset, "baseline": False})["project"]["id"]
    job = stack.finished(stack.post(f"/projects/{project}/reports", {})["job"]["id"])
    assert job["state"] == "succeeded", job["error"]
    report = job["result"]["report_id"]
    return project, report


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page(stack: Stack, browser: Browser, scheme: Literal["light", "dark"]) -> None:
    shots = Path(__file__).parent / "screenshots"
    shots.mkdir(exist_ok=True)
    # axe is put into the page from outside, which the page's own policy rightly forbids.
    context = browser.new_context(
        base_url=f"http://127.0.0.1:{stack.port}",
        viewport={"width": WIDTH, "height": HEIGHT},
        color_scheme=scheme,
        bypass_csp=True,
    )
    page = context.new_page()
    found: list[str] = []
    for name, address in addresses(stack).items():
        page.goto(address)
        page.get_by_role("heading", level=1).first.wait_for()
        page.wait_for_timeout(SETTLE_MS)
        page.screenshot(path=shots / f"{name.replace(' ', '-')}-{scheme}.png", full_page=True)
        page.evaluate(AXE.read_text())
        for violation in page.evaluate("async () => (await axe.run()).violations"):
            if violation["impact"] in ("serious", "critical"):
                places = [node["html"][:200] for node in violation["nodes"][:3]]
                found.append(f"{name}: {violation['id']}: {violation['help']} {json.dumps(places)}")
    context.close()
    assert found == []
