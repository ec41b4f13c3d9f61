"""Which addresses there are, and to which of them a credential may be sent."""

import pytest

from bot import address

LOCAL = {
    "127.0.0.1": True,
    "127.8.8.8": True,
    "::1": True,
    "localhost": True,
    "0.0.0.0": False,
    "::": False,
    "10.0.0.5": False,
    "bot.acme.test": False,
    "": False,
}


@pytest.mark.parametrize(("host", "expected"), LOCAL.items(), ids=LOCAL.keys())
def test_only_this_machine_s_own_addresses_are_local(host: str, expected: bool) -> None:
    assert expected is address.is_loopback(host)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://Alerts.acme.test:8443/secret", "alerts.acme.test"),
        ("https://①②⑦.0.0.1/", "127.0.0.1"),
        ("https://alerts.acme.test@[::1]/", "::1"),
        ("https://[::1", ""),
        ("alerts.acme.test", ""),
    ],
)
def test_a_host_is_what_a_connection_takes_for_it(url: str, expected: str) -> None:
    assert expected == address.host(url)


@pytest.mark.parametrize(
    "text", ["acme.test", "https://", "ftp://acme.test", "https://acme.test:port", "https://[", ""]
)
def test_what_is_no_address_is_answered_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected an address, such as https://a\.test"):
        address.read(text, "https://a.test")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" https://acme.test/api/ ", "https://acme.test/api"),
        ("http://127.0.0.1:9/api", "http://127.0.0.1:9/api"),
        ("http://[::1]:9", "http://[::1]:9"),
    ],
)
def test_a_credential_goes_where_nobody_reads_along(text: str, expected: str) -> None:
    assert expected == address.for_credentials(text, "")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("http://acme.test", "use https", id="http over the network"),
        pytest.param("http://10.0.0.1", "use https", id="http to a private address"),
        pytest.param("https://u:p@acme.test", "does not belong", id="a password in it"),
        pytest.param("https://u@acme.test", "does not belong", id="a user in it"),
        pytest.param("https://acme.test/?a=1", "no query", id="a query"),
        pytest.param("https://acme.test/#a", "no query and no fragment", id="a fragment"),
    ],
)
def test_a_credential_goes_nowhere_else(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        address.for_credentials(text, "")
