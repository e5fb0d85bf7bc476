"""Imports by a path on the server: which folders may be read that way."""

from pathlib import Path

from workbench.errors import Forbidden, NotFound
from workbench.settings import Settings


def server_path(settings: Settings, text: str) -> Path:
    """The real path behind `text`, if it may be imported.

    With `import_roots` set, it has to be below one of them. Without, only a server for one person on loopback
    allows it, and never the data folder itself.
    """
    if "\x00" in text or not Path(text).is_absolute():
        raise NotFound(f"'{text[:200]}' is not an absolute path.", code="path_not_found", action="Give the whole path.")
    path = Path(text).resolve()
    roots = [root.resolve() for root in settings.import_roots]
    inside = any(path.is_relative_to(root) for root in roots)
    if (roots and not inside) or (not roots and settings.token_needed):
        raise Forbidden(
            "Files of the server may not be imported from there.",
            code="path_not_allowed",
            action="Upload the files, or let the administrator add the folder to WORKBENCH_IMPORT_ROOTS.",
        )
    if path.is_relative_to(settings.data_dir.resolve()):
        raise Forbidden(
            "The workbench's own data folder cannot be imported.",
            code="path_not_allowed",
            action="Choose another folder.",
        )
    try:
        if not path.exists():
            raise NotFound(f"'{path}' does not exist on the server.", code="path_not_found", action="Check the path.")
    except OSError as error:
        raise NotFound(f"'{text[:200]}' cannot be read.", code="path_not_found", action="Check the path.") from error
    return path
