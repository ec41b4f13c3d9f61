from dataclasses import replace

import pytest

from bot.notify import crowd, unreachable
from bot.notify.notification import AlertBody, Body, NoteBody, TableBody
from rules.alert import State
from rules.terms import Severity
from tests.slack import samples

NOTE = "meant for owner (x@acme.test), which cannot be reached: nobody knows them"
ALERTS: list[Body] = [
    AlertBody(
        replace(samples.FIRING, id=f"a{number}", value=samples.usd(f"{100 + number}.10"), note=NOTE)
    )
    for number in range(12)
]


def test_as_many_as_can_be_told_one_by_one_are() -> None:
    assert crowd.gathered("m", ALERTS[:5]) is None


def test_more_are_one_table_of_the_worst_with_the_exact_total() -> None:
    table = crowd.gathered("m", ALERTS)
    assert isinstance(table, TableBody)
    shown = table.table
    assert ("m", "user-daily-spend", 12, 12) == (shown.id, shown.rule, shown.count, shown.open)
    assert samples.usd("1267.20") == shown.total
    assert ["a11", "a10"] == [row.id for row in shown.rows][:2]
    assert 10 == len(shown.rows)
    assert f"each was meant for somebody else; the last was {NOTE}" == shown.note


def test_what_comes_then_is_counted_too() -> None:
    table = crowd.gathered("m", ALERTS[:11])
    assert isinstance(table, TableBody)
    over = AlertBody(replace(samples.FIRING, state=State.RESOLVED, peak=Severity.WARNING))
    more = crowd.gathered("m", [table, over])
    assert isinstance(more, TableBody)
    assert (12, 11) == (more.table.count, more.table.open)
    assert Severity.CRITICAL is more.table.severity


def test_what_does_not_add_up_has_no_total() -> None:
    rates: list[Body] = [AlertBody(samples.ERROR_RATE)] * 6
    table = crowd.gathered("m", rates)
    assert isinstance(table, TableBody)
    assert table.table.total is None


@pytest.mark.parametrize(
    "waiting", [[TableBody(samples.TABLE)], [TableBody(samples.TABLE)] * 2 + ALERTS[:1]]
)
def test_tables_are_not_put_together(waiting: list[Body]) -> None:
    assert crowd.gathered("m", waiting) is None


def test_notes_of_who_cannot_be_reached_are_one_that_counts_them() -> None:
    day = samples.at(9).date()
    each: list[Body] = [
        NoteBody(f"u{n} is lost", unreachable.one(f"u{n:02}", "gone", day)) for n in range(12)
    ]
    assert crowd.gathered("m", each[:1]) is None
    whole = crowd.gathered("m", each)
    assert isinstance(whole, NoteBody)
    assert whole.text.endswith("u08, u09 and 2 more cannot be reached: gone")
    more = crowd.gathered("m", [whole, NoteBody("", unreachable.one("u12", "gone", day))])
    assert isinstance(more, NoteBody)
    assert more.text.endswith("u08, u09 and 3 more cannot be reached: gone")


def test_who_cannot_be_reached_is_told_by_the_day() -> None:
    notes = [
        NoteBody("", unreachable.one("u", "gone", samples.at(9, day=day).date())) for day in (3, 4)
    ]
    assert crowd.kin(notes[0]) == crowd.kin(notes[0])
    assert crowd.kin(notes[0]) != crowd.kin(notes[1])


def test_alike_is_what_is_of_one_rule_and_period() -> None:
    table, alert = samples.TABLE, samples.FIRING
    assert crowd.kin(TableBody(replace(table, rows=(alert,)))) == crowd.kin(AlertBody(alert))
    other = replace(alert, condition="baseline")
    assert crowd.kin(AlertBody(other)) != crowd.kin(AlertBody(alert))
    for body in (replace(table, first=True), replace(table, held=True), replace(table, rule="")):
        assert crowd.kin(TableBody(body)) is None
    assert crowd.kin(NoteBody("words")) is None
