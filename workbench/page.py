"""Serves the built page: fingerprinted files for ever, the document for every other address."""

import mimetypes
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import FileResponse, PlainTextResponse
from starlette.requests import Request
from starlette.responses import Response

from workbench.errors import NotFound

DIST = Path(__file__).parent / "web" / "dist"
FOR_EVER = "public, max-age=31536000, immutable"

mimetypes.add_type("font/woff2", ".woff2")
mimetypes.add_type("text/javascript", ".js")


def built() -> bool:
    return (DIST / "index.html").is_file()


def mount(app: FastAPI) -> None:
    """Add the page behind all routes of the API."""
    files = {
        path.relative_to(DIST).as_posix(): path for path in DIST.rglob("*") if path.is_file() and path.suffix != ".gz"
    }

    @app.get("/{path:path}", include_in_schema=False)
    def page(path: str, request: Request) -> Response:
        """A file of the page, or the document: the page itself knows its addresses."""
        if path.startswith("api/"):
            raise NotFound("There is no such address in the API.")
        file = files.get(path)
        if file is not None and path != "index.html":
            fingerprinted = path.startswith("assets/")
            packed = file.with_name(file.name + ".gz")
            headers = {"Cache-Control": FOR_EVER if fingerprinted else "no-cache", "Vary": "Accept-Encoding"}
            media = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
            if packed.is_file() and "gzip" in request.headers.get("accept-encoding", ""):
                return FileResponse(packed, media_type=media, headers=headers | {"Content-Encoding": "gzip"})
            return FileResponse(file, media_type=media, headers=headers)
        if path.startswith("assets/"):
            raise NotFound("There is no such file.")
        if not built():
            return PlainTextResponse("The page is not built. Run 'make setup'.\n", status_code=503)
        return FileResponse(DIST / "index.html", headers={"Cache-Control": "no-cache"})
