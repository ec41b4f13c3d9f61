"""`query`: asks the ledger."""

import asyncio
import csv
import io
import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from bot.store import ledger, sources
from bot.store.connection import Connection
from bot.store.database import Database
from bot.store.sources import Balance
from rules.money import Money
from tests.answers import world
from tests.answers.world import ANA, BEN, CI
from tests.cli import conftest
from tests.cli.conftest import Run


def test_a_table_adds_up_as_it_is_shown(filled: Run) -> None:
    found = filled("query", "spend", "--by", "user", "--window", "7d")
    assert 0 == found.exit_code
    assert (
        """\
user            spend
─────────────  ──────
ana@acme.test  $20.01
ci@acme.test    $8.00
ben@acme.test   $4.00
─────────────  ──────
total          $32.01

last 7d: 2026-11-15 12:00 to 2026-11-22 12:00, Europe/Berlin; usage as of 2026-11-22 11:59
"""
        == found.stdout
    )


def test_one_figure_has_no_total(filled: Run) -> None:
    found = filled("query", "error_rate", "--window", "10d")
    assert "error_rate\n──────────\n     40.0%\n\n" == found.stdout.partition("last")[0]


def test_a_maximum_has_no_total(filled: Run) -> None:
    assert "total" not in filled("query", "task_cost", "--by", "user").stdout


def test_json_names_labels_and_metric_and_rounds_nothing(filled: Run, tmp_path: Path) -> None:
    tiny = world.spent(77, world.hours(1), Money(1), CI)
    conftest.store(tmp_path / "bot.db", lambda db: world.add(db, [tiny]))
    found = filled(
        "query", "spend", "--by", "user", "--by", "model", "--window", "today", "--format", "json"
    )
    assert [
        {"user": ANA, "model": "opus", "spend": Decimal(20)},
        {"user": BEN, "model": "opus", "spend": Decimal(1)},
        {"user": ANA, "model": "sonnet", "spend": Decimal("0.01")},
        {"user": CI, "model": "opus", "spend": Decimal("0.000000001")},
    ] == json.loads(found.stdout, parse_float=Decimal, parse_int=Decimal)


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        ("execution_time", '[\n  {"execution_time": 2.7}\n]\n'),
        ("error_rate", '[\n  {"error_rate": 33.333333333333}\n]\n'),
        ("tasks", '[\n  {"tasks": 2}\n]\n'),
    ],
)
def test_json_is_in_plain_units(filled: Run, metric: str, expected: str) -> None:
    assert expected == filled("query", metric, "--window", "24h", "--format", "json").stdout


def test_nothing_is_an_empty_list(filled: Run) -> None:
    found = filled(
        "query", "spend", "--by", "user", "--where", "user=x@acme.test", "--format", "json"
    )
    assert "[]\n" == found.stdout


@pytest.mark.parametrize(
    ("metric", "said"),
    [("spend", "Nothing was used."), ("first_seen", "Nobody and nothing was new.")],
)
def test_nothing_is_said_in_the_words_of_what_was_asked(
    filled: Run, metric: str, said: str
) -> None:
    found = filled("query", metric, "--by", "user", "--window", "1h", "--where", "user=x")
    assert f"\n\n{said} Last 1h: 2026-11-22 11:00 to" in found.stdout


def test_csv_has_a_head_and_exact_numbers(filled: Run) -> None:
    found = filled("query", "spend", "--by", "user", "--where", "user=!ana*", "--format", "csv")
    assert [["user", "spend"], [CI, "8"], [BEN, "4"]] == list(csv.reader(io.StringIO(found.stdout)))


