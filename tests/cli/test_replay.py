"""`rules replay`: what the rules would have said."""

import json
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest
from click.testing import Result

from bot.store import ledger, sources
from bot.store.connection import Connection
from bot.store.sources import Balance
from rules.record import Record
from tests.answers import world
from tests.cli import conftest
from tests.cli.conftest import CONFIG, Run

RULES = """\
rules:
  - {{name: day, metric: spend, group_by: [user], window: day, thresholds: {{warning: 5 USD, critical: 10 USD}}}}
  - {{name: failing, metric: error_rate, window: 24h, timezone: UTC, thresholds: {{info: 20%}}}}
  - {{name: runs, metric: execution_time, window: 2h, thresholds: {{info: 1s}}}}
  - {{name: balance, metric: credit_balance, below: true, thresholds: {{critical: 10 USD}}}}
"""


def _rules(folder: Path, more: str = "") -> None:
    settings = CONFIG.partition("rules:")[0] + more + RULES
    (folder / "config.yaml").write_text(settings.format(store=folder / "bot.db"))


def test_a_table_lists_each_and_ends_with_totals(filled: Run, tmp_path: Path) -> None:
    _rules(tmp_path)
    found = filled("rules", "replay", "--since", "4d")
    assert (
        0,
        "Left out, since no history is stored of what they measure: balance (credit_balance).\n",
    ) == (
        found.exit_code,
        found.stderr,
    )
    assert (
        """\
when              rule     who or what         severity  reason  value    limit
────────────────  ───────  ──────────────────  ────────  ──────  ──────  ──────
2026-11-22 11:59  day      user=ci@acme.test   warning   late    $8.00    5 USD
2026-11-22 11:59  day      user=ana@acme.test  critical  first   $20.01  10 USD
2026-11-22 11:59  failing  all                 info      first   33.3%      20%
2026-11-22 11:59  runs     all                 info      first   1s          1s

rule     alerts  messages  held  people                loudest
───────  ──────  ────────  ────  ──────  ─────────────────────
day      2       2         0     2       user=ci@acme.test (1)
failing  1       1         0     –                     all (1)
runs     1       1         0     –                     all (1)

2026-11-18 12:00 to 2026-11-22 12:00, Europe/Berlin: 4 notifications by 3 rules in 4 messages
"""
        == found.stdout
    )


def test_what_a_quiet_time_holds_back_is_counted(filled: Run, tmp_path: Path) -> None:
    _rules(tmp_path, 'notify: {{quiet: {{hours: "11:00-13:00", except: [critical]}}}}\n')
    found = filled("rules", "replay", "--since", "4d").stdout.splitlines()
    assert [["day", "1", "1", "1"], ["failing", "0", "0", "1"], ["runs", "0", "0", "1"]] == [
        line.split()[:4] for line in found[-5:-2]
    ]
    _rules(tmp_path, "notify: {{quiet: {{days: [sun]}}}}\n")
    assert "day      0       0         2 " in filled("rules", "replay", "--since", "4d").stdout


def test_json_is_exact_and_in_plain_units(filled: Run, tmp_path: Path) -> None:
    _rules(tmp_path)
    found = filled("rules", "replay", "--since", "4d", "--format", "json")
    said = json.loads(found.stdout, parse_float=Decimal, parse_int=Decimal)
    assert ["late", "first", "first", "first"] == [each["reason"] for each in said]
    assert {
        "at": "2026-11-22T11:59:00+01:00",
        "rule": "day",
        "labels": {"user": "ana@acme.test"},
        "severity": "critical",
        "reason": "first",
        "value": Decimal("20.01"),
        "limit": Decimal(10),
        "period_start": "2026-11-22T00:00:00+01:00",
        "period_end": "2026-11-23T00:00:00+01:00",
    } == said[1]
    assert {
        "at": "2026-11-22T10:59:00+00:00",
        "rule": "failing",
        "labels": {},
        "severity": "info",
        "reason": "first",
        "value": Decimal("33.333333333333"),
        "limit": Decimal(20),
        "period_start": "2026-11-21T10:59:00+00:00",
        "period_end": "2026-11-22T10:59:00+00:00",
    } == said[2]
    assert (Decimal("1.8"), Decimal(1)) == (said[3]["value"], said[3]["limit"])


def test_nothing_is_an_empty_list(filled: Run) -> None:
    assert "[]\n" == filled("rules", "replay", "--since", "1h", "--format", "json").stdout
    assert (
        "2026-11-22 11:00 to 2026-11-22 12:00, Europe/Berlin: 0 notifications by 0 rules in 0 messages\n"
        == filled("rules", "replay", "--since", "1h").stdout
    )


