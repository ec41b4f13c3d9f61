"""Where a destination lies in Slack: channels by name or id, people by email."""

from collections.abc import Awaitable, Mapping

from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.notify.notification import Destination, SinkError, Via
from bot.slack import client
from bot.slack.settings import CHANNEL_ID

_PAGE = 200


class Channels:
    """Finds channel ids and remembers them. `people` maps emails to Slack user ids where addresses differ."""

    def __init__(self, web: AsyncWebClient, people: Mapping[str, str]) -> None:
        self._web = web
        self._people = {email.lower(): user for email, user in people.items()}
        self._found: dict[str, str] = {}

    async def find(self, destination: Destination) -> str:
        """The channel id of a destination; SinkError where there is none.

        Where Slack lists no channels to the bot, a name is given as it is: posting takes names too.
        """
        address = destination.address.strip()
        if destination.via is not Via.DM and CHANNEL_ID.fullmatch(address):
            return address
        key = f"{destination.via}:{address.lower()}"
        if key not in self._found:
            found = await (
                self._direct(address) if destination.via is Via.DM else self._named(address)
            )
            if found is None:
                return address
            self._found[key] = found
        return self._found[key]

    def forget(self, id_: str) -> None:
        """Looks the channel or the person up again next time: Slack no longer knows it under this id."""
        self._found = {key: known for key, known in self._found.items() if known != id_}

    async def _named(self, address: str) -> str | None:
        """The id behind a name; None where Slack lists no channels to the bot."""
        name, cursor = address.lstrip("#").lower(), ""
        while True:
            try:
                page = await _asked(
                    self._web.conversations_list(
                        types="public_channel,private_channel", limit=_PAGE, cursor=cursor or None
                    )
                )
            except SinkError as error:
                if error.retryable:
                    raise
                return None
            for channel in page["channels"]:
                if channel.get("name") == name:
                    return str(channel["id"])
            cursor = (page.get("response_metadata") or {}).get("next_cursor", "")
            if not cursor:
                raise SinkError(
                    f"Slack has no channel #{name} that the bot can see: check the name, or invite the bot",
                    retryable=False,
                )

    async def member(self, email: str) -> str:
        """The id of the person with that email; SinkError where Slack knows nobody."""
        key = f"member:{email.lower()}"
        if key not in self._found:
            self._found[key] = self._people.get(email.lower()) or await self._user(email)
        return self._found[key]

    async def _direct(self, email: str) -> str:
        user = await self.member(email)
        try:
            opened = await _asked(self._web.conversations_open(users=user))
        except SinkError:
            self.forget(user)
            raise
        return str(opened["channel"]["id"])

    async def _user(self, email: str) -> str:
        if "@" not in email:
            raise SinkError("Neo knows no email to find the person by", retryable=False)
        try:
            found = await _asked(self._web.users_lookupByEmail(email=email))
        except SinkError as error:
            if client.code(error) != "users_not_found":
                raise
            raise SinkError(
                f"Slack knows nobody with the email {email}: add them under `people`",
                retryable=False,
            ) from error
        return str(found["user"]["id"])


async def _asked(call: Awaitable[AsyncSlackResponse]) -> client.Json:
    """Slack's answer; where it was lost, nothing was posted for all that, so there is nothing to look for."""
    try:
        return await client.call(call)
    except SinkError as error:
        error.unsure = False
        raise
