import ipaddress
import socket

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from typing_extensions import override

from bot.webhook import address


@pytest.mark.parametrize(
    "host",
    [
        pytest.param("127.0.0.1", id="loopback"),
        pytest.param("10.1.2.3", id="private"),
        pytest.param("172.16.0.1", id="private, class B"),
        pytest.param("192.168.1.1", id="private, class C"),
        pytest.param("100.64.0.1", id="shared by a provider"),
        pytest.param("169.254.169.254", id="a cloud's metadata"),
        pytest.param("0.0.0.0", id="unspecified"),
        pytest.param("255.255.255.255", id="broadcast"),
        pytest.param("224.0.0.1", id="multicast"),
        pytest.param("239.1.2.3", id="multicast of an organisation"),
        pytest.param("::1", id="IPv6 loopback"),
        pytest.param("[::1]", id="in brackets"),
        pytest.param("fe80::1%eth0", id="IPv6 link-local with its zone"),
        pytest.param("fd00::1", id="IPv6 private"),
        pytest.param("ff02::1", id="IPv6 multicast"),
        pytest.param("::ffff:10.0.0.1", id="private IPv4 mapped into IPv6"),
        pytest.param("2002:7f00:1::", id="loopback inside 6to4"),
        pytest.param("64:ff9b::a00:1", id="private IPv4 behind NAT64"),
        pytest.param("64:ff9b:1::7f00:1", id="a NAT64 of one's own"),
        pytest.param("::7f00:1", id="loopback in the old IPv4-compatible form"),
        pytest.param("::ffff:0:7f00:1", id="loopback translated"),
        pytest.param("fec0::1", id="IPv6 site-local"),
        pytest.param("2001:0:7f00:1::1", id="Teredo"),
        pytest.param("ff0e::1", id="IPv6 multicast of the world"),
        pytest.param("5f00::1", id="segment routing"),
        pytest.param("4000::1", id="not given out"),
        pytest.param("3fff::1", id="for documents"),
        pytest.param("240.0.0.1", id="reserved"),
        pytest.param("198.18.0.1", id="for measurements"),
        pytest.param("192.88.99.1", id="a relay of 6to4"),
        pytest.param("168.63.129.16", id="a cloud's wire server"),
    ],
)
def test_an_address_that_is_not_public_is_refused(host: str) -> None:
    with pytest.raises(address.PrivateAddressError):
        address.check(host)


@pytest.mark.parametrize(
    "host",
    [
        pytest.param("93.184.215.14", id="IPv4"),
        pytest.param("2606:2800:220:1:248:1893:25c8:1946", id="IPv6"),
        pytest.param("::ffff:8.8.8.8", id="public IPv4 mapped into IPv6"),
        pytest.param("64:ff9b::808:808", id="public IPv4 behind NAT64"),
        pytest.param("hooks.acme.test", id="a name, which the resolver judges"),
    ],
)
def test_a_public_address_passes(host: str) -> None:
    address.check(host)


async def test_a_name_that_leads_inside_is_refused() -> None:
    resolver = address.PublicResolver()
    with pytest.raises(address.PrivateAddressError):
        await resolver.resolve("localhost", 443)
    await resolver.close()


def test_every_private_network_is_known() -> None:
    private = [ipaddress.ip_network(net) for net in ("10.0.0.0/8", "192.168.0.0/16", "fc00::/7")]
    assert not any(address.is_public(net[1]) for net in private)


class Rebinding(AbstractResolver):
    """A name server that says something public first, and something private from then on."""

    def __init__(self) -> None:
        self.answers = ["93.184.215.14", "127.0.0.1"]

    @override
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = self.answers.pop(0)
        return [ResolveResult(hostname=host, host=found, port=port, family=2, proto=0, flags=0)]

    @override
    async def close(self) -> None:
        pass


async def test_a_name_that_changes_its_mind_is_judged_by_what_is_connected_to() -> None:
    resolver = address.PublicResolver(Rebinding())
    (found,) = await resolver.resolve("rebind.test", 443)
    assert "93.184.215.14" == found["host"]
    with pytest.raises(address.PrivateAddressError, match=r"127\.0\.0\.1"):
        await resolver.resolve("rebind.test", 443)
