"""conversations.*: which channels there are, who is in them, what was said."""

import dataclasses

from bot.demo.workbench import paging, wire
from bot.demo.workbench.directory import Channel, Kind
from bot.demo.workbench.errors import SlackError, invalid_arguments
from bot.demo.workbench.message import Json, Message
from bot.demo.workbench.methods.context import PREFIX_OF, Context

MOST_OPENED = 8


def list_all(context: Context) -> Json:
    arguments, workspace = context.arguments, context.workspace
    kinds = arguments.text("types", Kind.PUBLIC).split(",")
    if not set(kinds) <= {*Kind, "mpim"}:
        raise SlackError("invalid_types")
    for kind in kinds:
        context.need(f"{PREFIX_OF[Kind(kind)] if kind in PREFIX_OF else 'mpim'}:read")
    shown = [
        channel
        for channel in workspace.channels.values()
        if channel.kind in kinds
        and (channel.kind is Kind.PUBLIC or context.bot in channel.members)
        and not (channel.is_archived and arguments.flag("exclude_archived"))
    ]
    page, cursor = paging.page(shown, arguments, key=lambda channel: channel.id)
    return {"channels": [wire.channel(workspace, each) for each in page], **_next(cursor)}


def info(context: Context) -> Json:
    channel = context.known_channel(context.arguments.required("channel"), verb="read")
    return {"channel": wire.channel(context.workspace, channel)}


def members(context: Context) -> Json:
    channel = context.known_channel(context.arguments.required("channel"), verb="read")
    page, cursor = paging.page(sorted(channel.members), context.arguments, key=str)
    return {"members": page, **_next(cursor)}


def join(context: Context) -> Json:
    channel = context.workspace.channels.get(context.arguments.required("channel"))
    if channel is None:
        raise SlackError("channel_not_found")
    if channel.kind is not Kind.PUBLIC:
        raise SlackError("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise SlackError("is_archived")
    joined = dataclasses.replace(channel, members=channel.members | {context.bot})
    context.workspace.set_channel(joined)
    return {"channel": wire.channel(context.workspace, joined)}


def open_direct(context: Context) -> Json:
    users = [name for name in context.arguments.required("users").split(",") if name]
    people = context.workspace.people
    if not all(name in people for name in users):
        raise SlackError("user_not_found")
    if any(people[name].is_deleted for name in users):
        raise SlackError("user_disabled")
    if len(users) != 1:
        raise SlackError(
            "too_many_users" if len(users) > MOST_OPENED else "missing_scope",
            {"needed": "mpim:write"},
        )
    channel = context.workspace.open_direct(users[0])
    shown: Json = {"id": channel.id}
    return {
        "channel": wire.channel(context.workspace, channel)
        if context.arguments.flag("return_im")
        else shown
    }


def history(context: Context) -> Json:
    """Give what the channel shows, newest first: replies only where they were broadcast."""
    channel = context.readable_channel()
    said = _within(context, context.workspace.messages(channel.id))
    shown = context.bench.mischief.seen(reversed(said))
    page, cursor = paging.page(shown, context.arguments, key=lambda each: each.ts)
    return {
        **_messages(context, page),
        "has_more": bool(cursor),
        "pin_count": 0,
        **(_next(cursor) if cursor else {}),
    }


def replies(context: Context) -> Json:
    """Give a thread, oldest first, its first message always with it."""
    channel = context.readable_channel()
    named = _find(context, channel, context.arguments.required("ts"))
    root = _find(context, channel, named.thread_ts) if named.is_reply and named.thread_ts else named
    shown = context.bench.mischief.seen(
        _within(context, context.workspace.thread(channel.id, root.ts))
    )
    page, cursor = paging.page(
        [root, *shown], context.arguments, key=lambda each: each.ts, default=999
    )
    return {
        **_messages(context, page),
        "has_more": bool(cursor),
        **(_next(cursor) if cursor else {}),
    }


def _find(context: Context, channel: Channel, ts: str) -> Message:
    said = context.workspace.find(channel.id, ts)
    if said is None or said.is_ephemeral:
        raise SlackError("thread_not_found")
    return said


def _within(context: Context, said: list[Message]) -> list[Message]:
    oldest, latest = _ts(context, "oldest", 0), _ts(context, "latest", 2**63)
    if context.arguments.flag("inclusive"):
        return [each for each in said if oldest <= _ticks(each.ts) <= latest]
    return [each for each in said if oldest < _ticks(each.ts) < latest]


def _ts(context: Context, name: str, default: int) -> int:
    value = context.arguments.optional(name)
    try:
        return default if value is None else _ticks(value)
    except ValueError:
        raise invalid_arguments(f"must be a timestamp [json-pointer:/{name}]") from None


def _ticks(ts: str) -> int:
    """Give a ts in microseconds, exactly: it has more digits than a float holds."""
    seconds, _, micros = ts.partition(".")
    return int(seconds) * 1_000_000 + int(micros[:6].ljust(6, "0"))


def _messages(context: Context, page: list[Message]) -> Json:
    with_metadata = context.arguments.flag("include_all_metadata")
    return {
        "messages": [wire.message(context.workspace, each, metadata=with_metadata) for each in page]
    }


def _next(cursor: str) -> Json:
    return {"response_metadata": {"next_cursor": cursor}}
