"""Addresses that the configuration names: what one looks like, and to which of them a credential may be sent."""

import ipaddress
from urllib.parse import SplitResult, urlsplit

import yarl


def is_loopback(host: str) -> bool:
    """Whether a host, by name or by IP address, is this machine."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def host(url: str) -> str:
    """The host as a connection will know it, empty where there is none; of an address only this may be told.

    A connection takes `①②⑦.0.0.1` for an IP address, about which it asks no resolver.
    """
    try:
        return yarl.URL(url).host or ""
    except ValueError:
        return ""


def read(text: str, example: str) -> SplitResult:
    """The parts of an http or https address with a host; ValueError that shows an example if it is none."""
    try:
        parts = urlsplit(text.strip())
        _ = parts.port  # one that is no number raises here
    except ValueError:
        parts = SplitResult("", "", "", "", "")
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise ValueError(f"expected an address, such as {example}")
    return parts


def for_credentials(text: str, example: str) -> str:
    """The address, if a credential may be sent to it: https, or http on this machine, and nothing but a path behind."""
    parts = read(text, example)
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        raise ValueError("http would show the credential on the way: use https")
    if parts.username is not None or parts.password is not None:
        raise ValueError(
            "a credential does not belong into the address: it has a setting of its own"
        )
    if parts.query or parts.fragment:
        raise ValueError("the address may have no query and no fragment")
    return text.strip().rstrip("/")