def test_it_says_from_when_on_a_rule_is_judged(filled: Run, tmp_path: Path) -> None:
    _rules(tmp_path)
    found = filled("rules", "replay", "--since", "90d")
    assert (
        "The ledger begins at 2026-09-23 13:00. A rule is judged once its whole window is in it:"
        " 2h from 2026-09-23 15:00, day from 2026-09-24 00:00, 24h from 2026-09-24 13:00.\n"
    ) in found.stderr


def test_an_empty_store_is_told_from_a_quiet_one(run: Run, tmp_path: Path) -> None:
    conftest.store(tmp_path / "bot.db", lambda _: None)
    found = run("rules", "replay", "--format", "json")
    assert (0, "[]\n") == (found.exit_code, found.stdout)
    assert (
        "No usage is stored that the rules look at; `run` or `backfill` reads it from Neo.\n"
        == found.stderr
    )


def test_no_store_and_faulty_rules_end_with_what_to_do(run: Run, tmp_path: Path) -> None:
    missing = run("rules", "replay")
    assert (1, "") == (missing.exit_code, missing.stdout)
    assert "bot.db is not there; start `run` or `backfill` to make it" in missing.stderr
    config = (tmp_path / "config.yaml").read_text()
    (tmp_path / "config.yaml").write_text(config.replace("metric: spend", "metric: spnd"))
    faulty = run("rules", "replay")
    assert (2, "") == (faulty.exit_code, faulty.stdout)
    assert 'did you mean "spend"' in faulty.stderr


def test_wrong_words_end_with_2(filled: Run) -> None:
    found = filled("rules", "replay", "--since", "yesterday")
    assert (2, "") == (found.exit_code, found.stdout)
    assert "a duration" in found.stderr


def test_the_bot_may_go_on_meanwhile(filled: Run, tmp_path: Path) -> None:
    conftest.store(
        tmp_path / "bot.db",
        lambda db: world.add(db, [world.spent(9, world.hours(0.5), world.usd(90))]),
    )
    assert "team" in filled("rules", "replay").stdout


def test_credit_months_turn_with_the_plan(filled: Run, tmp_path: Path) -> None:
    rule = (
        "rules: [{{name: plan, metric: spend, window: credit_month, thresholds: {{info: 15 USD}}}}]"
    )
    settings = CONFIG.partition("rules:")[0] + rule
    (tmp_path / "config.yaml").write_text(settings.format(store=tmp_path / "bot.db"))
    words = ("rules", "replay", "--since", "4d", "--format", "json")
    found = filled(*words)
    assert ["2026-11-01T00:00:00+01:00"] == [
        each["period_start"] for each in json.loads(found.stdout)
    ]
    assert "the calendar month stands in" in found.stderr
    turn = world.NOW - world.hours(2)
    balance = Balance(world.usd(1), world.usd(2), None, turn, world.NOW)
    conftest.store(tmp_path / "bot.db", lambda db: sources.balanced(db, "acme", balance))
    found = filled(*words)
    assert ["2026-10-22T11:00:00+02:00", "2026-11-22T10:00:00+01:00"] == [
        each["period_start"] for each in json.loads(found.stdout)
    ]
    assert "" == found.stderr


OTHER = """\
rules:
  - {name: day, metric: spend, group_by: [user], window: day, thresholds: {warning: 8 USD, critical: 20 USD}, notify: [x]}
  - {name: failing, metric: error_rate, window: 24h, timezone: UTC, thresholds: {info: 20%}}
  - {name: failing-badly, metric: error_rate, window: 24h, thresholds: {critical: 90%}}
  - {name: blocked, metric: blocked, window: day, thresholds: {info: 1}}
"""


def _against(run: Run, folder: Path, text: str, *words: str) -> Result:
    _rules(folder)
    (folder / "other.yaml").write_text(text)
    return run("rules", "replay", "--since", "4d", "--against", "other.yaml", *words)


def test_a_table_shows_what_other_rules_would_have_changed(filled: Run, tmp_path: Path) -> None:
    found = _against(filled, tmp_path, OTHER)
    left_out = "Left out, since no history is stored of what they measure:"
    notes = [
        f"{left_out} balance (credit_balance).",
        f"other.yaml: {left_out} blocked (blocked).",
    ]
    assert (0, notes) == (found.exit_code, found.stderr.splitlines())
    assert (
        """\
only        when              rule  who or what         severity  reason  value    limit
──────────  ────────────────  ────  ──────────────────  ────────  ──────  ──────  ──────
in force    2026-11-22 11:59  day   user=ci@acme.test   warning   late    $8.00    5 USD
in force    2026-11-22 11:59  day   user=ana@acme.test  critical  first   $20.01  10 USD
in force    2026-11-22 11:59  runs  all                 info      first   1s          1s
other.yaml  2026-11-22 11:59  day   user=ci@acme.test   warning   late    $8.00    8 USD
other.yaml  2026-11-22 11:59  day   user=ana@acme.test  critical  first   $20.01  20 USD

rule           alerts  messages  held   people  only in force  only other.yaml
─────────────  ──────  ────────  ─────  ──────  ─────────────  ───────────────
day            2 → 2   2 → 2     0 → 0  2 → 2   2                            2
failing        1 → 1   1 → 1     0 → 0  – → –   0                            0
runs           1 → –   1 → –     0 → –  – → –   1                            0
failing-badly  – → 0   – → 0     – → 0  – → –   0                            0

2026-11-18 12:00 to 2026-11-22 12:00, Europe/Berlin
in force: 4 notifications by 3 rules in 4 messages
other.yaml: 3 notifications by 2 rules in 3 messages
"""
        == found.stdout
    )


