"""Datasets by address: which addresses the server takes, and what the download is told.

Only where an administrator turned it on. Nothing is resolved or fetched here: that happens in the job's own process
(`downloading`).
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import unquote

import httpx

from workbench.datasets.signature_v4 import Credentials, escaped_path, presigned
from workbench.errors import Forbidden, WorkbenchError
from workbench.settings import Settings

MOST_REDIRECTS = 3
# From signing to the first byte of the answer.
SIGNATURE_VALID_S = 900
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


class RemoteSourcesOff(Forbidden):
    code = "remote_sources_off"
    title = "Addresses are not imported here"
    action = "Upload the files, or let the administrator set WORKBENCH_ALLOW_REMOTE_SOURCES=true."


class BadAddress(WorkbenchError):
    status = 422
    code = "remote_address_invalid"
    title = "The address cannot be used"
    action = "Give an address such as https://host/archive.zip or s3://bucket/archive.zip."


@dataclass(frozen=True)
class Remote:
    """An address in its parts: of `s3`, the `host` is the bucket. `filename` is its last part, never a path."""

    scheme: str
    host: str
    path: str
    filename: str
    url: str


def checked(settings: Settings, text: str) -> Remote:
    """What a user gave, if addresses may be imported. Raises RemoteSourcesOff, BadAddress."""
    if not settings.allow_remote_sources:
        raise RemoteSourcesOff("This server imports no datasets by address.")
    scheme, separator, rest = text.partition("://")
    scheme = scheme.lower()
    # A key of S3 stands for itself, blanks and all.
    if not text.isprintable() or (scheme != "s3" and " " in text):
        raise BadAddress("The address has blanks or control characters in it.")
    if not separator or scheme not in ("http", "https", "s3"):
        raise BadAddress("The address begins neither with https:// or http:// nor with s3://.")
    if scheme == "s3":
        return _s3(rest, text)
    try:
        url = httpx.URL(text)
        host = url.raw_host.decode("ascii")
    except (httpx.InvalidURL, UnicodeError, ValueError) as error:
        raise BadAddress(f"The address cannot be read: {error}.") from error
    if url.port is not None and not 0 < url.port < 2**16:
        raise BadAddress("The address has a port that does not exist.")
    if not host:
        raise BadAddress("The address names no host.")
    if url.userinfo:
        raise BadAddress("The address holds a user name or password; these would be kept with the job.")
    return Remote(scheme, host, url.path, _filename(url.path), str(url.copy_with(fragment=None)))


def _s3(rest: str, text: str) -> Remote:
    bucket, _, key = rest.partition("/")
    if not _BUCKET.fullmatch(bucket) or ".." in bucket:
        raise BadAddress("The address names no usable bucket.")
    if not key or key.endswith("/"):
        raise BadAddress("The address names no object in the bucket: an archive is needed, not a folder.")
    return Remote("s3", bucket, key, _filename(key), text)


def _filename(path: str) -> str:
    name = unquote(path).rstrip("/").replace("\\", "/").rpartition("/")[2]
    return "".join(char for char in name if char.isprintable())[-200:] or "dataset"


def download(settings: Settings, remote: Remote, moment: datetime) -> dict[str, Any]:
    """The parameters of the operation `dataset_download`; an s3 address becomes a signed one of https."""
    return {
        "url": remote.url if remote.scheme != "s3" else _s3_url(settings, remote, moment),
        # A signature holds for one host.
        "redirects": MOST_REDIRECTS if remote.scheme != "s3" else 0,
        "networks": [str(network) for network in settings.remote_source_networks],
        "max_bytes": settings.remote_source_max_bytes,
        "timeout_s": settings.remote_source_timeout_s,
        "ca_file": str(settings.remote_source_ca_file) if settings.remote_source_ca_file else None,
        "is_s3": remote.scheme == "s3",
    }


def _s3_url(settings: Settings, remote: Remote, moment: datetime) -> str:
    bucket, key, region = remote.host, remote.path, settings.s3_region
    if settings.s3_endpoint is not None:
        # As the header Host will have it, which is signed: without the port that is the usual one.
        endpoint = httpx.URL(settings.s3_endpoint)
        scheme, host, path = endpoint.scheme, endpoint.netloc.decode("ascii"), f"/{bucket}/{key}"
    elif "." in bucket:
        # The certificate of *.s3.… does not hold for a name with further dots.
        scheme, host, path = "https", f"s3.{region}.amazonaws.com", f"/{bucket}/{key}"
    else:
        scheme, host, path = "https", f"{bucket}.s3.{region}.amazonaws.com", f"/{key}"
    address = f"{scheme}://{host}{escaped_path(path)}"
    if settings.s3_access_key_id is None or settings.s3_secret_access_key is None:
        return address
    credentials = Credentials(settings.s3_access_key_id, settings.s3_secret_access_key, settings.s3_session_token)
    return f"{address}?{presigned(host, path, region, credentials, moment, SIGNATURE_VALID_S)}"
