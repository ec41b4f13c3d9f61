"""Buttons follow the state of what they are about, and carry nothing from outside."""

from dataclasses import replace
from typing import Any

import pytest

from bot.demo.workbench import blocks as slack
from bot.notify.facts import AckFacts, Acted, AlertFacts, SilenceFacts
from bot.slack import buttons
from bot.slack.blocks import Json
from rules.alert import OPEN, State
from tests.slack import samples

ACK = AckFacts("ana@acme.test", samples.at(9))
MUTE = SilenceFacts("S3", "ada@acme.test", samples.at(14), "")
TABLE: Any = samples.POSTS["table"]


def shown(row: Json | None) -> list[tuple[str, str]]:
    """What is to be read, and what comes back: of a menu its first choice."""
    if row is None:
        return []
    assert [] == slack.faults([row])
    return [
        (each["action_id"], each.get("value") or each["options"][0]["value"])
        for each in row["elements"]
    ]


ID = samples.BUDGET.id
STATES = {
    "nobody did anything": (Acted(), ["ack", "silence", "why"]),
    "acknowledged": (Acted(ack=ACK), ["unack", "silence", "why"]),
    "silenced": (Acted(silence=MUTE), ["ack", "unsilence", "why"]),
    "both": (Acted(ACK, MUTE), ["unack", "unsilence", "why"]),
}


@pytest.mark.parametrize(("acted", "expected"), STATES.values(), ids=STATES.keys())
def test_what_was_done_can_be_undone(acted: Acted, expected: list[str]) -> None:
    row = shown(buttons.of_alert(replace(samples.BUDGET, acted=acted)))
    assert expected == [action for action, _ in row]
    assert {ID, f"{ID} 1h", "S3"} >= {value for _, value in row}


BY_BEN = AckFacts("ben@acme.test", samples.at(9))
ALONE = {
    "nobody did anything": (Acted(), ["ack", "why"]),
    "they took it on": (Acted(ack=ACK), ["unack", "why"]),
    "somebody else took it on": (Acted(ack=BY_BEN), ["why"]),
    "silenced": (Acted(silence=MUTE), ["ack", "why"]),
}


@pytest.mark.parametrize(("acted", "expected"), ALONE.values(), ids=ALONE.keys())
def test_who_is_no_admin_is_offered_alone_only_what_they_may_do(
    acted: Acted, expected: list[str]
) -> None:
    row = shown(buttons.of_alert(replace(samples.BUDGET, acted=acted), "Ana@acme.test"))
    assert expected == [action for action, _ in row]
    rows = (replace(samples.BUDGET, acted=Acted(silence=MUTE)),)
    silenced = len(rows) if acted.silence else 0
    table = replace(TABLE.table, rule="user-spend", rows=rows, open=1, silenced=silenced)
    assert shown(buttons.of_table(table))
    assert [] == shown(buttons.of_table(table, "ana@acme.test"))


@pytest.mark.parametrize("state", [state for state in State if state not in OPEN])
def test_what_is_over_can_only_be_explained(state: State) -> None:
    over = replace(samples.BUDGET, state=state, acted=Acted(ACK, MUTE))
    assert [("why", ID)] == shown(buttons.of_alert(over))


def lengths(facts: AlertFacts) -> list[str]:
    row = buttons.of_alert(facts)
    assert row is not None
    return [option["value"] for option in row["elements"][1]["options"]]


def test_only_what_has_a_period_is_silenced_until_it_ends() -> None:
    usual = [f"{ID} 1h", f"{ID} 4h", f"{ID} 24h"]
    assert [*usual, f"{ID} until period ends"] == lengths(replace(samples.BUDGET, by_period=True))
    assert usual == lengths(replace(samples.BUDGET, by_period=False))


@pytest.mark.parametrize(("by_period", "count"), [(True, 4), (False, 3)])
def test_a_rule_is_silenced_for_as_long_as_one_of_its_alerts(by_period: bool, count: int) -> None:
    rows = (replace(samples.BUDGET, by_period=by_period),)
    row = buttons.of_table(replace(TABLE.table, rule="user-spend", open=1, rows=rows))
    assert row is not None
    values = [option["value"] for option in row["elements"][0]["options"]]
    assert count == len(values)
    assert by_period == ("rule=user-spend until period ends" in values)


def test_a_table_of_one_rule_that_still_holds_has_its_rule_silenced() -> None:
    table = replace(TABLE.table, rule="user-spend", open=3)
    assert [("silence", "rule=user-spend 1h")] == shown(buttons.of_table(table))
    assert [] == shown(buttons.of_table(replace(table, open=0)))
    assert [] == shown(buttons.of_table(replace(table, rule="")))
    assert [] == shown(buttons.of_table(replace(table, rule="<!channel> all")))


@pytest.mark.parametrize(
    ("muted", "silenced", "expected"),
    [
        pytest.param([MUTE, MUTE], 3, "unsilence", id="all by one silence"),
        pytest.param([MUTE, MUTE], 2, "silence", id="but for one that is not shown"),
        pytest.param([MUTE, None], 2, "silence", id="but for one"),
        pytest.param([MUTE, replace(MUTE, name="S4")], 3, "silence", id="by two silences"),
    ],
)
def test_the_silence_of_a_whole_table_is_ended_from_it(
    muted: list[SilenceFacts | None], silenced: int, expected: str
) -> None:
    rows = [replace(samples.BUDGET, acted=Acted(silence=each)) for each in muted]
    over = replace(samples.BUDGET, state=State.RESOLVED)
    table = replace(TABLE.table, rule="user-spend", open=3, silenced=silenced, rows=(*rows, over))
    assert [expected] == [action for action, _ in shown(buttons.of_table(table))]
    ends = [("unsilence", MUTE.name)] if expected == "unsilence" else []
    assert ends == shown(buttons.of_table(replace(table, rule="")))


@pytest.mark.parametrize(
    ("page", "pages", "expected"),
    [
        pytest.param(0, 1, [("share", "k 0")], id="the only page"),
        pytest.param(0, 3, [("share", "k 0"), ("next", "k 1")], id="the first"),
        pytest.param(
            1, 3, [("share", "k 1"), ("previous", "k 0"), ("next", "k 2")], id="in between"
        ),
        pytest.param(2, 3, [("share", "k 2"), ("previous", "k 1")], id="the last"),
    ],
)
def test_an_answer_is_shared_and_turned_over(
    page: int, pages: int, expected: list[tuple[str, str]]
) -> None:
    assert expected == shown(buttons.of_answer("k", page, pages))
