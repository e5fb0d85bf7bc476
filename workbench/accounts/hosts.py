"""Which Host and Origin headers are ours. A name that another site owns may point here (DNS rebinding)."""

import ipaddress
import re
import socket
import time

import psutil

from workbench.settings import Settings, is_loopback

WILDCARDS = ("0.0.0.0", "::", "")  # noqa: S104  (compared with, not bound to)
REFRESH_S = 30.0

_AUTHORITY = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?)(?::([0-9]{1,5}))?")
_DEFAULT_PORTS = {"http": 80, "https": 443}


def parse_authority(text: str) -> tuple[str, int | None] | None:
    """`host[:port]` in lower case, addresses in their shortest form without brackets; None when it is not one."""
    match = _AUTHORITY.fullmatch(text.lower())
    if match is None:
        return None
    name, port = match[1], None if match[2] is None else int(match[2])
    if port is not None and not 0 < port < 65536:
        return None
    if name.startswith("["):
        try:
            return str(ipaddress.IPv6Address(name[1:-1])), port
        except ValueError:
            return None
    return name, port


class Hosts:
    """The Host headers that this server answers to.

    Loopback, the address it is bound to, and `allowed_hosts` (`name` for any port, `name:port` for one). Bound to
    every address of the machine, also the machine's own names and addresses. Ports are free otherwise: a tunnel or a
    container maps them, and rebinding is about names.
    """

    def __init__(self, settings: Settings) -> None:
        self._allowed: set[tuple[str, int | None]] = set()
        for entry in settings.allowed_hosts:
            parsed = parse_authority(entry) or parse_authority(f"[{entry}]")
            if parsed is None:
                raise ValueError(f"WORKBENCH_ALLOWED_HOSTS: {entry!r} is not a host name or host:port")
            self._allowed.add(parsed)
        self._everywhere = settings.host.strip("[]") in WILDCARDS
        bound = parse_authority(settings.host) or parse_authority(f"[{settings.host}]")
        if bound is not None and not self._everywhere:
            self._allowed.add((bound[0], None))
        self._own: frozenset[str] = frozenset()
        self._own_at = float("-inf")

    def allows(self, header: str) -> bool:
        parsed = parse_authority(header)
        if parsed is None:
            return False
        name, _ = parsed
        if is_loopback(name) or parsed in self._allowed or (name, None) in self._allowed:
            return True
        return self._everywhere and name in self._machine()

    def _machine(self) -> frozenset[str]:
        # Addresses come and go with networks; asking the kernel for each request of a stranger would be dear.
        if time.monotonic() - self._own_at > REFRESH_S:
            self._own_at = time.monotonic()
            self._own = machine_names()
        return self._own


def machine_names() -> frozenset[str]:
    """Host name (also without its domain) and all addresses of this machine."""
    name = socket.gethostname().lower()
    names = {name, name.partition(".")[0]} - {""}
    for addresses in psutil.net_if_addrs().values():
        for entry in addresses:
            if entry.family in (socket.AF_INET, socket.AF_INET6):
                names.add(str(ipaddress.ip_address(entry.address.partition("%")[0])))
    return frozenset(names)


def same_origin(origin: str, host: str, scheme: str) -> bool:
    """True when `origin` is the page of the server that is addressed as `host` over `scheme`.

    Before a proxy that ends TLS the browser says https where we see http, so http here accepts both.
    """
    theirs, separator, authority = origin.partition("://")
    if not separator or theirs not in _DEFAULT_PORTS or (scheme == "https" and theirs != "https"):
        return False
    left, right = parse_authority(authority), parse_authority(host)
    if left is None or right is None:
        return False
    default = _DEFAULT_PORTS[theirs]
    return (left[0], left[1] or default) == (right[0], right[1] or default)
