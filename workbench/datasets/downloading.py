"""The operation `dataset_download`: one file by HTTP, from an address that was resolved and judged by ourselves.

Whoever gives the address chooses where this machine connects to. So each name is resolved once, every address that it
has must be allowed, and the connection is made to exactly that address; the certificate is still checked for the name.
Redirects are followed one by one in the same way. No proxy and nothing else of the environment is used.
"""

import errno
import os
import shutil
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import httpx

from workbench.datasets.addresses import Network, allowed
from workbench.engine.protocol import Emitter, EngineError

CONNECT_S, READ_S = 10.0, 30.0
BLOCK_BYTES = 1 << 20
REDIRECTS = (301, 302, 303, 307, 308)


@dataclass(frozen=True)
class Rules:
    """`networks` may be connected to though they are not public."""

    networks: tuple[Network, ...]
    max_bytes: int
    context: ssl.SSLContext
    is_s3: bool = False


def run(parameters: Mapping[str, Any], work: Path, emit: Emitter) -> dict[str, Any]:
    """Write `out/download`; the result has `bytes`. Raises EngineError with one of the codes `remote_…`, `disk_full`.

    `timeout_s` holds for all of it, also for names that are not resolved and answers that come byte by byte.
    """
    emit.stage("download", 1, 1)
    timer = _watched(emit, float(parameters["timeout_s"]))
    rules = Rules(
        tuple(ip_network(text) for text in parameters["networks"]),
        int(parameters["max_bytes"]),
        _certificates(parameters.get("ca_file")),
        bool(parameters.get("is_s3")),
    )
    try:
        target = work / "out" / "download"
        return {"bytes": fetch(str(parameters["url"]), int(parameters["redirects"]), rules, target, emit)}
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise _disk_full() from error
    finally:
        timer.cancel()


def _watched(emit: Emitter, timeout_s: float) -> threading.Timer:
    def end() -> None:
        emit.error(
            EngineError(
                "remote_too_slow",
                f"The download took longer than {timeout_s:,.0f} s.",
                "Try again, or let the administrator raise WORKBENCH_REMOTE_SOURCE_TIMEOUT_S.",
            )
        )
        os._exit(1)

    timer = threading.Timer(timeout_s, end)
    timer.daemon = True
    timer.start()
    return timer


def _certificates(ca_file: str | None) -> ssl.SSLContext:
    context = httpx.create_ssl_context(trust_env=False)
    if ca_file is not None:
        context.load_verify_locations(ca_file)
    return context


def fetch(address: str, redirects: int, rules: Rules, target: Path, emit: Emitter) -> int:
    """The file behind `address` as `target`; returns its bytes. Raises EngineError; OSError on a full disk."""
    url = httpx.URL(address)
    for _ in range(redirects + 1):
        with _answer(url, rules) as answer:
            if answer.status_code not in REDIRECTS:
                return _kept(answer, rules, target, emit)
            url = _following(url, answer, rules)
    raise EngineError(
        "remote_redirects",
        f"The address was redirected more than {redirects} times.",
        "Give the address that it ends at.",
    )


def _following(url: httpx.URL, answer: httpx.Response, rules: Rules) -> httpx.URL:
    if rules.is_s3:
        region = answer.headers.get("x-amz-bucket-region", "")[:30]
        hint = f" (the bucket is in {region})" if region.replace("-", "").isalnum() else ""
        raise EngineError(
            "remote_redirects",
            f"The store redirects to another address{hint}.",
            "Let the administrator set WORKBENCH_S3_REGION to the bucket's region.",
        )
    try:
        following = url.join(answer.headers["location"])
        # What a browser would do with user and password is nothing to do here.
        following = following.copy_with(userinfo=b"", fragment=None)
    except (KeyError, httpx.InvalidURL, ValueError) as error:
        raise EngineError(
            "remote_redirects", "The address redirects to nowhere.", "Give the address of the file itself."
        ) from error
    if following.scheme not in ("http", "https") or (url.scheme == "https" and following.scheme == "http"):
        raise EngineError(
            "remote_redirects",
            "The address redirects to one that is not https.",
            "Give the address of the file itself.",
        )
    return following


