"""Error messages and how often they came."""

from datetime import timedelta

from bot.store import complaints, ledger
from bot.store.connection import Connection
from rules.labels import EVERYTHING, Label, Pattern, Selector
from rules.window import Span
from tests.store import usage
from tests.store.usage import KEYS, NOON

SPAN = Span(NOON, NOON + timedelta(hours=1))


def test_messages_are_counted_the_most_common_first(db: Connection) -> None:
    said = ["timed out", None, "timed out", KEYS[1], ""]
    records = [
        usage.record(key=KEYS[number], error=error, status="error")
        for number, error in enumerate(said)
    ]
    ledger.add(db, records, seen=NOON, live=True)
    assert [("", 2), ("timed out", 2), (KEYS[1], 1)] == complaints.count(db, EVERYTHING, SPAN)


def test_only_what_is_selected_and_there_counts(db: Connection) -> None:
    records = [
        usage.record(key=KEYS[0], error="a", user="ana@acme.test"),
        usage.record(key=KEYS[1], error="b", user="bob@acme.test"),
        usage.record(key=KEYS[2], error="c", user="ana@acme.test"),
        usage.record(key=KEYS[3], error="d", user="ana@acme.test", at=SPAN.end),
    ]
    ledger.add(db, records, seen=NOON, live=True)
    ledger.mark_gone(db, "acme", [KEYS[2]], seen=NOON)
    ana = Selector.of({Label.USER: Pattern(include=("ana@*",))})
    assert [("a", 1)] == complaints.count(db, ana, SPAN)
