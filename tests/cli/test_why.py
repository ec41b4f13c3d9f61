"""`why`: what a rule made of a series, on a terminal."""

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from bot.notify.notification import Destination, NoteBody, Via
from bot.notify.silence import Silence
from bot.store import acks, alerts, decisions, messages, outbox, silences
from bot.store.acks import Ack
from bot.store.connection import Connection
from bot.store.outbox import Entry
from rules.alert import Alert, Reason, State, Transition
from rules.finding import Series
from rules.labels import Label
from rules.terms import Limit, Severity
from rules.window import Span
from tests.answers import world
from tests.answers.world import ANA, BERLIN, NOW, usd
from tests.cli import conftest
from tests.cli.conftest import Run

MORE = """\
  - {name: day, metric: spend, group_by: [user], window: day, thresholds: {warning: 10 USD}, notify: [finops]}
  - {name: turn, metric: spend, window: credit_month, forecast: {warning: 10 USD}, notify: [finops]}
  - {name: odd, metric: spend, window: day, baseline: {warning: 4x}, notify: [finops]}
  - {name: failing, metric: error_rate, window: 7d, thresholds: {warning: 90%}, notify: [finops]}
  - {name: left, metric: credit_balance, below: true, thresholds: {warning: 1 USD}, notify: [finops]}
  - {name: tasks, metric: tasks, group_by: [user], window: day, thresholds: {warning: 10}, notify: [finops]}
"""


@pytest.fixture
def ready(filled: Run, tmp_path: Path) -> Run:
    """Usage, more rules, and an alert that was told."""
    path = Path("config.yaml")
    path.write_text(path.read_text() + MORE)
    conftest.store(tmp_path / "bot.db", _fire)
    return filled


def _fire(db: Connection) -> None:
    rule = world.rules("rules:\n" + MORE)[0]
    limit = Limit(Severity.WARNING, usd(10), "10 USD")
    since = NOW - world.hours(1)
    alert = Alert(
        series=Series("day", "thresholds", rule.meaning, (Label.USER,), (ANA,)),
        span=Span(NOW - world.hours(12), NOW + world.hours(12)),
        by_period=True,
        state=State.FIRING,
        severity=Severity.WARNING,
        peak=Severity.WARNING,
        value=usd(20),
        worst=usd(20),
        limit=limit,
        peak_limit=limit,
        since=since,
        note="ask Ben",
    )
    alerts.put(db, [(alert, None)])
    decisions.add(db, [Transition(None, alert, Reason.FIRST)], since)
    place = Destination("finops", Via.SLACK, "#neo-spend")
    messages.write(db, "m1", place, NoteBody("x"), since)
    outbox.add(db, Entry("m1", "m1", "first"), since)
    messages.tell(db, [alert], place, "m1")


def test_the_table_tells_figures_limits_records_and_the_alert(ready: Run) -> None:
    found = ready("why", "day", f"user={ANA}")
    assert (0, "") == (found.exit_code, found.stderr.replace(_CREDIT, ""))
    head, *rest = found.stdout.splitlines()
    assert f"day{{user={ANA}}} = $20.01" == head
    text = "\n".join(rest)
    alert = text[text.index("alert ") :].split()[1]
    assert (
        f"""\
22 Nov 2026: 2026-11-22 00:00 to 2026-11-23 00:00, Europe/Berlin; usage as of 2026-11-22 11:59

thresholds holds: $20.01 reaches 10 USD

condition   severity  limit   from
──────────  ────────  ──────  ────
thresholds  warning   10 USD  rule

made of                                               when              user           status     amount
────────────────────────────────────────────────────  ────────────────  ─────────────  ─────────  ──────
Assess the shop 00000000-0000-0000-0000-000000000001  2026-11-22 11:00  ana@acme.test  completed  $20.00
Assess the shop 00000000-0000-0000-0000-000000000002  2026-11-22 10:00  ana@acme.test  completed   $0.01
────────────────────────────────────────────────────  ────────────────  ─────────────  ─────────  ──────
total                                                                                             $20.01

alert {alert} (thresholds): firing at warning, peak warning, since 2026-11-22 11:00; ask Ben
last decision 2026-11-22 11:00: firing warning, $20.00, limit 10 USD (first)
last notification 2026-11-22 11:00: firing warning, $20.00, limit 10 USD (first)
told finops (#neo-spend): $20.00, warning"""
        == text
    )


