"""Values as Slack's JSON."""

from zoneinfo import ZoneInfo

from bot.demo.workbench.directory import Channel, Kind, Person, UserGroup
from bot.demo.workbench.message import File, Json, Message
from bot.demo.workbench.workspace import Workspace

READ_EMAIL = "users:read.email"


def message(workspace: Workspace, said: Message, *, metadata: bool = False) -> Json:
    """Give a message as history and the answers of chat methods show it."""
    value: Json = {"type": "message", "user": said.user, "text": said.text, "ts": said.ts}
    value["team"] = workspace.directory.team.id
    if said.user == workspace.app.user_id:
        value.update(_bot_marks(workspace))
    if said.blocks:
        value["blocks"] = said.blocks
    if said.files:
        value["files"] = [file(each) for each in said.files]
    if said.edited:
        value["edited"] = {"user": said.edited.user, "ts": said.edited.ts}
    if metadata and said.metadata:
        value["metadata"] = said.metadata
    return value | _thread_marks(workspace, said)


def file(kept: File) -> Json:
    return {
        "id": kept.id,
        "name": kept.name,
        "title": kept.title,
        "mimetype": kept.mimetype,
        "size": len(kept.content),
        "alt_txt": kept.alt_text,
        "url_private": f"/files/{kept.id}",
    }


def person(workspace: Workspace, who: Person) -> Json:
    """Give a user; the email only if the app's scopes allow it."""
    offset = ZoneInfo(who.zone).utcoffset(workspace.now().replace(tzinfo=None))
    profile: Json = {"real_name": who.real_name, "display_name": who.handle, "title": who.title}
    if who.email and READ_EMAIL in workspace.app.scopes:
        profile["email"] = who.email
    if who.is_bot:
        profile |= {"api_app_id": workspace.app.id, "bot_id": workspace.app.bot_id}
    enterprise = {"enterprise_user": _enterprise_user(who)} if who.teams else {}
    return {
        "id": who.id,
        "team_id": workspace.team_of(who).id,
        "name": who.handle,
        "real_name": who.real_name,
        "deleted": who.is_deleted,
        "tz": who.zone,
        "tz_label": who.zone,
        "tz_offset": int(offset.total_seconds()) if offset else 0,
        "profile": profile,
        "is_admin": who.is_admin,
        "is_owner": False,
        "is_bot": who.is_bot,
        "is_app_user": False,
        "is_restricted": False,
        "is_ultra_restricted": False,
        "is_stranger": not workspace.is_member(who),
        "updated": 0,
        **enterprise,
    }


def _enterprise_user(who: Person) -> Json:
    """Give what a user of an Enterprise Grid organisation has besides."""
    return {
        "id": who.id,
        "enterprise_id": "E0GRID",
        "enterprise_name": "Grid",
        "is_admin": False,
        "is_owner": False,
        "teams": list(who.teams),
    }


def channel(workspace: Workspace, place: Channel) -> Json:
    is_direct = place.kind is Kind.DIRECT
    value: Json = {
        "id": place.id,
        "created": 0,
        "is_channel": place.kind is Kind.PUBLIC,
        "is_group": False,
        "is_im": is_direct,
        "is_mpim": False,
        "is_private": place.kind is not Kind.PUBLIC,
        "is_archived": place.is_archived,
        "context_team_id": workspace.directory.team.id,
    }
    if is_direct:
        return value | {
            "user": next(iter(place.members - {workspace.app.user_id}), workspace.app.user_id)
        }
    topic = {"value": place.topic, "creator": "", "last_set": 0}
    return value | {
        "name": place.name,
        "name_normalized": place.name,
        "is_member": workspace.app.user_id in place.members,
        "num_members": len(place.members),
        "topic": topic,
        "purpose": topic,
    }


def group(workspace: Workspace, value: UserGroup, *, members: bool) -> Json:
    shown: Json = {
        "id": value.id,
        "team_id": workspace.directory.team.id,
        "is_usergroup": True,
        "name": value.name,
        "handle": value.handle,
        "date_delete": 0,
        "user_count": len(value.members),
    }
    return shown | ({"users": list(value.members)} if members else {})


def _bot_marks(workspace: Workspace) -> Json:
    app = workspace.app
    profile = {
        "id": app.bot_id,
        "app_id": app.id,
        "name": app.name,
        "team_id": workspace.directory.team.id,
    }
    return {"bot_id": app.bot_id, "app_id": app.id, "bot_profile": profile | {"deleted": False}}


def _thread_marks(workspace: Workspace, said: Message) -> Json:
    if said.is_reply and said.thread_ts:
        parent = workspace.find(said.channel, said.thread_ts)
        marks: Json = {
            "thread_ts": said.thread_ts,
            "parent_user_id": parent.user if parent else "USLACKBOT",
        }
        if said.broadcast:
            marks["subtype"] = "thread_broadcast"
        return marks
    replies = [] if said.is_ephemeral else workspace.thread(said.channel, said.ts)
    if not replies:
        return {}
    users = list(dict.fromkeys(reply.user for reply in replies))
    return {
        "thread_ts": said.ts,
        "reply_count": len(replies),
        "reply_users_count": len(users),
        "reply_users": users,
        "latest_reply": replies[-1].ts,
    }
