"""Whatever Neo sends, a message stays inside Slack's limits and says exactly what it left out."""

import dataclasses
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.demo.workbench import blocks as slack
from bot.notify.answer import AlertsAnswer
from bot.notify.facts import AlertFacts, Stretch
from bot.notify.notification import AlertBody
from bot.slack import render
from bot.slack.blocks import Message
from tests.slack import samples

COMMAND = "/neo-budget"
LONG = "<!channel> *b* _i_ `c` ~s~ &amp; :tada: \u202e\u200b @here https://evil.test " * 400
BLOCKS_TEXT = 9_000

DRAWN: dict[str, tuple[Any, Callable[[Any], Message]]] = {
    **{name: (body, lambda it: render.post(it, COMMAND)) for name, body in samples.POSTS.items()},
    **{
        name: (body, lambda it: render.reply(it, COMMAND)) for name, body in samples.REPLIES.items()
    },
    **{
        name: (said, lambda it: render.answer(it, COMMAND))
        for name, said in samples.ANSWERS.items()
    },
}
OWN_WORDS = {"zone", "metric", "every", "kind", "verb", "by"}


def flooded(value: Any, words: str, times: int) -> Any:
    """The same facts with every outside text replaced and every list made long."""
    if isinstance(value, tuple):
        grown = [words if isinstance(each, str) else flooded(each, words, times) for each in value]
        is_list = len({type(each) for each in value}) == 1
        return tuple(grown * times) if is_list else tuple(grown)
    if isinstance(value, dict):
        return {name: words if isinstance(each, str) else each for name, each in value.items()}
    if isinstance(value, Stretch):
        return value  # the bot names periods itself
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.replace(value, **dict(_flooded_fields(value, words, times)))
    return value


def _flooded_fields(value: Any, words: str, times: int) -> Iterator[tuple[str, Any]]:
    for field in dataclasses.fields(value):
        old = getattr(value, field.name)
        if field.name in OWN_WORDS or not field.init or isinstance(old, datetime):
            continue
        if isinstance(value, AlertFacts) and field.name == "id":
            continue  # without an id of ours there are no buttons
        if type(old) is str:
            yield field.name, words if old else old
        elif type(old) in (tuple, dict) or dataclasses.is_dataclass(old):
            yield field.name, flooded(old, words, times)


def mrkdwn(value: Any) -> Iterator[str]:
    """Every text that Slack parses."""
    if isinstance(value, list):
        for each in value:
            yield from mrkdwn(each)
    elif isinstance(value, dict):
        if value.get("type") == "mrkdwn":
            yield value["text"]
        for each in value.values():
            yield from mrkdwn(each)


@pytest.mark.parametrize("name", DRAWN)
@pytest.mark.parametrize("words", [LONG, "&" * 5000], ids=["markup", "entities"])
@pytest.mark.parametrize("times", [1, 30], ids=["few lines", "many lines"])
def test_slack_takes_a_message_full_of_long_hostile_text(name: str, words: str, times: int) -> None:
    facts, draw = DRAWN[name]
    message = draw(flooded(facts, words, times))
    assert [] == slack.faults(message.blocks)
    assert slack.text_length(message.blocks) < BLOCKS_TEXT
    assert 0 < len(message.text) <= 4000


@pytest.mark.parametrize("name", DRAWN)
def test_hostile_text_is_never_markup(name: str) -> None:
    facts, draw = DRAWN[name]
    message = draw(flooded(facts, LONG, 2))
    for parsed in [message.text, *mrkdwn(message.blocks)]:
        assert "<!channel" not in parsed
        assert "*b*" not in parsed
        assert ":tada:" not in parsed
        assert "`c`" not in parsed
        assert "_i_" not in parsed


TEXTS = st.text(st.sampled_from(list("<>&!@#|*_~`:abc \n\u200b\u202e…")), max_size=300)


@given(TEXTS)
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_slack_takes_an_alert_about_anything(words: str) -> None:
    body = flooded(AlertBody(samples.BUDGET), words, 1)
    for message in (render.post(body, COMMAND), render.reply(body, COMMAND)):
        assert [] == slack.faults(message.blocks)


def test_what_is_left_out_is_counted_exactly() -> None:
    shown = render.answer(AlertsAnswer(samples.OPEN_ALERTS * 20, 7, None), COMMAND)
    assert "47 open alerts" == shown.text
    assert "+32 more" in str(shown.blocks)


def test_silences_that_have_no_room_are_counted() -> None:
    muted = dataclasses.replace(samples.SILENCE, reason=LONG)
    many = flooded(AlertsAnswer((), 0, None, (muted,) * 20), LONG, 1)
    _, silences, *_ = render.answer(many, COMMAND).blocks
    _, listed, rest = silences["elements"]
    shown = len(listed["elements"])
    assert 3 < shown < 10
    assert f"+{20 - shown} more" == rest["elements"][0]["text"]
