"""The whole pipeline, up to the rendered notification."""

from datetime import datetime, timedelta

import pytest

from bot.answers import agenda
from bot.rehearsal import loading, play
from bot.slack import render
from rules import metric, tick
from tests.rehearsal.conftest import DAY, Tell, Write

TWO = 'receivers: {finops: {slack: "#a"}, owner: {slack: dm}, pager: {webhook: {url: "https://h.acme.test/"}}}'
ROUTED = DAY.replace("window", "notify: [owner, pager, finops], window")

IDS = ("a1", "a2", "a3", "a4", "b1", "b2", "b3")
MANY = (
    f"{DAY},"
    " {name: hour, metric: spend, window: 1h, thresholds: {info: 40 USD}, for: 10m, keep: 20m},"
    " {name: runaway, metric: task_cost, window: 2h, thresholds: {critical: 55 USD}},"
    " {name: idle, metric: streams, window: 90m, below: true, thresholds: {info: 0}}"
)


def minutes(seconds: float) -> float:
    return seconds / 60


async def test_receivers_are_told_in_their_order(tell: Tell) -> None:
    told = await tell(
        "{user: a@acme.test, spend: 60 USD, at: 10m}", rules=ROUTED, head=TWO, test="until: 8h,"
    )
    assert ["finops", "owner", "pager"] == [each.to for each in told]
    assert {"first"} == {each.reason for each in told}
    assert {"$60.00"} == {metric.text(each.value) for each in told if each.value is not None}
    assert all("60" in each.text and "50 USD" in each.text for each in told)
    assert '"dedupe_key"' not in told[0].text
    assert "firing" in told[2].text.split()


async def test_a_webhook_is_told_of_the_end_of_a_period(tell: Tell) -> None:
    told = await tell("{user: a, spend: 60 USD}", rules=ROUTED, head=TWO)
    assert ("pager", "closed") == (told[-1].to, told[-1].reason)


async def test_each_severity_tells_its_receivers_and_who_was_told_before(tell: Tell) -> None:
    by_severity = DAY.replace("50 USD}", "50 USD, critical: 100 USD}").replace(
        "window", "notify: {warning: [finops], critical: [owner, pager]}, window"
    )
    told = await tell(
        "{user: a, spend: 60 USD, at: 10m}, {user: a, spend: 50 USD, at: 1h, id: x},"
        " {correct: x, spend: 5 USD, at: 2h}, {correct: x, spend: 6 USD, at: 3h}",
        rules=by_severity,
        head=TWO,
    )
    assert [
        ("finops", "first", "warning"),
        ("finops", "escalated", "critical"),
        ("owner", "first", "critical"),
        ("pager", "first", "critical"),
        ("pager", "closed", "warning"),
    ] == [(each.to, each.reason, each.severity) for each in told]


async def test_steady_usage_crosses_the_limit_once_a_day(tell: Tell) -> None:
    told = await tell("{user: a, spend: 20 USD, every: 6h}", test="until: 4d,")
    assert {"first"} == {each.reason for each in told}
    assert [0, 18, 42, 66] == [(each.at - told[0].at).total_seconds() / 3600 for each in told]


async def test_timers_pass_without_usage(tell: Tell) -> None:
    rule = "{name: roll, metric: spend, window: 1h, thresholds: {warning: 50 USD}, for: 10m, keep: 20m}"
    told = await tell("{user: a, spend: 60 USD, at: 5m}", rules=rule)
    assert ["first", "resolved"] == [each.reason for each in told]
    assert 70 == minutes((told[1].at - told[0].at).total_seconds())


async def test_usage_before_the_start_is_known_at_the_start(tell: Tell) -> None:
    [told] = await tell("{user: a, spend: 60 USD, at: -2h}, {user: a, spend: 1 USD, at: 1h}")
    assert ("first", "$60.00") == (told.reason, metric.text(told.value or 0))


async def test_many_at_once_are_a_table_and_what_becomes_of_them_is_gathered(tell: Tell) -> None:
    table, changes = await tell(
        '{user: "u{n}", spend: 60 USD, at: 10m, times: 7, id: "r{n}"},'
        " {correct: r1, spend: 1 USD, at: 1h}, {correct: r2, spend: 1 USD, at: 1h}"
    )
    assert (7, "$420.00", {}) == (table.count, metric.text(table.value or 0), table.labels)
    assert (2, "corrected", None) == (changes.count, changes.reason, changes.value)


async def test_many_that_have_a_message_each_are_told_of_together(tell: Tell) -> None:
    told = await tell(
        '{user: "a{n}", spend: 60 USD, at: 10m, times: 4, id: "a{n}"},'
        ' {user: "b{n}", spend: 60 USD, at: 20m, times: 3, id: "b{n}"},'
        + ",".join(f" {{correct: {id_}, spend: 1 USD, at: 1h}}" for id_ in IDS)
    )
    assert ["first"] * 7 == [each.reason for each in told[:7]]
    [changes] = told[7:]
    assert (7, "corrected", {}) == (changes.count, changes.reason, changes.labels)
    assert "$7.00" == metric.text(changes.value or 0)


async def test_a_removed_record_counts_no_more(tell: Tell) -> None:
    told = await tell("{user: a, spend: 60 USD, id: x}, {remove: x, at: 1h}")
    assert ["first", "corrected"] == [each.reason for each in told]


async def test_a_rule_that_cannot_be_judged_is_told(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ArithmeticError("lost")

    monkeypatch.setattr(tick.Tick, "transitions", broken)
    [test] = loading.load(write("{user: a, spend: 60 USD}"))
    played = await play.play(test)
    assert ((), {"day": "ArithmeticError: lost"}) == (played.told, played.failures)


async def test_what_cannot_be_rendered_is_not_told(
    tell: Tell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it would not be by the bot that runs, which tries again."""

    def broken(*_: object) -> None:
        raise ArithmeticError("lost")

    monkeypatch.setattr(render, "post", broken)
    assert [] == await tell("{user: a, spend: 60 USD}", test="until: 1h,")


async def test_a_window_turns_without_usage(tell: Tell) -> None:
    rule = "{name: idle, metric: streams, window: day, below: true, thresholds: {info: 0}}"
    told = await tell("{user: a, at: 0}, {user: a, at: 16h}", rules=rule, test="until: 20h,")
    assert ["2026-11-19 00:00"] == [f"{each.at:%Y-%m-%d %H:%M}" for each in told[:1]]


async def test_what_is_seen_at_one_moment_is_taken_in_its_order(tell: Tell) -> None:
    told = await tell(
        "{user: a, spend: 60 USD, id: x}, {user: b, spend: 60 USD, id: y},"
        " {remove: x, at: 0}, {correct: y, spend: 70 USD, at: 0}"
    )
    assert ["$70.00"] == [metric.text(each.value or 0) for each in told]


async def test_judging_only_where_something_can_change_equals_judging_always(
    tell: Tell, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = (
        "{user: a, task: t, spend: 9 USD, every: 7m, from: 1h, until: 2h}, {user: b, spend: 60 USD, at: 4h, id: x},"
        " {correct: x, spend: 6 USD, at: 5h}, {user: a, spend: 7 USD, every: 11m, from: 14h, until: 16h}"
    )
    parts = {"rules": MANY, "head": "every: 5m", "test": "until: 20h,"}
    few = await tell(usage, **parts)

    def always(_self: object, at: datetime, *_: object) -> datetime:
        return at + timedelta(minutes=5)

    monkeypatch.setattr(agenda.Agenda, "following", always)
    assert few == await tell(usage, **parts)
    assert {"day", "hour", "runaway", "idle"} == {each.rule for each in few}
