"""`rules replay`: what the rules would have said."""

import json
from decimal import Decimal
from pathlib import Path

from bot.store import sources
from bot.store.sources import Balance
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


def _rules(folder: Path) -> None:
    settings = CONFIG.partition("rules:")[0] + RULES
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

2026-11-18 12:00 to 2026-11-22 12:00, Europe/Berlin: 4 notifications by 3 rules in 4 messages
"""
        == found.stdout
    )


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
