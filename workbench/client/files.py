"""Writing what the server gave to a file: whole, or not at all."""

import re
import tempfile
from collections.abc import Iterable
from pathlib import Path

from workbench.client.errors import BadFiles


def name_of(disposition: str, otherwise: str) -> str:
    """The server's name for a file (content-disposition), confined to one harmless file name."""
    found = re.search(r'filename="([^"]*)"', disposition)
    name = re.sub(r"[^A-Za-z0-9._-]+", "_", found.group(1)) if found else ""
    return name.strip("._") or otherwise


def write(path: Path, blocks: Iterable[bytes], replace: bool = False) -> Path:
    """Write `blocks` to `path`. Raises BadFiles, also for a file that is there already, unless `replace`."""
    if path.exists() and not replace:
        raise BadFiles(f"'{path}' is there already.", "Choose another name, or replace it with --force.")
    try:
        with tempfile.NamedTemporaryFile(dir=path.absolute().parent, prefix=".download-", delete=False) as file:
            part = Path(file.name)
            try:
                for block in blocks:
                    file.write(block)
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
