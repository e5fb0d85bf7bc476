"""Which addresses a download may connect to: public ones, and those of networks that an administrator listed."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# RFC 6052: an IPv4 address in the last 32 bits, for networks that only have IPv6.
_NAT64 = IPv6Network("64:ff9b::/96")
# RFC 8215: the same for private use, with an address at a place that only its operator knows.
_NAT64_LOCAL = IPv6Network("64:ff9b:1::/48")


def allowed(text: str, networks: Iterable[Network]) -> bool:
    """Whether a numeric address may be connected to. False for what is no address."""
    try:
        address = ip_address(text)
    except ValueError:
        return False
    inner = _inner(address)
    candidates = [address] if inner is None else [address, inner]
    if any(one in network for network in networks for one in candidates if one.version == network.version):
        return True
    return all(_is_public(one) for one in candidates[-1:])


def _inner(address: Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 one stands for."""
    if isinstance(address, IPv4Address):
        return None
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return None


def _is_public(address: Address) -> bool:
    """Neither this machine, nor its networks, nor a special range; what tunnels to another address is none either."""
    if isinstance(address, IPv6Address) and (
        address.sixtofour is not None or address.teredo is not None or address.is_site_local or address in _NAT64_LOCAL
    ):
        return False
    special = (
        address.is_private,
        address.is_loopback,
        address.is_link_local,
        address.is_multicast,
        address.is_reserved,
        address.is_unspecified,
    )
    return address.is_global and not any(special)
