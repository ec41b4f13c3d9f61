"""From the terse notation to records."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.rehearsal.loading import Rehearsal
from bot.rehearsal.timeline import Event
from rules.money import Money

Read = Callable[..., Rehearsal]


def after(test: Rehearsal, event: Event) -> timedelta:
    return event.record.at - test.origin.start


def minutes(test: Rehearsal) -> list[float]:
    return [after(test, event) / timedelta(minutes=1) for event in test.events]


def spent(test: Rehearsal) -> list[Money]:
    return [event.record.spend for event in test.events]


def usd(*amounts: int) -> list[Money]:
    return [Money.from_usd(amount) for amount in amounts]


@pytest.mark.parametrize(
    ("usage", "at", "amounts"),
    [
        pytest.param("{user: a, spend: 3 USD, at: 10m}", [10], [3], id="a single one"),
        pytest.param("{user: a, spend: 3 USD}", [0], [3], id="at the start when not said"),
        pytest.param(
            "{user: a, spend: 2 credits, at: 10m}", [10], [10], id="credits at their rate"
        ),
        pytest.param(
            "{user: a, spend: 2 USD, every: 15m, from: 1h, until: 90m}",
            [60, 75],
            [2, 2],
            id="steady",
        ),
        pytest.param(
            "{user: a, spend: 2 USD, grows: 1 USD, every: 20m, until: 1h}",
            [0, 20, 40],
            [2, 3, 4],
            id="growing",
        ),
        pytest.param(
            "{user: a, spend: 1 USD, every: 40m}", [0, 40, 80], [1, 1, 1], id="to the test's end"
        ),
        pytest.param("{user: a, at: 5m, times: 3}", [5, 5, 5], [0, 0, 0], id="many at once"),
        pytest.param("{user: a, spend: 1 USD, at: -2d}", [-2880], [1], id="history"),
    ],
)
def test_records_come_when_and_as_is_said(
    read: Read, usage: str, at: list[float], amounts: list[int]
) -> None:
    test = read(usage, test="until: 2h,", head="usd_per_credit: 5")
    assert at == minutes(test)
    assert usd(*amounts) == spent(test)


def test_each_record_is_a_task_of_its_own_and_numbered(read: Read) -> None:
    test = read('{user: "u{n}", model: "m{n}", at: 1m, times: 2}, {user: b, task: own, every: 12h}')
    assert [("u1", "m1"), ("u2", "m2")] == [
        (event.record.user, event.record.model) for event in test.events if event.record.user != "b"
    ]
    assert 3 == len({event.record.task for event in test.events})
    assert 4 == len({event.record.key for event in test.events})


def test_users_are_compared_in_lower_case_as_neo_s_are(read: Read) -> None:
    [event] = read("{user: Ana@ACME.test, at: 1m}").events
    assert ("ana@acme.test", "ana@acme.test") == (event.record.user, event.task.user)


def test_a_record_says_all_that_is_said(read: Read) -> None:
    said = (
        "user: a, spend: 3 USD, llm_cost: 4 USD, byok: true, status: failed, error: lost, model: m, source: s,"
        " task: t, title: T, tools: [b, a], agents: [p], steps: 7, takes: 2s, id: x"
    )
    [event] = read(f"{{{said}}}").events
    record = event.record
    assert (0, 3, 4) == tuple(
        int(each.usd) for each in (record.credits, record.neo_cost, record.llm_cost)
    )
    assert ("failed", "lost", "m", "s", "t", "x") == (
        record.status,
        record.error,
        record.model,
        record.source,
        record.task,
        record.key,
    )
    assert (("a", 1, 0), ("b", 1, 0)) == record.tools
    assert (("p", 1),) == record.agents
    assert (7, 2000, 2, 1) == (
        record.steps,
        record.execution_ms,
        record.tool_calls,
        record.agent_triggers,
    )
    assert ("T", "t", "a") == (event.task.title, event.task.id, event.task.user)


def test_a_record_is_seen_late_corrected_and_removed(read: Read) -> None:
    late, corrected, dearer, gone = read(
        "{user: a, spend: 3 USD, at: 10m, seen: 1h, id: x}, {correct: x, status: error, at: 2h},"
        " {correct: x, spend: 9 USD, at: 3h}, {remove: x, at: 4h}"
    ).events
    assert timedelta(minutes=50) == late.seen - late.record.at
    assert ("error", Money.from_usd(3)) == (corrected.record.status, corrected.record.spend)
    assert ("error", Money.from_usd(9)) == (dearer.record.status, dearer.record.spend)
    assert (False, True) == (dearer.gone, gone.gone)
    assert {late.record.at} == {each.record.at for each in (corrected, dearer, gone)}


def test_what_own_keys_cost_is_corrected_where_it_is_paid(read: Read) -> None:
    _, corrected = read("{user: a, byok: true, id: x}, {correct: x, spend: 9 USD, at: 1h}").events
    assert Money.from_usd(9) == corrected.record.neo_cost
