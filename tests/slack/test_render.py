"""Golden files: `UPDATE_GOLDEN=1 pytest tests/slack/test_render.py` writes them anew; read the difference."""

import json
import os
import typing
from dataclasses import replace
from pathlib import Path

import pytest

from bot.demo.workbench import blocks as slack
from bot.notify.answer import Answer, Origin, TaskAnswer
from bot.notify.notification import AlertBody, Body, TableBody
from bot.slack import render, verbs
from bot.slack.blocks import Message
from rules.alert import OPEN, Reason, State
from rules.terms import Severity
from tests.slack import samples

GOLDEN = Path(__file__).parents[1] / "data" / "blocks"
COMMAND = "/neo-budget"

MESSAGES: dict[str, Message] = {
    **{name: render.post(body, COMMAND) for name, body in samples.POSTS.items()},
    **{name: render.reply(body, COMMAND) for name, body in samples.REPLIES.items()},
    **{name: render.answer(said, COMMAND) for name, said in samples.ANSWERS.items()},
}


@pytest.mark.parametrize("name", MESSAGES)
def test_a_message_is_what_its_golden_file_says(name: str) -> None:
    message = MESSAGES[name]
    written = json.dumps(
        {"text": message.text, "blocks": message.blocks}, indent=2, ensure_ascii=False
    )
    _agrees(GOLDEN / f"{name}.json", written)


def _agrees(file: Path, written: str) -> None:
    if "UPDATE_GOLDEN" in os.environ:
        file.write_text(f"{written}\n", encoding="utf-8")
    assert file.read_text(encoding="utf-8") == f"{written}\n"


@pytest.mark.parametrize("name", MESSAGES)
def test_slack_takes_a_message(name: str) -> None:
    message = MESSAGES[name]
    assert [] == slack.faults(message.blocks)
    assert 0 < len(message.text) <= 4000


def test_everyone_reads_what_was_done_and_only_that() -> None:
    public = {name for name, message in MESSAGES.items() if message.public}
    assert public == {
        "answer-ack",
        "answer-ack-task",
        "answer-silence-same-minute",
        "answer-ack-undone",
        "answer-silence",
        "answer-silence-alert",
        "answer-silence-changed",
        "answer-unsilence",
        "answer-unsilence-nothing",
        "answer-unsilence-some",
    }


def test_every_golden_file_belongs_to_a_message() -> None:
    assert {file.stem for file in GOLDEN.glob("*.json")} == set(MESSAGES)


def test_every_kind_of_body_has_a_golden_file() -> None:
    kinds, _ = typing.get_args(Body)
    assert set(typing.get_args(kinds)) == {type(body) for body in samples.POSTS.values()}


def test_every_kind_of_answer_has_a_golden_file() -> None:
    assert set(typing.get_args(Answer)) == {type(said) for said in samples.ANSWERS.values()}


@pytest.mark.parametrize("verb", verbs.VERBS)
def test_every_verb_has_a_golden_file(verb: str) -> None:
    assert [name for name in samples.ANSWERS if f"{name}-".startswith(f"answer-{verb}-")]


STANDINGS = {
    (state, reason): replace(
        samples.FIRING,
        state=state,
        reason=reason,
        severity=samples.FIRING.severity if state in OPEN else None,
        ended=None if state in OPEN else samples.at(15),
        value=samples.usd("48.10" if state in (State.CORRECTED, State.RESOLVED) else "104.20"),
        told=samples.usd("52.15"),
    )
    for state in State
    for reason in Reason
}
"""A silent change is shown with the reason of the last words, so there is no combination that a message cannot have."""


def test_how_an_alert_stands_is_told_as_the_golden_file_says() -> None:
    """Of each state and reason: the message, what is remarked in it, and the reply."""
    said = []
    for (state, reason), facts in STANDINGS.items():
        post, reply = (draw(AlertBody(facts), COMMAND) for draw in (render.post, render.reply))
        remark = post.blocks[1] if post.blocks[1]["type"] == "rich_text" else {}
        said += [f"{state}, {reason}", f"  {post.text}", f"  {_words(remark)}", f"  {reply.text}"]
        said += [f"  {_words(reply.blocks)}", ""]
        assert [] == slack.faults(post.blocks) + slack.faults(reply.blocks)
    _agrees(GOLDEN / "standings.txt", "\n".join(said))


def _words(value: object) -> str:
    """All that is read of blocks."""
    match value:
        case {"type": "date", "fallback": str(words)} | {"text": str(words)}:
            return words
        case dict():
            return "".join(map(_words, value.values()))
        case list():
            return "".join(map(_words, value))
        case _:
            return ""


ORIGINS = {
    Origin.LIVE: "From Neo, just now",
    Origin.GONE: "From the ledger: Neo shows you no such task",
    Origin.SILENT: "From the ledger: Neo did not answer",
}


def test_news_held_back_beside_new_alerts_of_one_rule_stand_in_the_headline() -> None:
    mild = replace(samples.TABLE, severity=Severity.WARNING, rows=samples.ROWS[:1], count=1, open=1)
    alone, both = (
        render.post(TableBody(replace(mild, held=True, also=also)), COMMAND)
        for also in (None, samples.CHANGES)
    )
    assert alone.text.startswith("🟠 1 alert: spend past the limit of user-daily-spend (")
    assert "🔴 1 alert and 17 changes that were held back" == both.text
    over = (replace(row, state=State.RESOLVED) for row in samples.CHANGES.rows)
    calm = replace(mild, held=True, also=replace(samples.CHANGES, rows=tuple(over)))
    assert render.post(TableBody(calm), COMMAND).text.startswith("🟠 1 alert and 17")


def test_of_one_step_and_one_call_a_task_says_so() -> None:
    answer = samples.ANSWERS["answer-task"]
    assert isinstance(answer, TaskAnswer)
    shown = render.answer(replace(answer, steps=1, tool_calls=1), COMMAND)
    assert "1 step, 1 tool call'" in str(shown.blocks)


@pytest.mark.parametrize("origin", Origin)
def test_a_task_says_whence_it_is_told(origin: Origin) -> None:
    answer = samples.ANSWERS["answer-task"]
    assert isinstance(answer, TaskAnswer)
    shown = str(render.answer(replace(answer, origin=origin), COMMAND).blocks)
    assert {ORIGINS[origin]} == {words for words in ORIGINS.values() if words in shown}


def test_what_is_read_aloud_begins_as_what_is_shown() -> None:
    """But for an email, which stays as it is."""
    first = {name: message.text.split()[0] for name, message in MESSAGES.items()}
    assert [] == [name for name, word in first.items() if word[0].islower() and "@" not in word]


def test_what_a_channel_reads_of_an_act_tells_no_title_and_no_end_that_did_not_change() -> None:
    assert "“" not in str(MESSAGES["answer-ack-task"])
    assert "it was until" not in str(MESSAGES["answer-silence-same-minute"])
    assert "it was until" in str(MESSAGES["answer-silence-changed"])