def test_what_a_terminal_could_obey_is_not_shown(run: Run, tmp_path: Path) -> None:
    hostile = world.spent(1, world.hours(1), Money(1), model="\x1b[31mred\u202e\n" + "x" * 200)

    def fill(db: Connection) -> None:
        ledger.add(db, [hostile], seen=world.NOW, live=True)

    conftest.store(tmp_path / "bot.db", fill)
    shown = run("query", "spend", "--by", "model").stdout
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert max(len(line) for line in shown.splitlines()[:3]) < 100


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("spend", "--by", "tool"), "spend cannot be grouped by tool"),
        (("spnd",), 'did you mean "spend"?'),
        (("spend", "--window", "mont"), 'did you mean "month"?'),
        (("spend", "--where", "user"), "is not a label and a pattern"),
        (("spend", "--format", "xml"), "'xml' is not one of"),
    ],
)
def test_wrong_words_end_with_2(filled: Run, words: tuple[str, ...], says: str) -> None:
    found = filled("query", *words)
    assert (2, "") == (found.exit_code, found.stdout)
    assert says in found.stderr


@pytest.mark.parametrize(
    ("where", "says"),
    [
        (("usr=x",), 'Error: "usr" is not a label; did you mean "user"?'),
        (("byok=yes",), "Error: byok is true or false"),
        (
            ("usr=x", "byok=yes"),
            'Error: "usr" is not a label; did you mean "user"?; byok is true or false',
        ),
    ],
    ids=str,
)
def test_what_is_wrong_with_where_is_one_sentence_each(
    filled: Run, where: tuple[str, ...], says: str
) -> None:
    found = filled("query", "spend", *(word for each in where for word in ("--where", each)))
    assert 2 == found.exit_code
    assert says == found.stderr.splitlines()[-1]


@pytest.mark.parametrize("words", [("query", "spend"), ("rules", "replay"), ("digest",)], ids=str)
def test_what_only_reads_the_store_needs_no_secret(filled: Run, words: tuple[str, ...]) -> None:
    path = Path("config.yaml")
    path.write_text(
        path.read_text().replace("neo_sk_test", "${NEO_API_KEY}").replace("xoxb-1", "${BOT}")
    )
    found = filled(*words)
    assert (0, "") == (found.exit_code, found.stderr)
    assert 2 == filled("check").exit_code
    assert 2 == filled("digest", "--send").exit_code


def test_before_the_first_poll_the_figures_have_no_date(run: Run, tmp_path: Path) -> None:
    conftest.store(tmp_path / "bot.db", lambda _: None)
    assert "; no complete poll yet\n" in run("query", "spend").stdout


def test_without_a_store_it_says_what_makes_one(run: Run) -> None:
    path = Path("config.yaml")
    path.write_text(path.read_text().replace(str(Path.cwd()), "data"))
    found = run("query", "spend")
    assert (1, "") == (found.exit_code, found.stdout)
    missing = Path.cwd() / "data" / "bot.db"
    assert f"Error: {missing} is not there; start `run` or `backfill` to make it\n" == found.stderr


async def test_it_answers_beside_a_process_that_writes(filled: Run, tmp_path: Path) -> None:
    database = await Database.open(tmp_path / "bot.db", write=True)
    found = await asyncio.to_thread(filled, "query", "spend", "--format", "csv")
    await database.close()
    assert "spend\n39.01\n" == found.stdout


# --- credit months --------------------------------------------------------------------------------


def _plan(db: Connection) -> None:
    turn = datetime(2026, 11, 22, 8, tzinfo=UTC)
    sources.balanced(db, "acme", Balance(Money(1), Money(2), None, turn, world.NOW))


def test_a_credit_month_turns_with_the_plan(filled: Run, tmp_path: Path) -> None:
    conftest.store(tmp_path / "bot.db", _plan)
    found = filled("query", "spend", "--window", "credit_month")
    assert "credit month from 22 Nov 2026: 2026-11-22 09:00 to 2026-12-22 09:00" in found.stdout
    assert (0, "") == (found.exit_code, found.stderr)


def test_where_nobody_knows_when_it_turns_the_calendar_stands_in_and_that_is_said(
    filled: Run,
) -> None:
    found = filled("query", "spend", "--window", "credit_month")
    assert "credit month from 1 Nov 2026" in found.stdout
    assert (
        "credit_month: Neo has not told when the plan turns, so the calendar month stands in.\n"
        == found.stderr
    )
    assert "" == filled("query", "spend", "--window", "month").stderr
