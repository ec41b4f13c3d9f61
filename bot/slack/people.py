"""Who asks: a Slack user's email, and whether they are an admin. Who is not known for sure is nobody."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from slack_sdk.web.async_client import AsyncWebClient

from bot.notify.notification import SinkError
from bot.slack import client

log = logging.getLogger(__name__)

FRESH = timedelta(minutes=5)

UNKNOWN = ("user_not_found", "user_not_visible")
"""What Slack says of a user id that is nobody's."""


@dataclass(frozen=True, slots=True)
class Person:
    """A member of our workspace. `email` is in lower case, None when Slack shows none; `zone` is an IANA name, empty when Slack shows none.

    `teams` are the workspaces that they are of; in an Enterprise Grid organisation one can be at home in another than ours.
    """

    id: str
    email: str | None
    zone: str
    teams: tuple[str, ...] = ()


class Directory:
    """Looks people up and remembers them for five minutes. SinkError where Slack does not answer."""

    def __init__(
        self, web: AsyncWebClient, admins: Sequence[str], people: Mapping[str, str]
    ) -> None:
        self._web = web
        self._admins = frozenset(each for each in admins if not each.startswith("S"))
        self._groups = tuple(each for each in admins if each.startswith("S"))
        self._emails = {user: email.lower() for email, user in people.items()}
        self._known: dict[str, tuple[datetime, Person | None]] = {}
        self._members: dict[str, tuple[datetime, frozenset[str]]] = {}
        self._team = ""

    async def person(self, user: str, now: datetime) -> Person | None:
        """The member behind a Slack user id; None for bots, deactivated people and people of other teams."""
        known = self._known.get(user)
        if known is None or now - known[0] >= FRESH:
            known = self._known[user] = (now, await self._look_up(user))
        return known[1]

    async def is_admin(self, user: str, now: datetime) -> bool:
        """Whether the configuration names them, or a user group that they are in."""
        if user in self._admins:
            return True
        for group in self._groups:
            if user in await self._group(group, now):
                return True
        return False

    async def _look_up(self, user: str) -> Person | None:
        try:
            found = (await client.call(self._web.users_info(user=user)))["user"]
        except SinkError as error:
            if client.code(error) in UNKNOWN:
                return None
            raise
        own = await self.team()
        teams = _teams(found) or (own,)
        if is_nobody(found) or own not in teams:
            return None
        email = self._emails.get(user) or found.get("profile", {}).get("email") or ""
        return Person(user, email.lower() or None, found.get("tz") or "", teams)

    async def _group(self, group: str, now: datetime) -> frozenset[str]:
        known = self._members.get(group)
        if known is None or now - known[0] >= FRESH:
            known = self._members[group] = (now, await self._members_of(group))
        return known[1]

    async def _members_of(self, group: str) -> frozenset[str]:
        """Nobody, where Slack will never tell: one group that is gone must not keep everyone from an answer."""
        try:
            answer = await client.call(self._web.usergroups_users_list(usergroup=group))
        except SinkError as error:
            if error.retryable:
                raise
            log.warning(
                "a user group of slack.admins cannot be read",
                extra={"group": group, "error": str(error)},
            )
            return frozenset()
        return frozenset(answer["users"])

    async def team(self) -> str:
        """The workspace that the bot belongs to."""
        if not self._team:
            self._team = str((await client.call(self._web.auth_test()))["team_id"])
        return self._team


def _teams(user: client.Json) -> tuple[str, ...]:
    """Where they are at home, and in an Enterprise Grid organisation all workspaces that they are in, as far as Slack says."""
    everywhere = (user.get("enterprise_user") or {}).get("teams") or []
    return tuple(filter(None, (user.get("team_id"), *everywhere)))


def is_nobody(user: client.Json) -> bool:
    """Whether it is no person who may use Slack now."""
    return any(user.get(mark) for mark in ("is_bot", "is_stranger", "deleted", "is_workflow_bot"))
