"""What each of the two ports is opened with."""

from collections.abc import Callable
from dataclasses import dataclass, field

from bot import address
from bot.counts import Counts
from bot.slack.settings import SlackSettings, Transport
from bot.slack.socket import Socket
from bot.store.database import Database
from bot.web.allowance import Allowance
from bot.web.desk import Desk
from bot.web.in_force import InForce
from bot.web.settings import ServerSettings

INLINE = 1.5
"""Seconds after which an answer comes later: Slack waits for three, the way there and back included."""


@dataclass(frozen=True, slots=True)
class SlackDoor:
    """Requests of Slack: what they are signed with, and where answers that take longer may be sent.

    Without a `secret` nothing comes over HTTP. `allowance` is of those who ask.
    """

    desk: Desk
    secret: str = field(repr=False)
    app_id: str
    hosts: tuple[str, ...]
    counts: Counts
    inline: float = INLINE
    allowance: Allowance = field(default_factory=Allowance)

    @classmethod
    def of(cls, desk: Desk, settings: SlackSettings, counts: Counts) -> "SlackDoor":
        signed = settings.signing_secret if settings.transport is Transport.HTTP else None
        secret = "" if signed is None else signed.read()
        return cls(desk, secret, settings.app_id, settings.response_hosts, counts)


@dataclass(frozen=True, slots=True)
class AdminDoor:
    """The operator's port. Without a `token` it answers nobody, unless it is `local`.

    `counts` are what the bot did since its start. `socket` is the connection to Slack where commands come over one.
    """

    database: Database
    in_force: Callable[[], InForce]
    token: str = field(repr=False)
    local: bool
    socket: Socket | None = None
    counts: Counts | None = None

    @classmethod
    def of(
        cls,
        database: Database,
        in_force: Callable[[], InForce],
        settings: ServerSettings,
        socket: Socket | None = None,
        counts: Counts | None = None,
    ) -> "AdminDoor":
        token = "" if settings.admin_token is None else settings.admin_token.read()
        local = address.is_loopback(settings.admin_host)
        return cls(database, in_force, token, local, socket, counts)
