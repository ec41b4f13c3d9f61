"""The whole pipeline, up to the rendered notification."""

from datetime import datetime, timedelta

import pytest

from bot.answers import agenda
from bot.rehearsal import loading, play
from bot.rehearsal.told import Told
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


async def test_a_window_moves_on_without_usage(tell: Tell) -> None:
    rule = "{name: idle, metric: streams, window: 8h, below: true, thresholds: {info: 0}}"
    told = await tell("{user: a, at: 0}, {user: a, at: 16h}", rules=rule, test="until: 20h,")
    assert ["2026-11-18 17:01"] == [f"{each.at:%Y-%m-%d %H:%M}" for each in told[:1]]


QUIET = (
    "{name: quiet, metric: spend, group_by: [user], window: 7d, below: true,"
    " thresholds: {info: 5 USD}}"
)


async def test_a_quiet_user_is_told_of_until_they_return(tell: Tell) -> None:
    usage = (
        "{user: ana, spend: 50 USD, at: -7d}, {user: ana, spend: 2 USD, at: -1d}, {user: ana, spend: 9 USD, at: 8h},"
        " {user: gone, spend: 50 USD, at: -29d}, {user: busy, spend: 6 USD, at: -1d}"
    )
    told = await tell(usage, rules=QUIET, test="until: 12h,")
    assert [("first", "$2.00"), ("resolved", "$11.00")] == [
        (each.reason, metric.text(each.value or 0)) for each in told
    ]


async def test_who_was_not_seen_for_28_days_is_nobody_any_more(tell: Tell) -> None:
    usage = "{user: left, spend: 9 USD, at: -28d1m}, {user: away, spend: 9 USD, at: -28d}"
    told = await tell(usage, rules=QUIET, test="until: 3d,")
    assert [{"user": "away"}] == [dict(each.labels or {}) for each in told]


async def test_what_is_seen_at_one_moment_is_taken_in_its_order(tell: Tell) -> None:
    told = await tell(
        "{user: a, spend: 60 USD, id: x}, {user: b, spend: 60 USD, id: y},"
        " {remove: x, at: 0}, {correct: y, spend: 70 USD, at: 0}"
    )
    assert ["$70.00"] == [metric.text(each.value or 0) for each in told]


GAUGES = (
    " {name: left, metric: expires_in, below: true, thresholds: {info: 15h, warning: 10h}, for: 20m},"
    " {name: pace, metric: runway, below: true, thresholds: {info: 30d, critical: 20d}},"
    " {name: age, metric: data_age, group_by: [source], thresholds: {info: 22m}, repeat: 15m}"
)
DONE = (
    "silences: [{rule: day, from: 30m, until: 4h20m}, {match: {user: a}, from: 14h, until: 15h}],"
    " acks: [{rule: age, at: 7h, undo: 8h}], outages: [{from: 3h2m, until: 3h50m}, {from: 6h, until: 9h}],"
    " credits: [{balance: 90 USD, expires: 20h}, {at: 12h, balance: 100 USD, expires: 22h}],"
)


@pytest.mark.parametrize(
    ("parts", "named"),
    [
        pytest.param(
            {"rules": MANY, "head": "every: 5m", "test": "until: 20h,"},
            {"day", "hour", "runaway", "idle"},
            id="usage alone",
        ),
        pytest.param(
            {
                "rules": f"{MANY.replace('window: day', 'repeat: 1h, window: day')}, {GAUGES}",
                "head": 'every: 10m\nnotify: {quiet: {hours: "10:00-11:07", except: [critical]}}',
                "test": f"until: 20h, {DONE}",
            },
            {"day", "hour", "runaway", "idle", "left", "pace", "age"},
            id="what people do and Neo says too",
        ),
    ],
)
async def test_judging_only_where_something_can_change_equals_judging_always(
    parts: dict[str, str], named: set[str], tell: Tell, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = (
        "{user: a, task: t, spend: 9 USD, every: 7m, from: 1h, until: 2h}, {user: b, spend: 60 USD, at: 4h, id: x},"
        " {correct: x, spend: 6 USD, at: 5h}, {user: a, spend: 7 USD, every: 11m, from: 14h, until: 16h}"
    )
    few = await tell(usage, **parts)

    def always(_self: object, at: datetime, *_: object) -> datetime:
        return at + timedelta(minutes=10 if "10m" in parts["head"] else 5)

    monkeypatch.setattr(agenda.Agenda, "following", always)
    assert few == await tell(usage, **parts)
    assert named == {each.rule for each in few}


BOB = "{user: bob, spend: 60 USD, at: 10m}"
AGAIN = DAY.replace("window", "repeat: 1h, window")
NIGHT = 'notify: {quiet: {hours: "22:00-06:00"}}'


def _hours(told: list[Told]) -> list[tuple[str, float, str]]:
    """Whom it was about, how many hours after the start, and why."""
    return [
        (each.labels.get("user", each.rule), (each.at - START).total_seconds() / 3600, each.reason)
        for each in told
    ]


START = datetime.fromisoformat("2026-11-18T09:00:00+00:00")


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        pytest.param("until: 90m,", [("bob", 1 / 6, "first"), ("bob", 7 / 6, "repeat")], id="none"),
        pytest.param(
            'until: 90m, silences: [{match: {user: "b*"}, until: 20m}],',
            [("bob", 1 / 3, "first"), ("bob", 4 / 3, "repeat")],
            id="a silence that ends",
        ),
        pytest.param(
            "until: 90m, silences: [{rule: d*, from: 15m, until: 80m}],",
            [("bob", 1 / 6, "first")],
            id="a silence over what would be repeated",
        ),
        pytest.param(
            "until: 3h, acks: [{rule: day, at: 10m}],",
            [("bob", 1 / 6, "first")],
            id="somebody takes it on as it is told",
        ),
        pytest.param(
            "until: 3h, acks: [{rule: day, labels: {user: bob}, at: 70m, undo: 150m}],",
            [("bob", 1 / 6, "first"), ("bob", 7 / 6, "repeat")],
            id="and gives it back before it would be repeated",
        ),
    ],
)
async def test_what_people_do_holds_messages_back(
    tell: Tell, test: str, expected: list[tuple[str, float, str]]
) -> None:
    assert expected == _hours(await tell(BOB, rules=AGAIN, test=test))


