"""Who and what is in a workspace before anyone speaks: team, app, people, groups, channels."""

from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What sort of conversation a channel is."""

    PUBLIC = "public_channel"
    PRIVATE = "private_channel"
    DIRECT = "im"


@dataclass(frozen=True, slots=True)
class Team:
    """A workspace of Slack, and its part of slack.com."""

    id: str
    domain: str
    name: str


@dataclass(frozen=True, slots=True)
class Person:
    """A user of Slack; `handle` is what is typed after an `@`.

    `team_id` is the workspace that they are at home in. In an Enterprise Grid organisation `teams` are all that they are in.
    """

    id: str
    handle: str
    real_name: str
    email: str | None = None
    title: str = ""
    zone: str = "Europe/Berlin"
    team_id: str | None = None  # None: the workspace's own team
    teams: tuple[str, ...] = ()
    is_admin: bool = False
    is_bot: bool = False
    is_deleted: bool = False


@dataclass(frozen=True, slots=True)
class UserGroup:
    """People who are addressed, or trusted, together."""

    id: str
    handle: str
    name: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Channel:
    """A conversation; `members` are user ids."""

    id: str
    name: str
    kind: Kind
    members: frozenset[str]
    topic: str = ""
    is_archived: bool = False


@dataclass(frozen=True, slots=True)
class App:
    """The installed app: the bot under test."""

    id: str
    name: str
    user_id: str
    bot_id: str
    token: str
    signing_secret: str
    scopes: frozenset[str]
    commands: tuple[str, ...] = ("/neo-budget",)
    should_escape: bool = True
    app_token: str = ""
    verification_token: str = "legacy-verification"  # noqa: S105  a field that Slack still sends; nobody trusts it


@dataclass(frozen=True, slots=True)
class Directory:
    """Everything that is there at the start."""

    team: Team
    app: App
    people: tuple[Person, ...]
    channels: tuple[Channel, ...]
    groups: tuple[UserGroup, ...] = ()
    other_teams: tuple[Team, ...] = field(default=())
