"""response_url, by slack-sdk's own webhook client: five uses, thirty minutes."""

from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.demo.workbench import commands, interactions
from bot.demo.workbench.bench import Bench
from bot.demo.workbench.message import Draft
from tests.demo.workbench.stand_ins import SPEND, Bot, Clock

BUTTON = {
    "type": "button",
    "action_id": "ack",
    "text": {"type": "plain_text", "text": "Acknowledge"},
}
ACTIONS = {"type": "actions", "elements": [BUTTON]}


async def opened(bench: Bench) -> AsyncWebhookClient:
    outcome = await commands.run(bench, "ana", SPEND, "/neo-budget")
    return AsyncWebhookClient(outcome.sent["response_url"], retry_handlers=[])


def texts(bench: Bench) -> list[str]:
    return [message.text for message in bench.workspace.ephemerals("ana")]


async def test_a_late_answer_is_seen_by_the_person_alone(bench: Bench, bot: Bot) -> None:
    hook = await opened(bench)

    assert "ok" == (await hook.send(text="42")).body
    assert (["42"], []) == (texts(bench), bench.workspace.messages(SPEND))


async def test_a_late_answer_in_the_channel_is_seen_by_all(bench: Bench, bot: Bot) -> None:
    hook = await opened(bench)
    await hook.send(text="42", response_type="in_channel")

    assert ["42"] == [message.text for message in bench.workspace.messages(SPEND)]


async def test_an_address_has_five_uses(bench: Bench, bot: Bot) -> None:
    hook = await opened(bench)
    answers = [await hook.send(text=str(n)) for n in range(6)]

    assert [200] * 5 + [404] == [answer.status_code for answer in answers]
    assert "used_url" in answers[-1].body
    assert 5 == len(texts(bench))


async def test_an_address_lives_thirty_minutes(bench: Bench, bot: Bot, clock: Clock) -> None:
    hook = await opened(bench)
    clock.forward(minutes=29)
    assert 200 == (await hook.send(text="in time")).status_code
    clock.forward(minutes=1)

    assert "expired_url" in (await hook.send(text="late")).body


async def test_a_faulty_answer_is_refused_and_is_no_use(bench: Bench, bot: Bot) -> None:
    hook = await opened(bench)
    refused = [
        await hook.send(blocks=[{"type": "header"}]),
        await hook.send(),
        await hook.send_dict({"text": 5}),
        await hook.send(text="x", response_type="everyone"),
    ]

    assert [400, 400, 400, 400] == [answer.status_code for answer in refused]
    assert 200 == (await hook.send(text="42")).status_code
    assert ["42"] == texts(bench)


async def test_the_answer_to_a_press_replaces_or_deletes_the_message(
    bench: Bench, bot: Bot
) -> None:
    message = bench.workspace.post(
        Draft(SPEND, "U0NEOBOT", "old", blocks=[ACTIONS], only_for="U0ANA")
    )
    action = message.blocks[0]["elements"][0]["action_id"]
    await interactions.press(bench, "ana", message, action)
    [path] = bench.hooks.by_key
    hook = AsyncWebhookClient(f"{bench.url}/response/T0ACME/{path}", retry_handlers=[])

    await hook.send(text="new", replace_original=True)
    assert ["new"] == texts(bench)
    await hook.send(text="beside")
    assert ["new", "beside"] == texts(bench)
    await hook.send(delete_original=True)
    assert ["beside"] == texts(bench)


async def test_an_unknown_address_is_refused(bench: Bench) -> None:
    hook = AsyncWebhookClient(f"{bench.url}/response/T0ACME/h404", retry_handlers=[])

    assert 404 == (await hook.send(text="42")).status_code