async def test_what_ends_as_its_day_does_is_told_then(tell: Tell) -> None:
    told = await tell(
        "{user: bob, spend: 60 USD, at: 10h}",
        head='notify: {quiet: {hours: "18:00-00:00"}}',
        test="until: 20h,",
    )
    assert [("delayed", timedelta(hours=15))] == [(each.reason, each.at - START) for each in told]


async def test_what_is_over_by_the_morning_is_told_to_nobody(tell: Tell) -> None:
    rule = (
        "{name: roll, metric: spend, group_by: [user], window: 1h, thresholds: {warning: 50 USD}}"
    )
    assert [] == await tell("{user: bob, spend: 60 USD, at: 14h}", rules=rule, head=NIGHT)


async def test_nobody_can_take_on_what_does_not_fire(write: Write) -> None:
    [test] = loading.load(
        write(BOB, test="until: 1h, acks: [{rule: day, labels: {user: ana}, at: 20m}],")
    )
    missed = (
        "nobody could take on day{user=ana} at 20m (2026-11-18 09:20): no such alert fires then",
    )
    assert missed == (await play.play(test)).missed


DAYS = "metric: expires_in, below: true, thresholds: {warning: 7d}"


@pytest.mark.parametrize(
    ("rule", "test", "expected"),
    [
        pytest.param(
            "metric: credit_balance, below: true, thresholds: {info: 10 USD}",
            "credits: [{balance: 20 USD}, {balance: 9 USD, at: 3h}, {balance: 12 USD, at: 5h}],",
            [("gauge", 3, "first"), ("gauge", 5, "resolved")],
            id="a balance",
        ),
        pytest.param(
            DAYS,
            "credits: [{balance: 20 USD, expires: 7d5h}],",
            [("gauge", 5, "first")],
            id="credits that expire",
        ),
        pytest.param(
            f"{DAYS}, for: 2h",
            "credits: [{balance: 20 USD, expires: 7d5h}],",
            [("gauge", 7, "first")],
            id="for so long",
        ),
        pytest.param(
            "metric: runway, below: true, thresholds: {info: 100d}",
            "until: 16d, credits: [{balance: 20 USD}],",
            [
                ("bob", pytest.approx(11 / 60), "first"),
                ("bob", pytest.approx(336 + 11 / 60), "resolved"),
            ],
            id="a pace that slows down",
        ),
        pytest.param(
            "metric: data_age, group_by: [source], thresholds: {info: 15m}",
            "outages: [{from: 4h, until: 5h}, {from: 8h, until: 8h10m}],",
            [("gauge", pytest.approx(4 - 1 / 60 + 1 / 4), "first"), ("gauge", 5, "resolved")],
            id="an outage",
        ),
    ],
)
async def test_what_neo_says_is_told(
    tell: Tell, rule: str, test: str, expected: list[tuple[str, float, str]]
) -> None:
    told = await tell(BOB, rules=f"{{name: gauge, {rule}}}", test=test)
    assert [each[1:] for each in expected] == [each[1:] for each in _hours(told)]


async def test_what_is_used_while_neo_does_not_answer_is_seen_then(tell: Tell) -> None:
    usage = f"{BOB}, {{user: eve, spend: 60 USD, at: 15m, source: other}}, {{user: cid, at: 11m, id: x}}, {{correct: x, spend: 60 USD, at: 12m}}"
    told = await tell(usage, test="outages: [{from: 5m, until: 30m, source: neo}], until: 2h,")
    assert [("eve", 1 / 4, "first"), ("bob", 1 / 2, "first"), ("cid", 1 / 2, "first")] == sorted(
        _hours(told), key=lambda each: (each[1], each[0])
    )
