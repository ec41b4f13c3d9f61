"""Sends notifications to Slack, edits what was sent, and finds what may have been sent.

Slack has no idempotency: every post carries its notification's id as metadata, and after a lost reply or a crash the
bot looks for that id before it posts again.
"""

import logging
import re
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial

from slack_sdk.errors import SlackRequestError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.notify.notification import (
    Body,
    Destination,
    Notification,
    Picture,
    Receipt,
    SinkError,
    Via,
)
from bot.slack import blocks, client, render, text
from bot.slack.blocks import Message
from bot.slack.channels import Channels
from bot.slack.refusal import Sort

log = logging.getLogger(__name__)

EVENT = "neo_budget"
CLOCKS = timedelta(seconds=60)  # how far our clock and Slack's may part
_PAGE = 200
_ALT = 1000
"""How much Slack takes of the words for those who do not see a picture."""

_FILE = re.compile(r"[^A-Za-z0-9_-]+(?=.*\.)|[^A-Za-z0-9_.-]+")
"""What a file name does without."""

_NO_CHANNEL = "channel_not_found"
"""It may be there under another id, or come back."""

_TOO_LONG = "msg_too_long"
"""An edit of that length becomes a fresh post; a post of it is said in words alone."""

_UNREADABLE = frozenset(
    {
        _NO_CHANNEL,
        "missing_scope",
        "not_in_channel",
        "thread_not_found",
        "message_not_found",
    }
)


class SlackSink:
    """One workspace. Every failure is a SinkError; nothing is retried in here."""

    def __init__(
        self,
        web: AsyncWebClient,
        channels: Channels,
        is_admin: Callable[[str], Awaitable[bool]],
        command: str = "/neo-budget",
    ) -> None:
        """`is_admin` says of the id of a person whether they are one now."""
        self._web = web
        self._channels = channels
        self._is_admin = is_admin
        self._command = command

    async def post(self, notification: Notification) -> Receipt:
        """Posts a message, or a reply in its parent's thread, and says where it is."""
        channel = await self._place(notification)
        draw = render.reply if notification.parent else render.post
        only = await self._only(notification.destination)
        message = blocks.late(draw(notification.body, self._command, only), notification.late)
        send = partial(
            self._web.chat_postMessage,
            channel=channel,
            text=message.text,
            metadata={"event_type": EVENT, "event_payload": _marks(notification)},
            unfurl_links=False,
            unfurl_media=False,
            thread_ts=notification.parent.ts if notification.parent else None,
            reply_broadcast=notification.broadcast if notification.parent else None,
        )
        try:
            answer = await _said(send, message, _TOO_LONG)
        except SinkError as error:
            if client.code(error) == _NO_CHANNEL:
                self._channels.forget(channel)
            raise
        return Receipt(str(answer["channel"]), str(answer["ts"]))

    async def edit(self, destination: Destination, receipt: Receipt, body: Body) -> bool:
        """Brings a message up to date, which notifies nobody; False where it can never be edited again."""
        message = render.post(body, self._command, await self._only(destination))
        send = partial(
            self._web.chat_update, channel=receipt.channel, ts=receipt.ts, text=message.text
        )
        try:
            await _said(send, message)
        except SinkError as error:
            if client.sort(error) is Sort.AFRESH or client.code(error) == _NO_CHANNEL:
                return False
            raise
        return True

    async def attach(self, receipt: Receipt, picture: Picture) -> None:
        """Uploads a picture into the thread of a message. Slack has no way to say it twice and be heard once."""
        try:
            await client.call(
                self._web.files_upload_v2(
                    filename=_FILE.sub("-", picture.name)[-blocks.NAME :],
                    content=picture.png,
                    title=text.plain(picture.title, blocks.TITLE),
                    alt_txt=text.plain(picture.alt, _ALT),
                    channel=receipt.channel,
                    thread_ts=receipt.ts,
                )
            )
        except SinkError as error:
            if not isinstance(error.__cause__, SlackRequestError):
                raise
            # The bytes were refused before the upload was completed: nothing is to be seen yet.
            words = f"Slack did not take the file{_status(error.__cause__)}"
            raise SinkError(words, retryable=True) from error

    async def find(self, notification: Notification, since: datetime) -> Receipt | None:
        """The message that carries the notification's id, if it was posted after `since`.

        Where the notification is wary, the newest that is about the same. History may lag behind: None is not yet a proof. It is also the answer where the bot may not read the channel.
        """
        channel, cursor = await self._place(notification), ""
        while True:
            try:
                page = await self._look(channel, notification, since, cursor)
            except SinkError as error:
                if client.code(error) in _UNREADABLE:
                    return None
                raise
            for message in page["messages"]:
                if _is_it(notification, message):
                    return Receipt(channel, str(message["ts"]))
            cursor = (page.get("response_metadata") or {}).get("next_cursor", "")
            if not cursor:
                return None

    async def _look(
        self, channel: str, notification: Notification, since: datetime, cursor: str
    ) -> client.Json:
        """One page of the channel, or of the thread: history leaves replies out."""
        oldest = f"{(since - CLOCKS).timestamp():.6f}"
        asked = (
            self._web.conversations_replies(
                channel=channel,
                ts=notification.parent.ts,
                oldest=oldest,
                inclusive=True,
                include_all_metadata=True,
                limit=_PAGE,
                cursor=cursor or None,
            )
            if notification.parent
            else self._web.conversations_history(
                channel=channel,
                oldest=oldest,
                inclusive=True,
                include_all_metadata=True,
                limit=_PAGE,
                cursor=cursor or None,
            )
        )
        return await client.call(asked)

    async def _only(self, destination: Destination) -> str:
        """The email of who alone reads what goes there, unless that is known to be an admin: nobody is offered what is refused."""
        if destination.via is not Via.DM:
            return ""
        try:
            is_admin = await self._is_admin(await self._channels.member(destination.address))
        except SinkError:
            return destination.address
        return "" if is_admin else destination.address

    async def _place(self, notification: Notification) -> str:
        if notification.parent:
            return notification.parent.channel
        return await self._channels.find(notification.destination)


async def _said(
    send: Callable[..., Awaitable[AsyncSlackResponse]], message: Message, *codes: str
) -> client.Json:
    """Sends a message. What Slack does not take in blocks is said in words alone, better than not at all.

    `codes` are those by which Slack refuses the blocks of this call only.
    """
    try:
        return await client.call(send(blocks=message.blocks))
    except SinkError as error:
        if client.sort(error) is not Sort.WORDS and client.code(error) not in codes:
            raise
        fields = {"error": str(error), "text": message.text}
        log.warning("Slack refuses the blocks of a message: its words go alone", extra=fields)
    return await client.call(send(blocks=[]))


def _marks(notification: Notification) -> client.Json:
    about = {"about": notification.about} if notification.about else {}
    return {"key": notification.id, **about}


def _is_it(notification: Notification, message: client.Json) -> bool:
    metadata = message.get("metadata") or {}
    if metadata.get("event_type") != EVENT:
        return False
    marks = metadata.get("event_payload") or {}
    alike = notification.wary and bool(notification.about)
    return marks.get("key") == notification.id or (
        alike and marks.get("about") == notification.about
    )


def _status(refusal: SlackRequestError) -> str:
    """slack-sdk tells the status of an upload in a sentence only, beside what came with it."""
    found = re.search(r"\(status: (\d+),", str(refusal))
    return f": status {found[1]}" if found else ""
