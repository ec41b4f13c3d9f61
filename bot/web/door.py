"""What each of the two ports is opened with."""

from collections.abc import Callable
from dataclasses import dataclass, field

from bot import address
from bot.slack.settings import SlackSettings
from bot.store.database import Database
from bot.web.desk import Desk
from bot.web.in_force import InForce
from bot.web.settings import ServerSettings

INLINE = 1.5
"""Seconds after which an answer comes later: Slack waits for three, the way there and back included."""


@dataclass(frozen=True, slots=True)
class SlackDoor:
    """Requests of Slack: what they are signed with, and where answers that take longer may be sent."""

    desk: Desk
    secret: str = field(repr=False)
    app_id: str
    hosts: tuple[str, ...]
    inline: float = INLINE

    @classmethod
    def of(cls, desk: Desk, settings: SlackSettings) -> "SlackDoor | None":
        """None where there is no signing secret: with Socket Mode nothing comes over HTTP."""
        secret = settings.signing_secret.read() if settings.signing_secret else ""
        if not secret:
            return None
        return cls(desk, secret, settings.app_id, settings.response_hosts)


@dataclass(frozen=True, slots=True)
class AdminDoor:
    """The operator's port. Without a `token` it answers nobody, unless it is `local`."""

    database: Database
    in_force: Callable[[], InForce]
    token: str = field(repr=False)
    local: bool

    @classmethod
    def of(
        cls, database: Database, in_force: Callable[[], InForce], settings: ServerSettings
    ) -> "AdminDoor":
        token = settings.admin_token.read() if settings.admin_token else ""
        return cls(database, in_force, token, address.is_loopback(settings.admin_host))
