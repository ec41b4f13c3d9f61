"""Slash commands: from a typed line to the bot, and its answer back to the person."""

import dataclasses
import json
import re

from bot.demo.workbench import hooks, transport
from bot.demo.workbench.bench import Bench
from bot.demo.workbench.directory import Channel, Kind, Person
from bot.demo.workbench.errors import SlackError
from bot.demo.workbench.hooks import Hook
from bot.demo.workbench.message import Draft, Json
from bot.demo.workbench.outbound import Outcome
from bot.demo.workbench.workspace import Workspace

SLACKBOT = "USLACKBOT"
CHANNEL_NAMES = {Kind.PRIVATE: "privategroup", Kind.DIRECT: "directmessage"}

SPECIAL = re.compile(
    r"(?P<url>https?://[^\s<>|]+)"
    r"|(?P<email>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
    r"|(?<![\w.<])@(?P<person>[\w.-]*\w)"
    r"|(?<![\w&])#(?P<channel>[\w-]+)"
)


async def run(
    bench: Bench,
    who: str,
    where: str,
    line: str,
) -> Outcome:
    """Type a line like `/neo-budget top users` as a person in a channel, and show what Slack would show.

    `who` is an id, handle or email, `where` an id or `#name`. What went wrong is shown to the person alone.
    """
    workspace = bench.workspace
    person, channel = workspace.person(who), workspace.channel(where)
    command, _, text = line.strip().partition(" ")
    if command not in workspace.app.commands:
        return _tell(bench, person, channel, Outcome(error=f"{command} is not a valid command."))
    hook = Hook(channel.id, person.id, workspace.now() + hooks.LIFE)
    form = request_form(bench, person, channel, (command, text.strip()), hook)
    outcome = await transport.send(bench, transport.COMMANDS, form)
    if outcome.ok:
        outcome = _show(workspace, hook, outcome)
    if outcome.ok:
        return outcome
    return _tell(
        bench, person, channel, outcome, f'{command} failed with the error "{outcome.error}"'
    )


def request_form(
    bench: Bench, person: Person, channel: Channel, line: tuple[str, str], hook: Hook
) -> dict[str, str]:
    """Give the form that Slack sends; opens the response_url it names."""
    workspace, (command, text) = bench.workspace, line
    app, team = workspace.app, workspace.place_of(person)
    return {
        "token": app.verification_token,
        "team_id": team.id,
        "team_domain": team.domain,
        "channel_id": channel.id,
        "channel_name": CHANNEL_NAMES.get(channel.kind, channel.name),
        "user_id": person.id,
        "user_name": person.handle,
        "command": command,
        "text": escape(workspace, text) if app.should_escape else text,
        "api_app_id": app.id,
        "is_enterprise_install": "false",
        "response_url": bench.url + bench.hooks.open(workspace, hook),
        "trigger_id": workspace.new_id("trigger."),
    }


def escape(workspace: Workspace, text: str) -> str:
    """Write people, channels and links as Slack does where the app asks for escaping; then `&`, `<`, `>` as entities."""
    parts, end = [], 0
    for match in SPECIAL.finditer(text):
        parts += [_entities(text[end : match.start()]), _reference(workspace, match)]
        end = match.end()
    return "".join([*parts, _entities(text[end:])])


def _reference(workspace: Workspace, match: re.Match[str]) -> str:
    try:
        match match.lastgroup:
            case "person":
                person = workspace.person(match["person"])
                return f"<@{person.id}|{person.handle}>"
            case "channel":
                channel = workspace.channel(match["channel"])
                return f"<#{channel.id}|{channel.name}>"
            case "email":
                return f"<mailto:{match[0]}|{match[0]}>"
            case _:
                return f"<{_entities(match[0])}>"
    except SlackError:
        return _entities(match[0])


def _entities(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _show(workspace: Workspace, hook: Hook, outcome: Outcome) -> Outcome:
    """Show the immediate answer, which may be nothing, plain text, or a message in JSON."""
    if not outcome.body.strip():
        return outcome
    try:
        answer = _answer(outcome.body)
        return dataclasses.replace(outcome, shown=hooks.respond(workspace, hook, answer))
    except SlackError:
        return dataclasses.replace(outcome, error="invalid_command_response")


def _answer(body: str) -> Json:
    if not body.lstrip().startswith("{"):
        return {"text": body}
    try:
        value: Json = json.loads(body)
    except ValueError:
        raise SlackError("invalid_payload") from None
    return value


def _tell(
    bench: Bench, person: Person, channel: Channel, outcome: Outcome, words: str = ""
) -> Outcome:
    draft = Draft(channel.id, SLACKBOT, words or outcome.error, only_for=person.id)
    return dataclasses.replace(outcome, shown=bench.workspace.post(draft))