def test_json_says_on_which_side_each_is(filled: Run, tmp_path: Path) -> None:
    found = _against(filled, tmp_path, OTHER, "--format", "json")
    said = json.loads(found.stdout, parse_float=Decimal, parse_int=Decimal)
    assert [
        ("in_force", "day", 8, 5),
        ("in_force", "day", Decimal("20.01"), 10),
        ("in_force", "runs", Decimal("1.8"), 1),
        ("against", "day", 8, 8),
        ("against", "day", Decimal("20.01"), 20),
    ] == [(each["only"], each["rule"], each["value"], each["limit"]) for each in said]
    plain = json.loads(filled("rules", "replay", "--since", "4d", "--format", "json").stdout)
    assert {*plain[0], "only"} == set(said[0])


def _backfilled(records: list[Record], db: Connection) -> None:
    ledger.add(db, records, seen=world.NOW, live=False)


def test_what_differs_is_in_the_order_of_time(filled: Run, tmp_path: Path) -> None:
    ago = world.hours(30)
    spent = [world.spent(50, ago, world.usd(30), world.BEN)]
    conftest.store(tmp_path / "bot.db", partial(_backfilled, spent))
    sides = ["in_force", "against", "in_force", "in_force", "in_force", "against", "against"]
    found = _against(filled, tmp_path, OTHER, "--format", "json")
    assert sides == [each["only"] for each in json.loads(found.stdout)]
    lines = _against(filled, tmp_path, OTHER).stdout.splitlines()[2:9]
    assert ["other" if side == "against" else "in fo" for side in sides] == [
        line[:5] for line in lines
    ]


def test_the_same_rules_in_other_words_differ_in_nothing(filled: Run, tmp_path: Path) -> None:
    same = RULES.format().replace("warning: 5 USD", "warning: 5.00 USD")
    assert "[]\n" == _against(filled, tmp_path, same, "--format", "json").stdout
    found = _against(filled, tmp_path, same)
    assert found.stdout.startswith("rule ")
    assert 1 == len(found.stderr.splitlines())


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param(
            OTHER.replace("metric: spend", "metric: spnd"),
            'other.yaml:2:25: "spnd" is not a metric; did you mean "spend"?',
            id="a fault in them",
        ),
        pytest.param(
            CONFIG.format(store="bot.db"), "other.yaml:1:1: unknown key", id="a configuration"
        ),
        pytest.param(
            None, "other.yaml is not there: name a file with `rules:` in it", id="no file"
        ),
    ],
)
def test_other_rules_that_cannot_be_read_end_with_2(
    text: str | None, says: str, filled: Run, tmp_path: Path
) -> None:
    if text is not None:
        (tmp_path / "other.yaml").write_text(text)
    found = filled("rules", "replay", "--against", "other.yaml")
    assert (2, "") == (found.exit_code, found.stdout)
    assert says in found.stderr


def test_other_rules_count_in_the_zone_and_credit_of_the_configuration(
    filled: Run, tmp_path: Path
) -> None:
    turn = world.NOW - world.hours(2)
    balance = Balance(world.usd(1), world.usd(2), None, turn, world.NOW)
    conftest.store(tmp_path / "bot.db", lambda db: sources.balanced(db, "acme", balance))
    rule = "{name: plan, metric: spend, window: credit_month, thresholds: {info: 2 credits}}"
    _rules(tmp_path, "money: {{usd_per_credit: 7}}\n")
    (tmp_path / "other.yaml").write_text(f"rules: [{rule}]")
    found = filled(
        "rules", "replay", "--since", "4d", "--against", "other.yaml", "--format", "json"
    )
    plans = [each for each in json.loads(found.stdout) if each["rule"] == "plan"]
    assert [("2026-10-22T11:00:00+02:00", 14), ("2026-11-22T10:00:00+01:00", 14)] == [
        (each["period_start"], each["limit"]) for each in plans
    ]
