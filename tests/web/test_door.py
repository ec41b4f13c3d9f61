"""Which ports open at all, and that no secret shows."""

from collections.abc import Mapping
from typing import Any

import pytest

from bot.counts import Counts
from bot.secret import Secret
from bot.slack.settings import SlackSettings
from bot.store.database import Database
from bot.web.desk import Desk
from bot.web.door import AdminDoor, SlackDoor
from bot.web.settings import ServerSettings
from tests.web import office

COUNTS = Counts(lambda: office.NOW)


def test_a_signing_secret_opens_slack_s_door(desk: Desk, settings: SlackSettings) -> None:
    door = SlackDoor.of(desk, settings, COUNTS)

    assert "workbench-signing-secret" == door.secret
    assert ("A0NEOBOT", ("127.0.0.1",)) == (door.app_id, door.hosts)


SOCKET: dict[str, Mapping[str, Any]] = {
    "no signing secret": {},
    "an empty signing secret": {"signing_secret": Secret("${NOTHING:-}")},
    "a signing secret that is not needed": {"signing_secret": Secret("s")},
}


@pytest.mark.parametrize("secrets", SOCKET.values(), ids=SOCKET.keys())
def test_with_socket_mode_nothing_counts_as_signed(desk: Desk, secrets: Mapping[str, Any]) -> None:
    settings = SlackSettings(bot_token=Secret("xoxb-1"), app_token=Secret("xapp-1"), **secrets)

    assert "" == SlackDoor.of(desk, settings, COUNTS).secret


@pytest.mark.parametrize(("host", "expected"), [("localhost", True), ("0.0.0.0", False)])
def test_only_this_machine_s_own_port_is_local(
    database: Database, host: str, expected: bool
) -> None:
    settings = ServerSettings(admin_host=host, admin_token=Secret("t"))
    door = AdminDoor.of(database, office.in_force, settings)

    assert expected is door.local


def test_secrets_do_not_show(desk: Desk, settings: SlackSettings, database: Database) -> None:
    server = ServerSettings(admin_token=Secret("open-sesame"))
    admin = AdminDoor.of(database, office.in_force, server)

    assert "open-sesame" == admin.token
    assert "open-sesame" not in repr(admin)
    assert "workbench-signing-secret" not in repr(SlackDoor.of(desk, settings, COUNTS))
