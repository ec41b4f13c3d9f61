"""Every method of this Web API: what runs it, the scopes it needs, how often it may be called."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.demo.workbench import blocks
from bot.demo.workbench.errors import SlackError, invalid_arguments
from bot.demo.workbench.limits import Tier
from bot.demo.workbench.message import Json
from bot.demo.workbench.methods import chat, conversations, files, people
from bot.demo.workbench.methods.context import Context


@dataclass(frozen=True, slots=True)
class Method:
    """An entry of the table below."""

    run: Callable[[Context], Json]
    tier: Tier
    scopes: tuple[str, ...] = ()
    by_app: bool = False  # called with the app-level token


def validate_blocks(context: Context) -> Json:
    """Slack's own validator: pointers without the leading /blocks."""
    arguments = context.arguments
    given = [name for name in ("blocks", "message", "view") if name in arguments.values]
    if given not in (["blocks"], ["message"]):
        raise invalid_arguments("must provide exactly one of `blocks`, `view`, or `message`")
    value = arguments.structure(given[0], otherwise="invalid_arguments")
    shown = value.get("blocks") if isinstance(value, dict) else value
    if found := blocks.schema_faults(shown, pointer=""):
        errors = [dict(zip(("message", "pointer"), _parted(words), strict=True)) for words in found]
        raise SlackError(
            "invalid_blocks", {"errors": [{"code": "failed_constraint", **each} for each in errors]}
        )
    return {}


def open_socket(context: Context) -> Json:
    """Give the address of a connection, good for once."""
    bench = context.bench
    ticket = bench.sockets.ticket(bench.workspace.new_id("ticket."))
    return {"url": f"{bench.url.replace('http', 'ws', 1)}/link/?ticket={ticket}"}


def _parted(words: str) -> tuple[str, str]:
    message, _, pointer = words.partition(" [json-pointer:")
    return message, pointer.removesuffix("]")


METHODS = {
    "api.test": Method(lambda _context: {}, Tier.FREE),
    "apps.connections.open": Method(open_socket, Tier.THREE, by_app=True),
    "auth.test": Method(people.auth_test, Tier.FREE),
    "blocks.validate": Method(validate_blocks, Tier.FOUR),
    "chat.delete": Method(chat.delete, Tier.THREE, ("chat:write",)),
    "chat.getPermalink": Method(chat.get_permalink, Tier.FREE),
    "chat.postEphemeral": Method(chat.post_ephemeral, Tier.FOUR, ("chat:write",)),
    "chat.postMessage": Method(chat.post_message, Tier.POST, ("chat:write",)),
    "chat.update": Method(chat.update, Tier.THREE, ("chat:write",)),
    "conversations.history": Method(conversations.history, Tier.THREE),
    "conversations.info": Method(conversations.info, Tier.THREE),
    "conversations.join": Method(conversations.join, Tier.THREE, ("channels:join",)),
    "conversations.list": Method(conversations.list_all, Tier.TWO),
    "conversations.members": Method(conversations.members, Tier.FOUR),
    "conversations.open": Method(conversations.open_direct, Tier.THREE, ("im:write",)),
    "conversations.replies": Method(conversations.replies, Tier.THREE),
    "files.completeUploadExternal": Method(files.complete_upload, Tier.FOUR, ("files:write",)),
    "files.getUploadURLExternal": Method(files.get_upload_url, Tier.FOUR, ("files:write",)),
    "usergroups.list": Method(people.list_groups, Tier.TWO, ("usergroups:read",)),
    "usergroups.users.list": Method(people.list_group_members, Tier.TWO, ("usergroups:read",)),
    "users.info": Method(people.info, Tier.FOUR, ("users:read",)),
    "users.list": Method(people.list_all, Tier.TWO, ("users:read",)),
    "users.lookupByEmail": Method(people.lookup_by_email, Tier.THREE, ("users:read.email",)),
    "users.profile.get": Method(people.profile, Tier.FOUR, ("users:read",)),
}