_CREDIT = "credit_month: Neo has not told when the plan turns, so the calendar month stands in.\n"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        pytest.param(("team",), "critical  100% of 100 USD = $100.00  rule, of its budget", id="b"),
        pytest.param(("odd",), "no fixed limit (rule)", id="a baseline has none"),
        pytest.param(("failing",), "total of 5", id="a ratio"),
        pytest.param(("turn",), "forecast   warning   10 USD", id="a forecast"),
        pytest.param(("day", f"USER={ANA}", "--at", "2026-11-22 11:59"), "known at 2026", id="at"),
        pytest.param(("tasks", f"user={ANA}"), "Assess the shop", id="tasks"),
    ],
)
def test_it_answers_for_every_kind_of_rule(ready: Run, words: tuple[str, ...], says: str) -> None:
    found = ready("why", *words)
    assert 0 == found.exit_code
    assert says in found.stdout


def test_what_is_left_out_has_a_row(ready: Run, tmp_path: Path) -> None:
    many = [world.spent(n + 100, world.hours(1), usd(1)) for n in range(20)]
    conftest.store(tmp_path / "bot.db", lambda db: world.add(db, many))
    shown = ready("why", "day", f"user={ANA}").stdout
    assert "+14 more" in shown
    assert " $40.01" in shown


def test_what_people_did_is_told(ready: Run, tmp_path: Path) -> None:
    conftest.store(tmp_path / "bot.db", _act)
    shown = ready("why", "day", f"user={ANA}").stdout
    assert "\nacknowledged by ada@acme.test at 2026-11-22 11:30\n" in shown
    assert "\nsilenced by ada@acme.test until 2026-11-22 13:00 (S1): the scan\n" in shown
    [found] = json.loads(ready("why", "day", f"user={ANA}", "--format", "json").stdout)
    [told] = found["alerts"]
    assert {"by": "ada@acme.test", "at": "2026-11-22T11:30:00+01:00"} == told["acknowledged"]
    assert told["silenced"] == {
        "name": "S1",
        "by": "ada@acme.test",
        "until": "2026-11-22T13:00:00+01:00",
        "reason": "the scan",
    }


def _act(db: Connection) -> None:
    [alert] = alerts.open_alerts(db)
    alerts.put(db, [(replace(alert, acked=alert.peak), None)])
    acks.add(db, Ack(alert.id, NOW - world.hours(0.5), "ada@acme.test", alert.peak))
    muted = Silence(0, NOW, NOW + world.hours(1), "ada@acme.test", "the scan", alert=alert.id)
    silences.add(db, muted)


@pytest.mark.parametrize(
    ("at", "known"),
    [
        pytest.param("2026-11-22 11:58", "0", id="before it was polled, in the own zone"),
        pytest.param("2026-11-22T10:59Z", "20.01", id="with an offset"),
        pytest.param("2026-11-22T12:00+01:00", "20.01", id="now"),
    ],
)
def test_json_is_exact_and_as_of_the_moment(ready: Run, at: str, known: str) -> None:
    found = ready("why", "day", f"user={ANA}", "--at", at, "--format", "json")
    [told] = json.loads(found.stdout, parse_float=Decimal, parse_int=Decimal)
    assert Decimal(known) == (told["value"] or 0)
    assert {"user": ANA} == told["labels"]
    parts = sum(part["amount"] for part in told["made"]["parts"])
    assert told["made"]["whole"] == parts + told["made"]["rest"]
    [limit] = told["limits"]
    assert (10, "rule", False) == (limit["limit"], limit["from"], limit["of_budget"])
    [alert] = told["alerts"]
    assert ("firing", "first") == (alert["state"], alert["spoken"]["reason"])
    assert [] == alert["told"] if not told["live"] else alert["told"]
    assert BERLIN.key == "Europe/Berlin"
    assert told["at"].endswith("+01:00")


