"""Every range that a download must not reach, and those that it may."""

from ipaddress import ip_network

import pytest

from workbench.datasets.addresses import allowed

REFUSED = {
    "this host": "0.0.0.0",
    "unspecified in IPv6": "::",
    "loopback": "127.0.0.1",
    "the end of loopback": "127.255.255.254",
    "loopback in IPv6": "::1",
    "private 10": "10.0.0.1",
    "private 172.16": "172.16.0.1",
    "the end of private 172": "172.31.255.255",
    "private 192.168": "192.168.1.1",
    "shared by carriers": "100.64.0.1",
    "link-local": "169.254.1.1",
    "metadata of clouds": "169.254.169.254",
    "metadata of clouds in IPv6": "fd00:ec2::254",
    "link-local in IPv6": "fe80::1",
    "link-local with its interface": "fe80::1%eth0",
    "unique local": "fc00::1",
    "unique local, second half": "fdff::1",
    "site-local": "fec0::1",
    "protocol assignments": "192.0.0.1",
    "documentation 1": "192.0.2.1",
    "documentation 2": "198.51.100.1",
    "documentation 3": "203.0.113.1",
    "documentation in IPv6": "2001:db8::1",
    "benchmarks": "198.18.0.1",
    "multicast": "224.0.0.1",
    "multicast, scoped": "239.255.255.250",
    "multicast in IPv6": "ff02::1",
    "multicast in IPv6, global": "ff0e::1",
    "reserved": "240.0.0.1",
    "broadcast": "255.255.255.255",
    "discard": "100::1",
    "mapped loopback": "::ffff:127.0.0.1",
    "mapped private": "::ffff:10.1.2.3",
    "mapped metadata": "::ffff:169.254.169.254",
    "compatible loopback": "::127.0.0.1",
    "NAT64 of private": "64:ff9b::10.1.2.3",
    "NAT64 of loopback": "64:ff9b::127.0.0.1",
    "NAT64 for local use": "64:ff9b:1::8.8.8.8",
    "6to4 of private": "2002:a01:203::1",
    "6to4": "2002:808:808::1",
    "Teredo": "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "no address": "example.com",
    "nothing": "",
}


class TestAllowed:
    @pytest.mark.parametrize("address", REFUSED.values(), ids=REFUSED)
    def test_refused(self, address: str) -> None:
        assert not allowed(address, ())

    @pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8"])
    def test_public(self, address: str) -> None:
        assert allowed(address, ())

    @pytest.mark.parametrize(
        ("network", "address"),
        [
            ("10.0.0.0/8", "10.1.2.3"),
            ("10.0.0.0/8", "::ffff:10.1.2.3"),
            ("127.0.0.0/8", "127.0.0.1"),
            ("::1/128", "::1"),
            ("fd00::/8", "fd00::1"),
        ],
    )
    def test_listed(self, network: str, address: str) -> None:
        assert allowed(address, [ip_network(network)])

    @pytest.mark.parametrize("address", ["10.128.0.1", "127.0.0.1", "::1", "::ffff:192.168.0.1"])
    def test_a_list_opens_nothing_else(self, address: str) -> None:
        assert not allowed(address, [ip_network("10.0.0.0/9"), ip_network("fd00::/8")])