@contextmanager
def _answer(url: httpx.URL, rules: Rules) -> Iterator[httpx.Response]:
    """The beginning of an answer from the first address of the host that can be reached."""
    host = url.raw_host.decode("ascii")
    failure: Exception | None = None
    for address in resolved(host, url.port or (443 if url.scheme == "https" else 80), rules.networks):
        client = httpx.Client(
            trust_env=False,
            verify=rules.context,
            follow_redirects=False,
            timeout=httpx.Timeout(READ_S, connect=CONNECT_S),
        )
        with client:
            request = client.build_request(
                "GET",
                url.copy_with(host=f"[{address}]" if ":" in address else address),
                headers={
                    "Host": url.netloc.decode("ascii"),
                    "Accept-Encoding": "identity",
                    "User-Agent": "dl-workbench",
                },
                # The name that the certificate is checked for: the connection itself goes to the address.
                extensions={"sni_hostname": host},
            )
            try:
                answer = client.send(request, stream=True)
            except httpx.ConnectError as error:
                failure = error
                continue
            except httpx.HTTPError as error:
                raise _unreachable(host, error) from error
            try:
                yield answer
            except (httpx.HTTPError, httpx.StreamError) as error:
                raise _broken(error) from error
            finally:
                answer.close()
            return
    assert failure is not None
    raise _unreachable(host, failure)


def resolved(host: str, port: int, networks: tuple[Network, ...]) -> list[str]:
    """The addresses of a host, asked for once. Raises EngineError unless all of them may be connected to."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise EngineError(
            "remote_unresolved", f"There is no address for the host '{host[:100]}'.", "Check the address."
        ) from error
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not addresses or not all(allowed(address, networks) for address in addresses):
        raise EngineError(
            "remote_address_refused",
            f"'{host[:100]}' is not a public address.",
            "Upload the file, or let the administrator list the network in WORKBENCH_REMOTE_SOURCE_NETWORKS.",
        )
    return addresses


def _unreachable(host: str, error: Exception) -> EngineError:
    what = "does not answer in time" if isinstance(error, httpx.TimeoutException) else "cannot be reached"
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ssl.SSLError):
        cause = cause.__cause__ or cause.__context__
    if isinstance(cause, ssl.SSLError):
        what = "has no valid certificate" if isinstance(cause, ssl.SSLCertVerificationError) else "does not speak TLS"
    return EngineError("remote_unreachable", f"The host '{host[:100]}' {what}.", "Check the address and try again.")


def _broken(error: Exception) -> EngineError:
    if isinstance(error, httpx.TimeoutException):
        return EngineError("remote_too_slow", "The download stood still for too long.", "Try again.")
    return EngineError("remote_incomplete", "The download broke off before its end.", "Try again.")


def _kept(answer: httpx.Response, rules: Rules, target: Path, emit: Emitter) -> int:
    if answer.status_code != HTTPStatus.OK:
        said = "".join(char for char in answer.reason_phrase if char.isprintable())[:60] or "no reason given"
        action = "Check the address."
        if rules.is_s3:
            action = "Check bucket and key; region and credentials are settings of the server (WORKBENCH_S3_…)."
        raise EngineError("remote_refused", f"The host answered {answer.status_code} ({said}).", action)
    announced = _announced(answer)
    if announced > rules.max_bytes:
        raise _too_large(rules)
    if announced > shutil.disk_usage(target.parent).free:
        raise _disk_full()
    done = 0
    with target.open("xb") as file:
        # As it comes over the wire: a server that calls a .tar.gz "encoded" means the file itself.
        for block in answer.iter_raw(BLOCK_BYTES):
            done += len(block)
            if done > rules.max_bytes:
                raise _too_large(rules)
            file.write(block)
            emit.progress(done, max(announced, done + 1), "bytes")
    if not done:
        raise EngineError("remote_empty", "There is nothing behind the address.", "Check the address.")
    emit.log(f"downloaded {done / 1024**2:,.1f} MiB")
    return done


def _announced(answer: httpx.Response) -> int:
    text = answer.headers.get("content-length", "")
    return int(text) if text.isdecimal() else 0


def _too_large(rules: Rules) -> EngineError:
    return EngineError(
        "remote_too_large",
        f"The file is larger than {rules.max_bytes / 1024**2:,.0f} MiB.",
        "Import a smaller one, or let the administrator raise WORKBENCH_REMOTE_SOURCE_MAX_BYTES.",
    )


def _disk_full() -> EngineError:
    return EngineError(
        "disk_full", "The disk is too full for this download.", "Delete what is no longer needed, or give it more room."
    )
