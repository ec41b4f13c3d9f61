"""Whatever comes from outside, a message stays inside Slack's limits, does nothing, and says exactly what it left out."""

import dataclasses
import itertools
import random
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.demo.workbench import blocks as slack
from bot.notify.answer import AlertsAnswer, HelpAnswer
from bot.slack import answer_blocks, blocks, command, render, text, verbs
from bot.slack.blocks import Message
from tests.slack import hostile, samples

COMMAND = "/neo-budget"

DRAWN: dict[str, tuple[Any, Callable[[Any], Message]]] = {
    **{name: (body, lambda it: render.post(it, COMMAND)) for name, body in samples.POSTS.items()},
    **{
        name: (body, lambda it: render.reply(it, COMMAND)) for name, body in samples.REPLIES.items()
    },
    **{
        name: (said, lambda it: answer_blocks.kept(it, COMMAND, "k1"))
        for name, said in samples.ANSWERS.items()
    },
    "shared": (samples.WHY, lambda it: answer_blocks.shared(it, COMMAND, "U0ADA", 0)),
    "details": (samples.WHY, lambda it: answer_blocks.asked_for(render.answer(it, COMMAND), "U0A")),
}


@pytest.mark.parametrize("name", DRAWN)
@pytest.mark.parametrize(
    ("words", "times"),
    [
        pytest.param(hostile.LONG, 1, id="a few lines of markup"),
        pytest.param(hostile.LONG[:2000], 30, id="many lines of markup"),
        pytest.param("&" * 2000, 30, id="many lines of entities"),
    ],
)
def test_slack_takes_a_message_full_of_long_hostile_text(name: str, words: str, times: int) -> None:
    facts, draw = DRAWN[name]
    assert [] == hostile.bites(draw(hostile.flooded(facts, lambda: words, times)))


def test_thousands_of_hostile_strings_do_nothing_wherever_they_stand() -> None:
    """Each outside text of each kind of message is another one."""
    chance, sent = random.Random(2026), itertools.count(1)

    def words() -> str:
        next(sent)
        return " ".join(chance.choices(hostile.PIECES, k=chance.randrange(8)))

    for facts, draw in DRAWN.values():
        for times in (1, 1, 1, 1, 30):
            assert [] == hostile.bites(draw(hostile.flooded(facts, words, times)))
    assert 10_000 < next(sent)


@given(st.sampled_from(sorted(DRAWN)), st.lists(hostile.STRINGS, min_size=3, max_size=12))
@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_no_hostile_text_does_anything(name: str, strings: list[str]) -> None:
    facts, draw = DRAWN[name]
    told = itertools.cycle(strings)
    assert [] == hostile.bites(draw(hostile.flooded(facts, lambda: next(told))))


@given(st.sampled_from(["", *verbs.VERBS]), st.lists(hostile.STRINGS, min_size=4, max_size=4))
@example("status", [f"in`{hostile.MARKED}`side"])
@settings(deadline=None)
def test_what_was_mistyped_is_told_back_without_harm(verb: str, strings: list[str]) -> None:
    for typed in strings:
        said = command.parse(f"{verb} {typed}")
        if isinstance(said, HelpAnswer):
            message = render.answer(said, COMMAND)
            assert [] == hostile.bites(message)
            assert hostile.MARKED not in "".join(hostile.coded(message.blocks))


@pytest.mark.parametrize("name", ["", " ", "\u3164\u2800", "\u200b"])
def test_a_line_of_which_nothing_is_left_is_one_all_the_same(name: str) -> None:
    line = blocks.line(blocks.say(text.plain(name, blocks.NAME)))
    assert [blocks.say(blocks.NOTHING)] == line["elements"]


# --- what is left out is counted ----------------------------------------------------------------

LEFT = {
    "models": "more_models",
    "tasks": "more_tasks",
    "users": "more_users",
    "rows": "more",
    "dearest": "more",
    "complaints": "more_complaints",
    "tools": "more_tools",
    "timeline": "more_streams",
    "alerts": "more_alerts",
    "parts": "more",
}
"""Which field counts what a list of facts does not even hold."""

ROW = re.compile(r"row\d\d\d")


def lists(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Where the facts have lists of rows."""
    for field in dataclasses.fields(value):
        inner = getattr(value, field.name)
        if type(inner) is tuple and inner and field.name not in ("reasons", "patterns"):
            yield (*path, field.name)
        elif dataclasses.is_dataclass(inner) and field.name not in ("period", "to_date"):
            yield from lists(inner, (*path, field.name))


def grown(value: Any, path: tuple[str, ...], rows: int) -> tuple[Any, int]:
    """The facts with so many rows of different names in one list; and how many there are of them in all."""
    name, *rest = path
    if rest:
        inner, count = grown(getattr(value, name), tuple(rest), rows)
        return dataclasses.replace(value, **{name: inner}), count
    first = getattr(value, name)[0]
    made = tuple(_named(first, f"row{number:03}") for number in range(rows))
    if hasattr(value, "count"):
        return dataclasses.replace(value, **{name: made, "count": rows + 7}), rows + 7
    return dataclasses.replace(value, **{name: made}), rows + getattr(value, LEFT.get(name, ""), 0)


def _named(row: Any, name: str) -> Any:
    [named] = hostile.flooded((row,), lambda: name)
    return named


COUNTED = [
    (name, path)
    for name, (facts, _) in DRAWN.items()
    for path in lists(facts)
    if name not in ("shared", "details", "reply-escalated", "reply-repeat")
]
"""Two are drawn as others are, and a reply names the dearest task alone."""


@pytest.mark.parametrize(
    ("name", "path"), COUNTED, ids=lambda it: it if isinstance(it, str) else ".".join(it)
)
def test_what_is_left_out_of_a_list_is_counted_exactly(name: str, path: tuple[str, ...]) -> None:
    facts, draw = DRAWN[name]
    many, count = grown(facts, path, 60)
    message = draw(many)
    shown = len(set(ROW.findall(str(message.blocks))))
    assert [] == slack.faults(message.blocks)
    assert shown == 0 or f"+{count - shown:,} more" in str(message.blocks)


def test_silences_that_have_no_room_are_counted() -> None:
    muted = dataclasses.replace(samples.SILENCE, reason=hostile.LONG)
    many = hostile.flooded(AlertsAnswer((), 0, None, (muted,) * 20), lambda: hostile.LONG)
    _, silences, *_ = render.answer(many, COMMAND).blocks
    _, listed, rest = silences["elements"]
    shown = len(listed["elements"])
    assert 3 < shown < 10
    assert f"+{20 - shown} more" == rest["elements"][0]["text"]
