import pytest
from pydantic import ValidationError

from bot.slack.settings import SlackSettings, Transport

TOKENS = {"bot_token": "b", "signing_secret": "s"}


def test_slack_needs_little() -> None:
    found = SlackSettings.model_validate(TOKENS)
    assert ("/neo-budget", "https://slack.com/api/", ("hooks.slack.com",), (), "") == (
        found.command,
        found.api_url,
        found.response_hosts,
        found.admins,
        found.app_id,
    )


@pytest.mark.parametrize("key", ["signing_secret", "app_token"])
def test_one_transport_is_enough(key: str) -> None:
    found = SlackSettings.model_validate({"bot_token": "b", key: "s"})
    assert {"bot_token", key} == found.model_fields_set


def test_an_app_token_means_socket_mode() -> None:
    assert Transport.HTTP is SlackSettings.model_validate(TOKENS).transport
    both = SlackSettings.model_validate({**TOKENS, "app_token": "xapp-1"})
    assert Transport.SOCKET is both.transport


def test_without_a_transport_there_is_no_slack() -> None:
    with pytest.raises(ValidationError, match="slack needs signing_secret"):
        SlackSettings.model_validate({"bot_token": "b"})


def test_the_api_address_ends_in_a_slash() -> None:
    found = SlackSettings.model_validate({**TOKENS, "api_url": "http://127.0.0.1:9/api"})
    assert "http://127.0.0.1:9/api/" == found.api_url


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("api_url", "ftp://slack.com"),
        ("api_url", "https://"),
        ("api_url", "http://slack.acme.test/api/"),
        ("api_url", "https://u:p@slack.com/api/"),
        ("api_url", "https://slack.com/api/?x=1"),
        ("command", "neo-budget"),
        ("command", "/Neo Budget"),
        ("admins", ["ana"]),
        ("admins", ["C0123ABCD"]),
        ("response_hosts", []),
        ("response_hosts", ["https://hooks.slack.com"]),
        ("response_hosts", ["hooks.slack.com/"]),
        ("response_hosts", ["*.slack.com"]),
        ("response_hosts", ["hooks.slack.com:"]),
        ("response_hosts", [""]),
        ("token", "x"),
    ],
    ids=str,
)
def test_what_slack_cannot_use_is_refused(key: str, value: object) -> None:
    with pytest.raises(ValidationError) as caught:
        SlackSettings.model_validate({**TOKENS, key: value})
    assert {key} == {str(error["loc"][0]) for error in caught.value.errors()}


@pytest.mark.parametrize("host", ["Hooks.Slack.com", "hooks.slack.com:8443", "127.0.0.1"])
def test_answers_go_to_a_host_or_a_host_with_its_port(host: str) -> None:
    found = SlackSettings.model_validate({**TOKENS, "response_hosts": [host]})
    assert (host.lower(),) == found.response_hosts


def test_no_error_shows_a_secret() -> None:
    with pytest.raises(ValidationError) as caught:
        SlackSettings.model_validate({"bot_token": "xoxb-1-value", "admins": ["x"]})
    assert "xoxb-1-value" not in str(caught.value)
