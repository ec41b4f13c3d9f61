"""Keeps webhooks to public addresses: what is connected to is what was checked."""

import ipaddress
import socket

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
_CLOSED = tuple(
    ipaddress.ip_network(each)
    for each in (
        "168.63.129.16/32",  # what a machine in Azure asks about itself, at a public address
        "192.88.99.0/24",  # relays of 6to4, long gone
        "3fff::/20",  # for documents; Python 3.11 does not know it
    )
)


class PrivateAddressError(OSError):
    """A webhook leads to an address that is not public."""


class PublicResolver(AbstractResolver):
    """Resolves names and refuses those with any address that is not public, so that no answer can be chosen later."""

    def __init__(self, inner: AbstractResolver | None = None) -> None:
        self._inner = inner or ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        for each in found:
            check(each["host"])
        return found

    async def close(self) -> None:
        await self._inner.close()


def check(host: str) -> None:
    """Raises PrivateAddressError for an IP address that is not public; a name is the resolver's business."""
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return
    if not is_public(address):
        raise PrivateAddressError(f"{host} is not a public address")


def is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether it belongs to the internet; IPv4 inside IPv6 is judged as what it leads to."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
        if inner is not None:
            return is_public(inner)
        if address not in _GLOBAL_UNICAST:
            return False
    closed = address.is_multicast or any(address in network for network in _CLOSED)
    return address.is_global and not closed


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


async def resolved(host: str, *, private: bool) -> list[str]:
    """The IP addresses of a host. Raises OSError: PrivateAddressError for one that is not public, unless those are allowed."""
    if not private:
        check(host)
    if _is_address(host):
        return [host]
    resolver = ThreadedResolver() if private else PublicResolver()
    try:
        return sorted({each["host"] for each in await resolver.resolve(host)})
    finally:
        await resolver.close()
