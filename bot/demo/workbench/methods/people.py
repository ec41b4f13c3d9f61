"""auth.test, users.*, usergroups.*: who there is."""

from bot.demo.workbench import paging, wire
from bot.demo.workbench.directory import Person
from bot.demo.workbench.errors import SlackError
from bot.demo.workbench.message import Json
from bot.demo.workbench.methods.context import Context


def auth_test(context: Context) -> Json:
    workspace = context.workspace
    app, team = workspace.app, workspace.directory.team
    return {
        "url": f"https://{team.domain}.slack.com/",
        "team": team.name,
        "user": workspace.people[app.user_id].handle,
        "team_id": team.id,
        "user_id": app.user_id,
        "bot_id": app.bot_id,
        "is_enterprise_install": False,
    }


def info(context: Context) -> Json:
    return {
        "user": wire.person(context.workspace, _named(context, context.arguments.required("user")))
    }


def profile(context: Context) -> Json:
    who = _named(context, context.arguments.text("user") or context.bot)
    return {"profile": wire.person(context.workspace, who)["profile"]}


def list_all(context: Context) -> Json:
    people = [who for who in context.workspace.people.values() if context.workspace.is_member(who)]
    page, cursor = paging.page(people, context.arguments, key=lambda who: who.id)
    members = [wire.person(context.workspace, who) for who in page]
    return {"members": members, "response_metadata": {"next_cursor": cursor}}


def lookup_by_email(context: Context) -> Json:
    """Find an active member of the workspace; deleted people and strangers are not found."""
    email = context.arguments.required("email").lower()
    workspace = context.workspace
    for who in workspace.people.values():
        known = workspace.is_member(who) and not who.is_deleted
        if known and (who.email or "").lower() == email:
            return {"user": wire.person(workspace, who)}
    raise SlackError("users_not_found")


def list_groups(context: Context) -> Json:
    members = context.arguments.flag("include_users")
    return {
        "usergroups": [
            wire.group(context.workspace, g, members=members)
            for g in context.workspace.directory.groups
        ]
    }


def list_group_members(context: Context) -> Json:
    wanted = context.arguments.required("usergroup")
    for group in context.workspace.directory.groups:
        if group.id == wanted:
            return {"users": list(group.members)}
    raise SlackError("no_such_subteam")


def _named(context: Context, user: str) -> Person:
    who = context.workspace.people.get(user)
    if who is None:
        raise SlackError("user_not_found")
    return who
