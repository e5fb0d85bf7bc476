"""What the server gives as a file: its text, or written to a place."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.client import files
from workbench.client.connection import Connection


@dataclass(frozen=True)
class Export:
    """A file that the server made. `name`: what the server calls it, confined to one harmless file name."""

    name: str
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode("utf-8", "replace")

    def write(self, target: Path | None = None, replace: bool = False) -> Path:
        """Write it to `target`, by default under its own name into the current folder, whole or not at all.

        Raises BadFiles, also for a file that is there already, unless `replace`.
        """
        return files.write(target or Path(self.name), [self.content], replace)


def fetch(connection: Connection, path: str, query: Mapping[str, Any]) -> Export:
    """The file at a path of the API."""
    answer = connection.request("GET", path, query=query)
    name = files.name_of(answer.headers.get("content-disposition", ""), "export")
    return Export(name, answer.content)
