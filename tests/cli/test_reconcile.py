"""`reconcile`: what it says, and when it refuses."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.cli import reconcile
from bot.neo.error import Kind, NeoError
from bot.notify import agreement
from bot.notify.agreement import About, Agreement, Difference
from bot.store import lock
from rules.money import ZERO, Money
from rules.window import Span
from tests.cli.conftest import Run

SPAN = Span(datetime(2026, 7, 21, tzinfo=UTC), datetime(2026, 11, 18, 1, tzinfo=UTC))
NOW = datetime(2026, 11, 18, 3, tzinfo=UTC)


def usd(dollars: int) -> Money:
    return Money.from_usd(dollars)


STAYS = Difference(About.TASK, "t-\x1b[9m", usd(7), usd(2), usd(5), usd(5))
HEALED = Difference(About.TASK, "t-1", usd(1), usd(4), usd(3), ZERO)
DIFFERS = agreement.conclude(NOW, SPAN, (1_200, [STAYS, HEALED]), [], ["a note"])
EQUAL = agreement.conclude(NOW, SPAN, (1, []), None)
MANY = agreement.conclude(NOW, SPAN, None, [STAYS] * 51)
NOTHING = agreement.conclude(NOW, SPAN, None, None, ["why"])
NEXT = "  Reading again did not help: Neo's totals do not agree with its own records. Ask its support which it bills."


@pytest.mark.parametrize(
    ("found", "lines"),
    [
        pytest.param(
            DIFFERS,
            [
                "acme: differs from Neo's own totals by $5.00, after $3.00 was healed",
                "  1,200 tasks and the totals of 2026-07-21 02:00 to 2026-11-18 02:00",
                "  $5.00 stays: task t- [9m, Neo $7.00, the ledger $2.00",
                "  healed: task t-1, Neo $1.00, the ledger $4.00",
                "  a note",
                NEXT,
            ],
            id="what stays, what was healed, and what to do",
        ),
        pytest.param(
            EQUAL,
            [
                "acme: equals Neo's own totals",
                "  1 task of 2026-07-21 02:00 to 2026-11-18 02:00",
            ],
            id="all is equal",
        ),
        pytest.param(
            NOTHING,
            [
                "acme: could not be compared",
                "  why",
            ],
            id="nothing could be compared",
        ),
        pytest.param(NeoError("Neo is down", Kind.UNREACHABLE), ["acme: Neo is down"], id="Neo is down"),
    ],
)  # fmt: skip
def test_each_source_is_told(found: Agreement | NeoError, lines: list[str]) -> None:
    assert lines == reconcile.as_text({"acme": found}, "Europe/Berlin").splitlines()


def test_more_differences_than_are_kept_are_counted() -> None:
    shown = reconcile.as_text({"acme": MANY, "blue": EQUAL}, "UTC")
    assert "\n  +1 more\n" in shown
    assert "\n\nblue: equals" in shown


def test_json_is_exact() -> None:
    told = {"acme": DIFFERS, "blue": None, "cold": NeoError("Neo is down", Kind.UNREACHABLE)}
    acme, blue, cold = json.loads(reconcile.as_json(told))
    assert {
        "source": "acme",
        "at": "2026-11-18T03:00:00+00:00",
        "since": "2026-07-21T00:00:00+00:00",
        "until": "2026-11-18T01:00:00+00:00",
        "tasks": 1200,
        "totals": True,
        "drift": 5,
        "healed": 3,
        "more": 0,
        "notes": "a note",
    } == {name: value for name, value in acme.items() if name != "differences"}
    assert {"about": "task", "name": "t-1", "neo": 1, "ledger": 4, "by": 3, "left": 0} == acme[
        "differences"
    ][1]
    assert ("no poll was complete yet", {"source": "cold", "error": "Neo is down"}) == (
        blue["error"][:24],
        cold,
    )


def test_while_the_bot_runs_it_refuses_and_names_its_process(run: Run, restored: None) -> None:
    held = lock.take(Path("bot.db").absolute())
    try:
        found = run("reconcile")
    finally:
        lock.release(held)
    assert 1 == found.exit_code
    assert f"is in use by process {os.getpid()}; stop it first" in found.stderr


def test_before_anything_was_read_it_says_what_to_do(run: Run, restored: None) -> None:
    found = run("reconcile", "--format", "json")
    assert 1 == found.exit_code
    assert "no poll was complete yet; start `run`" in json.loads(found.stdout)[0]["error"]


def test_without_sources_there_is_nothing_to_compare(run: Run) -> None:
    Path("config.yaml").write_text("rules: []\n")
    assert 2 == run("reconcile").exit_code
