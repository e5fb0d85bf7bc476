"""How the demo ends: the sample in INT8, both beside each other, and a package that was run."""

from workbench.cli import units
from workbench.cli.following import conclude, follow
from workbench.cli.making import show as show_version
from workbench.cli.making import summary
from workbench.cli.output import facts, harmless, note, say
from workbench.client import Client
from workbench.client import Json as Document

# Of measuring both in turn, for each second of a run of the demo.
BUDGET = 2.0
LEAST_S, MOST_S = 2.0, 30.0


def quantized(client: Client, project: Document, duration_s: float, as_json: bool) -> Document:
    """`{job, result}` of the sample's quantisation, made where there is none that is whole."""
    for job in client.jobs(kind="quantize", project=project["id"], state="succeeded")["items"]:
        told = client.optimization.version(job["id"])
        result = told["result"]
        if result is not None and any(
            item["id"] == result["project_id"] and not item["missing"] for item in client.projects()["items"]
        ):
            return told
    measure = {"budget_s": min(MOST_S, max(LEAST_S, BUDGET * duration_s))}
    job = follow(client, client.optimization.quantize(project["id"], measure=measure)["job"], as_json)
    conclude(job)
    return client.optimization.version(job["id"])


def packaged(client: Client, project_id: str, as_json: bool) -> Document:
    """The newest deployment package of a project, made where there is none."""
    found = client.packages.list(1, project=project_id, kind="deployment")["items"]
    if found:
        newest: Document = found[0]
        return newest
    job = follow(client, client.packages.start(project_id)["job"], as_json)
    conclude(job)
    return client.packages.get(job["result"]["package_id"])


def ending(client: Client, project: Document, duration_s: float, as_json: bool) -> Document:
    """`{quantized, comparison, package}`."""
    told = quantized(client, project, duration_s, as_json)
    child = told["result"]["project_id"]
    return {
        "quantized": summary(client, project, told["job"], told["result"]),
        "comparison": client.compare([project["id"], child]),
        "package": packaged(client, child, as_json),
    }


def show_ending(client: Client, found: Document, url: str) -> None:
    version, package = found["quantized"], found["package"]
    say("")
    say("In INT8:")
    show_version(client, version["parent_project"], version | _ids(version))
    say("")
    trial = package["trial"]
    facts(
        [
            ("package", f"{package['filename']}, {units.size(package['size_bytes'])}"),
            ("tried", f"{trial['state'].replace('_', ' ')}: {trial['reason']}" if trial else None),
        ]
    )
    sides = "&".join(f"side={side['project']['id']}" for side in found["comparison"]["sides"])
    note(harmless(f"Both beside each other: {url}/compare?{sides}; the package is under Deploy of the INT8 project."))


def _ids(version: Document) -> Document:
    return {
        "project_id": version["project"]["id"] if version["project"] else None,
        "model_id": version["model"]["id"] if version["model"] else None,
    }
