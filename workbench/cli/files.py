"""Options and output of commands that give files."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from workbench.cli.output import document, harmless, say
from workbench.client.exports import Export

Output = Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where to write it.")]
Force = Annotated[bool, typer.Option("--force", help="Replace a file that is there.")]


def give(export: Export, output: Path | None, force: bool, as_json: bool = False) -> None:
    """Write a file and say where it is; without `output` its text goes to stdout, unchanged for programs."""
    if output is not None:
        told(export.write(output, force), as_json)
        return
    if sys.stdout.isatty():
        say(harmless(export.text.replace("\r\n", "\n")).rstrip("\n"))
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(export.content)
    sys.stdout.buffer.flush()


def told(path: Path, as_json: bool) -> None:
    """Say where a file was written."""
    if as_json:
        document({"file": str(path), "size_bytes": path.stat().st_size})
    else:
        say(str(path))
