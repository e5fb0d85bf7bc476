"""`workbench dataset …`."""

from typing import Annotated

import typer

from workbench.cli import dataset_making, options, units
from workbench.cli.following import conclude, follow, sending, started
from workbench.cli.options import Json, Limit, NoWait, Search, Yes
from workbench.cli.output import deleted, document, facts, say, table, tell_rest
from workbench.client import Client
from workbench.client import Json as Document

app = typer.Typer(no_args_is_help=True, help="Datasets: import, make, look at, delete.")
dataset_making.add_to(app)

Dataset = Annotated[str, typer.Argument(metavar="DATASET", help="Name or id.")]
FEW = 10
FORMATS = (
    "imagenet_txt, imagenet_folders, voc, coco, yolo, open_images, wider_face, common_segmentation, cityscapes, "
    "camvid, common_super_resolution, lfw, vggface2, not_annotated"
)


@app.command("import")
def import_dataset(
    paths: Annotated[
        list[str], typer.Argument(metavar="PATH|URL", help="An archive, a folder, or an address (https, s3).")
    ],
    name: Annotated[str | None, typer.Option(help="Default: the name of the file or folder.")] = None,
    format: Annotated[str | None, typer.Option(help=f"{FORMATS}; default: recognised.")] = None,
    subset: Annotated[int | None, typer.Option(min=1, help="Keep only that many samples.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the choice of samples.")] = 0,
    no_wait: NoWait = False,
    as_json: Json = False,
) -> None:
    """Import a dataset; its format is recognised."""
    chosen = {"count": subset, "seed": seed} if subset is not None else None
    with Client() as client:
        with sending(as_json) as on_sending:
            made = client.import_dataset(paths, on_sending, name=name, format=format, subset=chosen)
        dataset, job = made["dataset"], made["job"]
        if no_wait:
            if as_json:
                document(made)
            else:
                say(dataset["name"])
                started(job)
            return
        job = follow(client, job, as_json)
        done = job["state"] == "succeeded"
        if done:
            dataset = client.dataset(dataset["id"])
        if as_json:
            # An import that did not succeed leaves no dataset.
            document({"dataset": dataset if done else None, "job": job})
        conclude(job)
        if not as_json:
            _show(dataset)


@app.command("list")
def list_datasets(search: Search = None, limit: Limit = 50, as_json: Json = False) -> None:
    """List datasets, newest first."""
    with Client() as client:
        found = client.datasets(limit, q=search)
    if as_json:
        document(found)
        return
    table(
        ("name", "format", "tasks", ">samples", ">size", "state", "imported"),
        [
            (
                dataset["name"],
                units.words(dataset["format"]),
                ", ".join(task.replace("_", " ") for task in dataset["tasks"]),
                f"{dataset['count']:,}",
                units.size(dataset["size_bytes"]),
                dataset["state"],
                units.moment(dataset["created_at"]),
            )
            for dataset in found["items"]
        ],
    )
    tell_rest(found)


@app.command("show")
def show_dataset(dataset: Dataset, as_json: Json = False) -> None:
    """Show a dataset with its checks and warnings."""
    with Client() as client:
        found = client.dataset(dataset)
    if as_json:
        document(found)
    else:
        _show(found)


def _show(dataset: Document) -> None:
    labels: list[str] = dataset["labels"] or []
    facts(
        [
            ("name", dataset["name"]),
            ("id", dataset["id"]),
            ("state", dataset["state"]),
            ("format", units.words(dataset["format"])),
            ("tasks", ", ".join(task.replace("_", " ") for task in dataset["tasks"])),
            ("samples", f"{dataset['count']:,} {dataset['unit']}s"),
            ("classes", f"{len(labels)}: {_some(labels)}" if labels else None),
            ("size", units.size(dataset["size_bytes"])),
            ("projects", str(dataset["project_count"])),
            ("imported", units.moment(dataset["created_at"])),
        ]
    )
    if dataset["checks"]:
        say("")
        table(
            ("check", "result", "found"),
            [(check["check"], "right" if check["ok"] else "wrong", check["detail"]) for check in dataset["checks"]],
        )
    if dataset["warnings"]:
        say("")
        table(
            ("file", ">line", "problem", "what to do"),
            [
                (item["file"], str(item["line"]) if item["line"] is not None else None, item["problem"], item["fix"])
                for item in dataset["warnings"]
            ],
        )


def _some(names: list[str]) -> str:
    return ", ".join(names[:FEW]) + (", …" if len(names) > FEW else "")


@app.command("delete")
def delete_dataset(dataset: Dataset, yes: Yes = False, as_json: Json = False) -> None:
    """Delete a dataset; its projects stay and become read-only."""
    with Client() as client:
        found = client.dataset(dataset)
        options.confirm(f"Delete the dataset '{found['name']}'", yes, as_json)
        client.delete_dataset(found["id"])
    deleted("dataset", found, as_json)
