import ast
from collections.abc import Iterator
from pathlib import Path

from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.workbench import acme
from bot.demo.workbench.methods import table
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


NEEDED: dict[str, set[str]] = {
    "apps_connections_open": set(),  # with the app-level token
    "auth_test": set(),
    "chat_postMessage": {"chat:write"},
    "chat_update": {"chat:write"},
    "conversations_history": {"channels:history", "groups:history", "im:history"},
    "conversations_info": {"channels:read", "groups:read"},
    "conversations_list": {"channels:read", "groups:read"},
    "conversations_open": {"im:write"},
    "conversations_replies": {"channels:history", "groups:history", "im:history"},
    "files_upload_v2": {"files:write"},
    "usergroups_users_list": {"usergroups:read"},
    "users_info": {"users:read", "users:read.email"},
    "users_lookupByEmail": {"users:read.email"},
}
"""The scopes that each method of Slack's needs, where the bot calls it: in channels, and in direct messages of its own."""


METHODS = {name for name in dir(AsyncWebClient) if "_" in name.strip("_") and name[0] != "_"}


def called() -> Iterator[str]:
    """The methods of Slack's API that the code names; slack-sdk is used in one folder alone."""
    for file in sorted(Path(manifest.__file__).parent.glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in METHODS:
                yield node.attr


def test_the_scopes_are_those_of_the_methods_that_are_called() -> None:
    assert NEEDED.keys() == set(called())
    assert manifest.SCOPES.keys() == {"commands"}.union(*NEEDED.values())


def test_the_workbench_asks_for_the_same_scopes() -> None:
    for name, needed in NEEDED.items():
        method = table.METHODS.get(name.replace("_", "."))
        assert method is None or needed.issuperset(method.scopes)


def test_people_can_be_written_to() -> None:
    assert manifest.manifest("/neo")["features"]["app_home"]["messages_tab_enabled"]


def test_slack_s_limits_are_kept() -> None:
    made = manifest.manifest("/" + "x" * 31)
    [slash] = made["features"]["slash_commands"]
    assert len(made["display_information"]["name"]) <= 35
    assert len(made["display_information"]["description"]) <= 140
    assert len(slash["usage_hint"]) <= 1000
    assert len(slash["description"]) <= 2000
