"""Pressed buttons and chosen options."""

import json
from urllib.parse import parse_qs

import pytest
from aiohttp import web

from bot.demo.workbench import interactions
from bot.demo.workbench.bench import Bench
from bot.demo.workbench.errors import SlackError
from bot.demo.workbench.message import Draft, Json, Message
from tests.demo.workbench.stand_ins import SPEND, Bot

LABEL = {"type": "plain_text", "text": "Acknowledge"}
MENU = {
    "type": "static_select",
    "action_id": "silence",
    "options": [
        {"text": {"type": "plain_text", "text": hours}, "value": hours} for hours in ("1h", "4h")
    ],
}
ACTIONS = {
    "type": "actions",
    "block_id": "alert",
    "elements": [{"type": "button", "text": LABEL, "action_id": "ack", "value": "a1"}, MENU],
}


def alert(bench: Bench, *, only_for: str | None = None) -> Message:
    return bench.workspace.post(
        Draft(SPEND, "U0NEOBOT", "over budget", blocks=[ACTIONS], only_for=only_for)
    )


def payload(bot: Bot) -> Json:
    [(path, _, body)] = bot.requests
    assert "/slack/interactions" == path
    value: Json = json.loads(parse_qs(body.decode())["payload"][0])
    return value


async def test_a_press_is_told_with_person_place_message_and_value(bench: Bench, bot: Bot) -> None:
    message = alert(bench)
    assert (await interactions.press(bench, "ana", message, "ack")).ok

    told = payload(bot)
    assert ("block_actions", "U0ANA", SPEND) == (
        told["type"],
        told["user"]["id"],
        told["channel"]["id"],
    )
    assert ("over budget", False) == (told["message"]["text"], told["container"]["is_ephemeral"])
    [action] = told["actions"]
    assert ("ack", "alert", "a1", LABEL) == (
        action["action_id"],
        action["block_id"],
        action["value"],
        action["text"],
    )


async def test_a_choice_is_told_as_the_selected_option(bench: Bench, bot: Bot) -> None:
    await interactions.press(bench, "ana", alert(bench), "silence", choice="4h")

    assert "4h" == payload(bot)["actions"][0]["selected_option"]["value"]


async def test_an_ephemeral_message_is_named_not_shown(bench: Bench, bot: Bot) -> None:
    await interactions.press(bench, "ana", alert(bench, only_for="U0ANA"), "ack")

    told = payload(bot)
    assert told["container"]["is_ephemeral"]
    assert "message" not in told


@pytest.mark.parametrize(("action", "choice"), [("nothing", None), ("silence", "9h")])
async def test_what_is_not_there_cannot_be_pressed(
    bench: Bench, bot: Bot, action: str, choice: str | None
) -> None:
    with pytest.raises(SlackError, match="not_found"):
        await interactions.press(bench, "ana", alert(bench), action, choice=choice)


async def test_what_another_sees_alone_cannot_be_pressed(bench: Bench, bot: Bot) -> None:
    with pytest.raises(SlackError, match="message_not_found"):
        await interactions.press(bench, "ben", alert(bench, only_for="U0ANA"), "ack")


async def test_a_bot_that_fails_is_told(bench: Bench, bot: Bot) -> None:
    bot.answer = web.Response(status=500)

    assert "dispatch_failed" == (await interactions.press(bench, "ana", alert(bench), "ack")).error
