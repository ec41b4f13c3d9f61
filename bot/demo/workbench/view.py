"""What one person sees of the workspace, as the page wants it."""

from bot.demo.workbench import wire
from bot.demo.workbench.directory import Channel, Kind, Person
from bot.demo.workbench.message import Json, Message
from bot.demo.workbench.workspace import Change, ChangeKind, Workspace


def state(workspace: Workspace, viewer: Person) -> Json:
    """Give everything the page shows to this person."""
    seen = [channel for channel in workspace.channels.values() if sees(workspace, channel, viewer)]
    shown = [message for channel in seen for message in said_in(workspace, channel, viewer)]
    return {
        "team": workspace.directory.team.name,
        "bot": workspace.app.user_id,
        "commands": list(workspace.app.commands),
        "viewer": viewer.id,
        "people": [
            _person(workspace, who) for who in workspace.people.values() if not who.is_deleted
        ],
        "groups": [
            {"id": group.id, "handle": group.handle} for group in workspace.directory.groups
        ],
        "channels": [_channel(workspace, channel) for channel in seen],
        "messages": [_message(workspace, message) for message in shown],
    }


def change(workspace: Workspace, viewer: Person, happened: Change) -> Json | None:
    """Give what the page must change, or None where this person does not see it."""
    channel, message = workspace.channels[happened.channel], happened.message
    if not sees(workspace, channel, viewer):
        return None
    if message is None:
        return {"kind": happened.kind, "channel": _channel(workspace, channel)}
    if message.only_for not in (None, viewer.id):
        return None
    if happened.kind is ChangeKind.REMOVED:
        return {"kind": happened.kind, "in": message.channel, "ts": message.ts}
    return {"kind": happened.kind, "message": _message(workspace, message)}


def sees(workspace: Workspace, channel: Channel, viewer: Person) -> bool:
    """Members see their channels; people of the workspace see every public one."""
    is_open = channel.kind is Kind.PUBLIC and workspace.is_member(viewer)
    return viewer.id in channel.members or is_open


def said_in(workspace: Workspace, channel: Channel, viewer: Person) -> list[Message]:
    public = workspace.messages(channel.id)
    replies = [
        reply
        for message in public
        for reply in workspace.thread(channel.id, message.ts)
        if not reply.broadcast
    ]
    return [*public, *replies, *workspace.ephemerals(viewer.id, channel.id)]


def _person(workspace: Workspace, who: Person) -> Json:
    return {
        "id": who.id,
        "handle": who.handle,
        "name": who.real_name,
        "title": who.title,
        "isBot": who.is_bot,
        "isAdmin": who.is_admin,
        "team": "" if workspace.is_member(who) else workspace.team_of(who).name,
    }


def _channel(workspace: Workspace, channel: Channel) -> Json:
    return {
        "id": channel.id,
        "name": channel.name,
        "kind": channel.kind,
        "topic": channel.topic,
        "isArchived": channel.is_archived,
        "members": sorted(channel.members),
        "isOpen": workspace.app.user_id in channel.members,
    }


def _message(workspace: Workspace, message: Message) -> Json:
    marks = {
        "channel": message.channel,
        "ephemeral": message.is_ephemeral,
        "broadcast": message.broadcast,
    }
    return wire.message(workspace, message) | marks
