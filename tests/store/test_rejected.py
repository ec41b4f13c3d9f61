"""Rows that could not be read are kept once, cut short, the newest of them."""

from bot.store import rejected
from bot.store.connection import Connection
from bot.store.rejected import Rejected
from tests.store import usage


def bad(row: str, source: str = "acme", key: str = "") -> Rejected:
    return Rejected(source, "streams", "no task_id", row, key)


def test_a_row_that_is_read_again_counts_once(db: Connection) -> None:
    assert 2 == rejected.put(db, [bad("{}"), bad("[]"), bad("{}")], seen=usage.NOON)
    assert 1 == rejected.put(db, [bad("{}"), bad("{}", "blue")], seen=usage.NOON)
    assert {"acme": 2, "blue": 1} == rejected.counts(db)


def test_long_rows_are_cut_and_still_told_apart(db: Connection) -> None:
    rows = [bad("x" * 5_000 + end) for end in ("a", "b", "\ud800")]
    assert 3 == rejected.put(db, rows, seen=usage.NOON)
    assert ["x" * 2_000] * 3 == [each.row for each in rejected.latest(db, 9)]


def test_only_the_newest_of_each_source_are_kept(db: Connection) -> None:
    rejected.put(db, [bad("other", "blue")], seen=usage.NOON)
    rejected.put(db, [bad(str(number)) for number in range(1_003)], seen=usage.NOON)
    assert {"acme": 1_000, "blue": 1} == rejected.counts(db)
    assert "1002" == rejected.latest(db, 1)[0].row


def test_what_could_be_read_by_now_is_forgotten(db: Connection) -> None:
    rows = [bad("1", key="s-1"), bad("2", key="s-2"), bad("3", key="s-3"), bad("4")]
    rejected.put(db, [*rows, bad("1", "blue", "s-1")], seen=usage.NOON)
    rejected.mended(db, "acme", "tasks", {"s-3"})
    rejected.mended(db, "acme", "streams", {"s-1", "s-2", ""})
    assert [bad("1", "blue", "s-1"), bad("4"), bad("3", key="s-3")] == rejected.latest(db, 9)


def test_a_row_that_is_wrong_in_another_way_takes_the_place_of_the_one_before(
    db: Connection,
) -> None:
    rejected.put(db, [bad("1", key="s-1"), bad("2", "blue", "s-1"), bad("3")], seen=usage.NOON)
    assert 2 == rejected.put(db, [bad("4", key="s-1"), bad("5")], seen=usage.NOON)
    assert ["5", "4", "3", "2"] == [each.row for each in rejected.latest(db, 9)]
    before = db.conn.total_changes
    assert 0 == rejected.put(db, [bad("4", key="s-1"), bad("5")], seen=usage.NOON)
    assert before == db.conn.total_changes
