"""Toolchains of a running installation: what is not there, what is refused, and that nothing half is left behind.

No package is downloaded: an empty folder of wheels ends an installation at its second stage.
"""

from collections.abc import Iterator

import pytest

from tests.integration.material import picture_zip, small_onnx
from tests.integration.stack import Stack, running

pytestmark = pytest.mark.slow
NAME = "openvino-2023"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """An installation that reads the folder `wheels` of this machine, and no other."""
    folder = tmp_path_factory.mktemp("toolchains")
    (folder / "wheels").mkdir()
    stack = Stack(folder)
    with running(stack):
        up = ("up", "--no-browser", "--port", str(stack.port), "--data-dir", str(stack.data_dir))
        stack.start("up", *up, WORKBENCH_IMPORT_ROOTS=f'["{folder}"]')
        stack.wait_ready()
        yield stack


def left(stack: Stack) -> list[str]:
    """What is in the folder of toolchains."""
    place = stack.data_dir / "toolchains"
    return sorted(path.name for path in place.iterdir()) if place.exists() else []


def test_an_unknown_one(stack: Stack) -> None:
    for method, path, body in (
        ("GET", "/toolchains/nope", None),
        ("POST", "/toolchains/nope/install", {}),
        ("DELETE", "/toolchains/nope", None),
        ("GET", "/toolchains/..%2f..%2fetc", None),
        ("DELETE", "/toolchains/%2e%2e", None),
    ):
        answer = stack.client.request(method, path, json=body)
        assert answer.status_code in (404, 405), (path, answer.text)
    assert stack.client.get("/toolchains/nope").json()["code"] == "toolchain_not_found"
    assert NAME in stack.client.get("/toolchains/nope").json()["detail"]


def test_one_that_is_not_installed(stack: Stack) -> None:
    (entry,) = stack.get("/toolchains")["items"]
    assert (entry["name"], entry["state"], entry["job_id"]) == (NAME, "missing", None)
    answer = stack.client.delete(f"/toolchains/{NAME}")
    assert (answer.status_code, answer.json()["code"]) == (404, "toolchain_missing")


def test_the_command_lists_them(stack: Stack) -> None:
    code, told = stack.command("toolchain", "list", "--json")
    assert code == 0
    assert [(item["name"], item["state"]) for item in told["items"]] == [(NAME, "missing")]


@pytest.mark.parametrize(
    "place", ["/etc", "/", "{folder}/../..", "relative", "{folder}/nothing", "", "\x00", "x" * 5000]
)
def test_folders_that_are_not_read(stack: Stack, place: str) -> None:
    wheels = place.replace("{folder}", str(stack.folder))
    answer = stack.client.post(f"/toolchains/{NAME}/install", json={"wheels": wheels})
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.json()["code"]
    assert stack.get(f"/toolchains/{NAME}")["job_id"] is None


def test_a_link_out_of_the_folders_that_are_read(stack: Stack) -> None:
    (stack.folder / "link").symlink_to("/etc")
    answer = stack.client.post(f"/toolchains/{NAME}/install", json={"wheels": str(stack.folder / "link")})
    assert 400 <= answer.status_code < 500, answer.text


def test_no_wheels(stack: Stack) -> None:
    """A failed job with the reason; nothing is left, and the toolchain is missing as before."""
    made = stack.post(f"/toolchains/{NAME}/install", {"wheels": str(stack.folder / "wheels")})
    assert made["toolchain"]["state"] == "installing"
    again = stack.post(f"/toolchains/{NAME}/install", {"wheels": str(stack.folder / "wheels")})
    assert again["job"]["id"] == made["job"]["id"]
    answer = stack.client.delete(f"/toolchains/{NAME}")
    assert (answer.status_code, answer.json()["code"]) in [(409, "in_use"), (404, "toolchain_missing")]
    job = stack.finished(made["job"]["id"])
    assert (job["state"], job["error"]["code"]) == ("failed", "toolchain_not_installed"), job
    assert job["error"]["action"]
    assert left(stack) == []
    assert stack.get(f"/toolchains/{NAME}")["state"] == "missing"
    assert "make the environment" in stack.client.get(f"/jobs/{job['id']}/log").text


def test_cancelled_in_the_middle(stack: Stack) -> None:
    job = stack.post(f"/toolchains/{NAME}/install", {"wheels": str(stack.folder / "wheels")})["job"]["id"]
    stack.until(lambda: left(stack) or stack.job(job)["state"] != "queued", 60, "it to begin")
    stack.client.post(f"/jobs/{job}/cancel")
    ended = stack.finished(job)
    assert ended["state"] in ("cancelled", "failed"), ended
    stack.until(lambda: left(stack) == [], 20, "nothing to be left")
    assert stack.get(f"/toolchains/{NAME}")["state"] == "missing"


def test_killed_in_the_middle(stack: Stack) -> None:
    """What a crash leaves of an environment is never taken for a whole one, and goes with the next installation."""
    half = stack.data_dir / "toolchains" / ".installing-00000000"
    (half / "bin").mkdir(parents=True)
    whole = stack.data_dir / "toolchains" / NAME
    (whole / "bin").mkdir(parents=True)
    (whole / "toolchain.json").write_text("{")
    assert stack.get(f"/toolchains/{NAME}")["state"] == "missing"
    job = stack.post(f"/toolchains/{NAME}/install", {"wheels": str(stack.folder / "wheels")})["job"]["id"]
    assert stack.finished(job)["state"] == "failed"
    assert not half.exists()
    assert stack.client.delete(f"/toolchains/{NAME}").status_code == 204
    assert left(stack) == []


def test_a_report_that_needs_it(stack: Stack) -> None:
    model = stack.import_model(small_onnx(stack.folder / "small.onnx"))
    dataset = stack.import_dataset(picture_zip(stack.folder / "pictures.zip"))
    body = {"model": model["id"], "dataset": dataset["id"], "baseline": False}
    project = stack.post("/projects", body)["project"]["id"]
    for wanted in ({}, {"yaml": "models: ["}):
        answer = stack.client.post(f"/projects/{project}/reports", json={"kind": "accuracy_checker", **wanted})
        assert (answer.status_code, answer.json()["code"]) == (409, "toolchain_missing"), answer.text
        assert "workbench toolchain install" in answer.json()["action"]
