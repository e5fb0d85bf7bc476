"""What the server gives as a file: its text, or written to a place."""

import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.client.connection import Connection
from workbench.client.errors import BadFiles


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
        path = target or Path(self.name)
        if path.exists() and not replace:
            raise BadFiles(f"'{path}' is there already.", "Choose another name, or replace it with --force.")
        try:
            with tempfile.NamedTemporaryFile(dir=path.absolute().parent, prefix=".export-", delete=False) as file:
                part = Path(file.name)
                try:
                    file.write(self.content)
                    file.flush()
                    part.chmod(0o644)
                    part.replace(path)
                except BaseException:
                    part.unlink(missing_ok=True)
                    raise
        except OSError as error:
            raise BadFiles(
                f"'{path}' cannot be written: {error.strerror or error}.", "Choose another place with --output."
            ) from error
        return path


def fetch(connection: Connection, path: str, query: Mapping[str, Any]) -> Export:
    """The file at a path of the API."""
    answer = connection.request("GET", path, query=query)
    found = re.search(r'filename="([^"]*)"', answer.headers.get("content-disposition", ""))
    name = re.sub(r"[^A-Za-z0-9._-]+", "_", found.group(1)) if found else ""
    return Export(name.strip("._") or "export", answer.content)
