"""Names of uploaded files: text from outside that later becomes a path in a job's work folder."""

import re
import unicodedata

from workbench.errors import WorkbenchError

MAX_PART_BYTES = 255
MAX_NAME_BYTES = 1024
MAX_PARTS = 32

_DRIVE = re.compile(r"[A-Za-z]:")
# Controls, unpaired surrogates, line and paragraph separators.
_REFUSED_CATEGORIES = frozenset({"Cc", "Cs", "Zl", "Zp"})
# These turn the text that follows around, so that a name reads as another one.
_TURNING = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class BadFilename(WorkbenchError):
    status = 422
    code = "invalid_filename"
    title = "The file name is not usable"
    action = "Rename the file and upload it again."


def check_filename(name: str) -> str:
    """`name` when it is a plain relative path of usable parts; else BadFilename.

    '/' separates folders. Parts: 1 to 255 bytes of UTF-8, neither `.` nor `..`, without backslash and
    control characters; no drive letter; at most 32 parts and 1024 bytes in all.
    """
    if not name:
        raise BadFilename("The file has no name.")
    if any(unicodedata.category(char) in _REFUSED_CATEGORIES or char in _TURNING for char in name):
        raise BadFilename("The file name contains control characters.")
    if "\\" in name:
        raise BadFilename("The file name contains a backslash; folders are separated by '/'.")
    if name.startswith("/") or _DRIVE.match(name):
        raise BadFilename("The file name is an absolute path.")
    parts = name.split("/")
    if len(name.encode()) > MAX_NAME_BYTES or len(parts) > MAX_PARTS:
        raise BadFilename(f"The file name is longer than {MAX_NAME_BYTES} bytes or {MAX_PARTS} folders.")
    for part in parts:
        if part in (".", ".."):
            raise BadFilename("The file name leads out of its folder.")
        if not part.strip():
            raise BadFilename("The file name has an empty part.")
        if len(part.encode()) > MAX_PART_BYTES:
            raise BadFilename(f"A part of the file name is longer than {MAX_PART_BYTES} bytes.")
    return name


def clash(names: list[str]) -> str | None:
    """The first of `names` that cannot be stored beside the others, else None.

    Such a name is there twice, or needs a folder where another one is a file.
    """
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    for name in names:
        parts = name.split("/")
        for depth in range(1, len(parts)):
            if "/".join(parts[:depth]) in seen:
                return name
    return None
