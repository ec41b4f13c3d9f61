import pytest
from pydantic import ValidationError

from bot.web.settings import ServerSettings


def test_only_slacks_port_is_open_to_others_by_default() -> None:
    found = ServerSettings()
    assert ("0.0.0.0", 8080, "127.0.0.1", 8081, None) == (
        found.host,
        found.port,
        found.admin_host,
        found.admin_port,
        found.admin_token,
    )


@pytest.mark.parametrize("keys", [{"port": 9, "admin_port": 9}, {"port": 8081}], ids=str)
def test_two_servers_cannot_share_a_port(keys: dict[str, int]) -> None:
    with pytest.raises(ValidationError, match="admin_port must be another one"):
        ServerSettings.model_validate(keys)


def test_any_free_port_can_be_asked_for_twice() -> None:
    found = ServerSettings.model_validate({"port": "0", "admin_port": "0"})
    assert (0, 0) == (found.port, found.admin_port)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.5", "bot.acme.test"])
def test_a_port_that_is_open_to_others_needs_a_token(host: str) -> None:
    with pytest.raises(
        ValidationError, match=r"set admin_token, or bind it to 127\.0\.0\.1"
    ) as caught:
        ServerSettings.model_validate({"admin_host": host})
    assert [("admin_token",)] == [error["loc"] for error in caught.value.errors()]
    found = ServerSettings.model_validate({"admin_host": host, "admin_token": "t"})
    assert host == found.admin_host


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_this_machine_s_own_port_needs_none(host: str) -> None:
    assert ServerSettings.model_validate({"admin_host": host}).admin_token is None


@pytest.mark.parametrize("port", ["-1", "65536", "http"])
def test_what_is_no_port_is_refused(port: str) -> None:
    with pytest.raises(ValidationError):
        ServerSettings.model_validate({"port": port})
