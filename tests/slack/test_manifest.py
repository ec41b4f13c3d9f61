from bot.demo.workbench import acme
from bot.slack import manifest
from bot.slack.settings import Transport


def test_the_command_names_the_address() -> None:
    made = manifest.manifest("/neo", url="https://bot.acme.test/")
    [slash] = made["features"]["slash_commands"]
    assert ("/neo", "https://bot.acme.test/slack/commands") == (slash["command"], slash["url"])
    assert slash["should_escape"]
    assert not made["settings"]["socket_mode_enabled"]


def test_without_an_address_an_example_stands_there() -> None:
    [slash] = manifest.manifest("/neo")["features"]["slash_commands"]
    assert "https://bot.example.com/slack/commands" == slash["url"]


def test_with_socket_mode_there_is_no_address() -> None:
    made = manifest.manifest("/neo", Transport.SOCKET)
    [slash] = made["features"]["slash_commands"]
    assert "url" not in slash
    assert made["settings"]["socket_mode_enabled"]


def test_the_scopes_are_those_that_the_bot_uses() -> None:
    scopes = manifest.manifest("/neo")["oauth_config"]["scopes"]["bot"]
    assert sorted(scopes) == scopes
    assert acme.SCOPES == set(scopes)


def test_slack_s_limits_are_kept() -> None:
    made = manifest.manifest("/" + "x" * 31)
    [slash] = made["features"]["slash_commands"]
    assert len(made["display_information"]["name"]) <= 35
    assert len(made["display_information"]["description"]) <= 140
    assert len(slash["usage_hint"]) <= 1000
    assert len(slash["description"]) <= 2000
