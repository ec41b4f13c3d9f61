"""Asks Slack what the bot may do, and whether what the configuration names is there. Every failure is a SinkError."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.notify.notification import Destination, SinkError
from bot.secret import Secret
from bot.slack import client, people, socket
from bot.slack.channels import Channels
from bot.slack.settings import CHANNEL_ID, SlackSettings

_SCOPE = re.compile(r"[\w:.-]+")
_DIRECT = "D"
"""Begins the id of a conversation with one person. It is the bot's own; to ask of it takes a scope that nothing else needs."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the token is. `scopes` is None where Slack does not tell them."""

    user: str
    name: str
    team: str
    scopes: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Place:
    """A channel, and the bot in it."""

    name: str
    is_member: bool
    is_archived: bool


class Probe:
    """Asks with the token of the configuration. `people` maps emails to Slack user ids."""

    def __init__(self, web: AsyncWebClient, people: Mapping[str, str]) -> None:
        self._web = web
        self._channels = Channels(web, people)

    @classmethod
    def of(
        cls, settings: SlackSettings, session: aiohttp.ClientSession, people: Mapping[str, str]
    ) -> "Probe":
        """Raises SinkError where the token cannot be read."""
        try:
            return cls(client.build(settings, session), people)
        except ValueError as error:
            raise SinkError(f"slack.bot_token: {error}", retryable=False) from error

    async def identity(self) -> Identity:
        answers: list[AsyncSlackResponse] = []

        async def asked() -> AsyncSlackResponse:
            answers.append(await self._web.auth_test())
            return answers[0]

        found = await client.call(asked())
        granted = answers[0].headers.get("x-oauth-scopes")
        return Identity(
            user=str(found.get("user_id", "")),
            name=str(found.get("user", "")),
            team=str(found.get("team", "")),
            scopes=None if granted is None else frozenset(_SCOPE.findall(granted)),
        )

    async def app_id(self, bot: Identity) -> str:
        """The app that the token belongs to; empty where Slack does not tell."""
        found = await client.call(self._web.users_info(user=bot.user))
        return str(found["user"].get("profile", {}).get("api_app_id", ""))

    async def place(self, destination: Destination) -> Place | None:
        """A channel; None where Slack lists no channels to the bot, so that a name leads nowhere."""
        channel = await self._channels.find(destination)
        if not CHANNEL_ID.fullmatch(channel):
            return None
        if channel.startswith(_DIRECT):
            return Place(channel, is_member=True, is_archived=False)
        found = (await client.call(self._web.conversations_info(channel=channel)))["channel"]
        return Place(
            name=str(found.get("name", channel)),
            is_member=bool(found.get("is_member")),
            is_archived=bool(found.get("is_archived")),
        )

    async def is_member(self, user: str) -> bool:
        """Whether a user id is that of a person who may use Slack now."""
        try:
            found = (await client.call(self._web.users_info(user=user)))["user"]
        except SinkError as error:
            if client.code(error) in people.UNKNOWN:
                return False
            raise
        return not people.is_nobody(found)

    async def size(self, group: str) -> int:
        """How many are in a user group."""
        found = await client.call(self._web.usergroups_users_list(usergroup=group))
        return len(found["users"])

    async def allow_socket(self, token: Secret) -> None:
        """Returns if Slack would open a connection of Socket Mode; none is opened."""
        try:
            value = token.read()
        except ValueError as error:
            raise SinkError(f"slack.app_token: {error}", retryable=False) from error
        await client.call(self._web.apps_connections_open(app_token=value), socket.MENDS)
