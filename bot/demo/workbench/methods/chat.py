"""chat.*: saying, changing and taking back."""

from bot.demo.workbench import wire
from bot.demo.workbench.directory import Channel
from bot.demo.workbench.errors import SlackError
from bot.demo.workbench.message import Draft, Json
from bot.demo.workbench.methods.context import Context

LONGEST_TEXT = 40_000  # a post is cut here
LONGEST_CHANGE = 4_000  # an update fails above


def post_message(context: Context) -> Json:
    arguments = context.arguments
    channel = context.writable_channel(arguments.required("channel"))
    draft = _draft(context, channel, metadata=context.metadata())
    said = context.workspace.post(draft)
    return {
        "channel": channel.id,
        "ts": said.ts,
        "message": wire.message(context.workspace, said, metadata=True),
    }


def post_ephemeral(context: Context) -> Json:
    arguments = context.arguments
    channel = context.writable_channel(arguments.required("channel"))
    user = arguments.required("user")
    if user not in channel.members:
        raise SlackError("user_not_in_channel")
    said = context.workspace.post(_draft(context, channel, only_for=user))
    return {"message_ts": said.ts}


def update(context: Context) -> Json:
    """Change an own message: text alone drops the blocks, metadata stays unless it is given."""
    old = context.own_message("cant_update_message")
    arguments = context.arguments
    text, shown = arguments.text("text"), context.blocks()
    if len(text) > LONGEST_CHANGE:
        raise SlackError("msg_too_long")
    if not text and not shown:
        raise SlackError("no_text")
    metadata = context.metadata()
    said = context.workspace.edit(
        old, text=text or old.text, blocks=shown, metadata=metadata or old.metadata
    )
    answer = wire.message(context.workspace, said, metadata=True)
    return {"channel": said.channel, "ts": said.ts, "text": said.text, "message": answer}


def delete(context: Context) -> Json:
    old = context.own_message("cant_delete_message")
    context.workspace.delete(old)
    return {"channel": old.channel, "ts": old.ts}


def get_permalink(context: Context) -> Json:
    channel = context.workspace.channels.get(context.arguments.required("channel"))
    ts = context.arguments.required("message_ts")
    if channel is None or (context.bot not in channel.members):
        raise SlackError("channel_not_found")
    said = context.workspace.find(channel.id, ts)
    if said is None or said.is_ephemeral:
        raise SlackError("message_not_found")
    thread = f"?thread_ts={said.thread_ts}&cid={channel.id}" if said.is_reply else ""
    link = f"{context.bench.url}/archives/{channel.id}/p{ts.replace('.', '')}{thread}"
    return {"channel": channel.id, "permalink": link}


def _draft(
    context: Context, channel: Channel, *, metadata: Json | None = None, only_for: str | None = None
) -> Draft:
    arguments, shown = context.arguments, context.blocks()
    text = arguments.text("text")[:LONGEST_TEXT]
    if not text and not shown:
        raise SlackError("no_text")
    return Draft(
        channel=channel.id,
        user=context.bot,
        text=text,
        blocks=shown,
        thread_ts=arguments.optional("thread_ts"),
        broadcast=arguments.flag("reply_broadcast") and bool(arguments.text("thread_ts")),
        metadata=metadata,
        only_for=only_for,
    )
