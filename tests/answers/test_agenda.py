"""Which moments replay visits, and for which rules."""

from datetime import datetime, timedelta

import pytest

from bot.answers.agenda import Agenda, Grid
from bot.answers.running import Running
from tests.answers import world
from tests.store import usage

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
START = datetime.fromisoformat("2026-10-24T12:00:00+00:00")
"""The day before Berlin's clocks go back; two days of it turn at 22:00 and 23:00 in UTC."""
GRID = Grid(START, HOUR)
FAR = START + 365 * DAY

DAILY = "metric: spend, window: day, thresholds: {warning: 1 USD}"
HOURLY = "metric: spend, window: hour, thresholds: {warning: 1 USD}"
MONTHLY = "metric: spend, window: month, thresholds: {warning: 1 USD}"
FORECAST = "metric: spend, window: month, forecast: {warning: 1 USD}"
ROLLING = "metric: spend, window: 24h, thresholds: {warning: 1 USD}"
USUAL = "metric: spend, window: 24h, baseline: {over: 7d, warning: 2x}"


def _visits(text: str, *, begins: datetime | None = None, hours: int = 48) -> list[int]:
    """The hours after START at which `text` is said to have turned, on the first of which it always has."""
    rules = world.rules(f"rules: [{{name: it, {text}}}]")
    agenda, known = Agenda(rules, GRID, begins), Running([], START)
    at, found = START, list[int]()
    while at <= START + hours * HOUR:
        assert agenda.turned(at) == {"it"}
        assert agenda.turned(at) == set()
        found.append((at - START) // HOUR)
        at = agenda.following(at, known, None)
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(DAILY, [0, 10, 35], id="a day at its ends"),
        pytest.param(HOURLY, [*range(49)], id="an hour at its ends"),
        pytest.param(MONTHLY, [0], id="a month that goes on"),
        pytest.param(FORECAST, [0, 10, 35], id="a forecast with each day"),
        pytest.param(ROLLING, [0], id="a rolling window has no ends"),
        pytest.param(USUAL, [0, 10, 11, 34, 36], id="what is usual at both ends of a window"),
    ],
)
def test_a_rule_turns_with_the_edges_of_its_window(text: str, expected: list[int]) -> None:
    assert expected == _visits(text)


def test_a_rolling_window_turns_once_the_ledger_holds_the_whole_of_it() -> None:
    assert [0, 29] == _visits(ROLLING, begins=START + 4.5 * HOUR)


def test_records_are_visited_as_they_enter_and_as_they_leave() -> None:
    agenda = Agenda(world.rules(f"rules: [{{name: it, {ROLLING}}}]"), GRID, None)
    known, record = Running([], START), usage.record(at=START + 2.5 * HOUR)
    known.put(record.source, record.key, record)
    agenda.turned(START)
    assert START + 3 * HOUR == agenda.following(START, known)
    assert START + 27 * HOUR == agenda.following(START + 3 * HOUR, known)
    assert FAR < agenda.following(START + 27 * HOUR, known)


def test_whatever_comes_first_is_visited_on_the_grid() -> None:
    agenda, known = Agenda((), GRID, None), Running([], START)
    agenda.turned(START)
    soon, later = START + 1.2 * HOUR, START + 5 * HOUR
    assert START + 2 * HOUR == agenda.following(START, known, None, later, soon)
    assert START + 5 * HOUR == agenda.following(START + 2 * HOUR, known, later)
    assert FAR < agenda.following(later, known)


def test_what_is_overdue_is_visited_next() -> None:
    agenda, known = Agenda((), GRID, None), Running([], START)
    agenda.turned(START)
    assert START + 3 * HOUR == agenda.following(START + 2 * HOUR, known, START + HOUR, FAR)


def test_a_poll_is_visited_when_it_is_and_the_grid_goes_on_from_there() -> None:
    agenda, known = Agenda((), GRID, None), Running([], START)
    agenda.turned(START)
    poll = START + 1.2 * HOUR
    assert START + HOUR == agenda.polled(poll, START + HOUR)
    assert poll == agenda.polled(poll, START + 2 * HOUR)
    assert START + 3.2 * HOUR == agenda.following(poll, known, START + 2.5 * HOUR)
    assert START + 3.2 * HOUR == agenda.polled(None, START + 3.2 * HOUR)