def test_totals_in_json_have_the_names_and_units_of_metrics(ready: Run) -> None:
    found = ready("why", "day", f"user={ANA}", "--format", "json")
    told = json.loads(found.stdout, parse_float=Decimal, parse_int=Decimal)[0]["totals"]
    assert (told["credits"], told["spend"]) == (Decimal("20.01"), Decimal("20.01"))
    for name in ("error_rate", "execution_time", "judged", "streams", "total_cost"):
        asked = {} if name == "judged" else _asked(ready, name)
        assert asked.get(name, told[name]) == told[name], name
    assert not {"tasks", "blocked", "task_cost", "credit_balance"} & {*told}
    tasks = ready("why", "tasks", f"user={ANA}", "--format", "json")
    assert {"tasks": 1} == json.loads(tasks.stdout)[0]["totals"]


def _asked(ready: Run, name: str) -> dict[str, Decimal]:
    shown = ready("query", name, "--window", "today", "--where", f"user={ANA}", "--format", "json")
    [row] = json.loads(shown.stdout, parse_float=Decimal, parse_int=Decimal)
    return {name: row[name]}


def test_a_user_is_found_in_any_case(ready: Run) -> None:
    assert (
        ready("why", "day", f"user={ANA}").stdout
        == ready("why", "day", "user=Ana@ACME.test").stdout
    )


def test_what_was_held_back_is_told(ready: Run, tmp_path: Path) -> None:
    conftest.store(tmp_path / "bot.db", _hold)
    shown = ready("why", "day", f"user={ANA}").stdout
    assert (
        "\nheld back by S1: 2026-11-22 11:30: firing warning, $20.00, limit 10 USD (repeat)\n"
        in shown
    )
    [found] = json.loads(ready("why", "day", f"user={ANA}", "--format", "json").stdout)
    [told] = found["alerts"]
    assert ("S1", "repeat") == (told["held_back"]["by"], told["held_back"]["reason"])
    assert "first" == told["spoken"]["reason"]


def _hold(db: Connection) -> None:
    [alert] = alerts.open_alerts(db)
    muted = Silence(0, NOW - world.hours(0.5), NOW, "ada@acme.test", "", "day")
    silences.add(db, muted)
    decisions.add(db, [Transition(alert, alert, Reason.REPEAT)], muted.starts)


def test_a_gauge_has_no_parts_in_json(ready: Run) -> None:
    found = ready("why", "left", "source=acme", "--format", "json")
    assert 2 == found.exit_code
    assert "There is nothing of left{source=acme}" in found.stderr


@pytest.mark.parametrize(
    ("words", "says"),
    [
        pytest.param(("dya",), '"dya" is not a rule; did you mean "day"?', id="a rule"),
        pytest.param(("day",), f"worst first: user={ANA} ($20.01), user=ben@acme.test", id="who"),
        pytest.param(("day", "ana"), '"ana" is not a label and its value', id="a label"),
        pytest.param(
            ("day", "--at", "noon"), '"noon" is not a time, such as 2026-03-03', id="a time"
        ),
        pytest.param(("team", "--at", "2027-01-01"), "That time is still to come", id="the future"),
    ],
)
def test_wrong_words_end_with_2(ready: Run, words: tuple[str, ...], says: str) -> None:
    found = ready("why", *words)
    assert (2, "") == (found.exit_code, found.stdout)
    assert says in found.stderr


def test_it_needs_no_secret(ready: Run) -> None:
    path = Path("config.yaml")
    path.write_text(
        path.read_text().replace("neo_sk_test", "${NEO_API_KEY}").replace("xoxb-1", "${BOT}")
    )
    assert 0 == ready("why", "team").exit_code
