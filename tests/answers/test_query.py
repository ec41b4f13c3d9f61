"""Any metric, any window, any labels."""

from collections.abc import Sequence
from datetime import timedelta
from fractions import Fraction

import pytest

from bot.answers import periods, query
from bot.answers.query import Table
from bot.store.connection import Connection
from rules.labels import Values
from rules.metric import Value
from tests.answers import world
from tests.answers.world import ANA, BEN, BERLIN, CI, NOW, usd

WEEK = periods.stretch("7d", BERLIN, NOW)


def ask(db: Connection, metric: str, by: Sequence[str] = (), where: Sequence[str] = ()) -> Table:
    return query.answer(db, query.read(metric, by, where, WEEK))


def test_who_is_new_is_counted(db: Connection) -> None:
    world.add(db, [world.spent(99, world.days(6), usd(1), user="new@acme.test")])
    found = ask(db, "first_seen", ["user"])
    assert ((((BEN,), 1), ((CI,), 1), (("new@acme.test",), 1)), 3) == (found.rows, found.total)


@pytest.mark.parametrize("by", [[], ["user", "model"]], ids=["nothing", "too much"])
def test_who_is_new_is_not_asked_of_everything(db: Connection, by: list[str]) -> None:
    with pytest.raises(ValueError, match="first_seen"):
        ask(db, "first_seen", by)


def test_rows_are_ranked_and_add_up_exactly(db: Connection) -> None:
    found = ask(db, "spend", ["user"])
    assert (((ANA,), usd("20.01")), ((CI,), usd(8)), ((BEN,), usd(4))) == found.rows
    assert (usd("32.01"), world.POLLED) == (found.total, found.as_of)


@pytest.mark.parametrize(
    ("metric", "by", "rows", "total"),
    [
        ("tasks", ["status"], [(("completed",), 2), (("error",), 1), (("failed",), 1)], 3),
        (
            "error_rate",
            ["byok"],
            [(("true",), Fraction(100)), (("false",), Fraction(25))],
            Fraction(40),
        ),
        ("cost_per_task", [], [((), usd("10.67"))], usd("10.67")),
        ("tool_calls", ["tool"], [(("bash",), 3), (("nuclei",), 1)], 4),
        (
            "task_cost",
            [],
            [(("t-ana",), usd("20.01")), (("t-ci@",), usd(8)), (("t-ben",), usd(4))],
            None,
        ),
        ("execution_time", [], [((), timedelta(milliseconds=4500))], timedelta(milliseconds=4500)),
        ("blocked", [], [((), 0)], 0),
    ],
)
def test_totals_go_by_the_metrics_own_rule(
    db: Connection,
    metric: str,
    by: list[str],
    rows: list[tuple[Values, Value]],
    total: Value | None,
) -> None:
    found = ask(db, metric, by)
    assert (tuple(rows), total) == (found.rows, found.total)


def test_without_labels_nothing_is_still_a_row(empty: Connection) -> None:
    assert (((), usd(0)),) == ask(empty, "spend").rows
    assert () == ask(empty, "error_rate").rows
    assert () == ask(empty, "spend", ["user"]).rows


@pytest.mark.parametrize(
    ("where", "users"),
    [
        (["user=Ana@acme.test"], [ANA]),
        (["user=ana*", "user=ben*"], [ANA, BEN]),
        (["user=!ci@*"], [ANA, BEN]),
        (["byok=true"], [BEN]),
        (["tool=bash"], [ANA]),
        (["model= sonnet", "user=*"], [ANA]),
    ],
    ids=str,
)
def test_where_takes_what_rules_take(db: Connection, where: list[str], users: list[str]) -> None:
    assert [(user,) for user in users] == [
        values for values, _ in ask(db, "spend", ["user"], where).rows
    ]


@pytest.mark.parametrize(
    ("metric", "by", "where", "says"),
    [
        ("spent", [], [], 'did you mean "spend"'),
        ("data_age", [], [], "not in the ledger"),
        ("spend", ["tool"], [], "spend cannot be grouped by tool"),
        ("spend", ["usr"], [], 'did you mean "user"'),
        ("spend", [], ["user"], '"user" is not a label and a pattern'),
        ("spend", [], ["user="], "is not a label and a pattern"),
        ("spend", [], ["usr=x"], 'did you mean "user"'),
        ("spend", [], ["byok=yes"], "byok is true or false"),
        ("blocked", [], ["tool=bash"], "blocked cannot be selected by tool"),
        (
            "blocked",
            [],
            ["usr=x", "agent=y"],
            '^"usr" is not a label; did you mean "user"\\?; blocked cannot be selected by agent$',
        ),
    ],
)
def test_what_cannot_be_asked_says_what_can(
    metric: str, by: list[str], where: list[str], says: str
) -> None:
    with pytest.raises(ValueError, match=says):
        query.read(metric, by, where, WEEK)


def test_a_label_that_is_asked_twice_is_there_once() -> None:
    assert ("user", "task") == query.read("task_cost", ["user", "user", "task"], [], WEEK).group_by


@pytest.mark.parametrize(
    ("word", "name"),
    [("month", "this month"), ("quarter", "Q4 2026"), ("90m", "90m"), ("day", "22 Nov 2026")],
)
def test_windows_are_words_or_what_rules_have(word: str, name: str) -> None:
    assert name == query.stretch(word, BERLIN, NOW).name


def test_an_unknown_window_is_answered_with_the_words() -> None:
    with pytest.raises(ValueError, match="expected today, yesterday"):
        query.stretch("fortnight", BERLIN, NOW)
