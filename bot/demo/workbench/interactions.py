"""Presses of buttons and choices in menus: the block_actions payload, signed and sent to the bot."""

import json
from collections.abc import Iterator

from bot.demo.workbench import hooks, transport, wire
from bot.demo.workbench.bench import Bench
from bot.demo.workbench.commands import CHANNEL_NAMES
from bot.demo.workbench.directory import Person
from bot.demo.workbench.errors import SlackError
from bot.demo.workbench.hooks import Hook
from bot.demo.workbench.message import Json, Message
from bot.demo.workbench.outbound import Outcome

MENUS = frozenset({"overflow", "static_select", "radio_buttons"})


async def press(
    bench: Bench, who: str, message: Message, action_id: str, *, choice: str | None = None
) -> Outcome:
    """Press the button, or choose the option with the value `choice`, of a message as a person.

    Raises SlackError where there is no such element, or the message is not there for this person.
    """
    workspace = bench.workspace
    person = workspace.person(who)
    current = workspace.find(message.channel, message.ts)
    if current is None or current.only_for not in (None, person.id):
        raise SlackError("message_not_found")
    block_id, element = _element(current, action_id)
    hook = Hook(
        current.channel,
        person.id,
        workspace.now() + hooks.LIFE,
        current,
        current.thread_ts if current.is_reply else None,
    )
    payload = _payload(bench, person, current, hook)
    payload["actions"] = [_action(block_id, element, choice, current.ts)]
    return await transport.send(bench, transport.INTERACTIONS, {"payload": json.dumps(payload)})


def _element(message: Message, action_id: str) -> tuple[str, Json]:
    for block_id, element in _elements(message):
        if element.get("action_id") == action_id:
            return block_id, element
    raise SlackError("action_not_found", {"action_id": action_id})


def _elements(message: Message) -> Iterator[tuple[str, Json]]:
    for block in message.blocks:
        found = block["elements"] if block["type"] == "actions" else [block.get("accessory") or {}]
        for element in found:
            yield block["block_id"], element


def _action(block_id: str, element: Json, choice: str | None, ts: str) -> Json:
    action = {
        "type": element["type"],
        "action_id": element["action_id"],
        "block_id": block_id,
        "action_ts": ts,
    }
    if element["type"] in MENUS:
        options = [option for option in element.get("options", []) if option["value"] == choice]
        if not options:
            raise SlackError("option_not_found", {"value": choice})
        return action | {"selected_option": options[0]}
    return action | {key: element[key] for key in ("text", "value", "style") if key in element}


def _payload(bench: Bench, person: Person, message: Message, hook: Hook) -> Json:
    """Give the payload without its actions. An ephemeral message is named, not shown, as in Slack."""
    workspace = bench.workspace
    team, channel = workspace.place_of(person), workspace.channels[message.channel]
    payload: Json = {
        "type": "block_actions",
        "user": {
            "id": person.id,
            "username": person.handle,
            "name": person.handle,
            "team_id": workspace.team_of(person).id,
        },
        "api_app_id": workspace.app.id,
        "token": workspace.app.verification_token,
        "container": {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": channel.id,
            "is_ephemeral": message.is_ephemeral,
        },
        "trigger_id": workspace.new_id("trigger."),
        "team": {"id": team.id, "domain": team.domain},
        "enterprise": None,
        "is_enterprise_install": False,
        "channel": {"id": channel.id, "name": CHANNEL_NAMES.get(channel.kind, channel.name)},
        "state": {"values": {}},
        "response_url": bench.url + bench.hooks.open(workspace, hook),
    }
    if not message.is_ephemeral:
        payload["message"] = wire.message(workspace, message, metadata=True)
    return payload
