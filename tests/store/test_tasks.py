"""Tasks are kept as Neo lists them, and written only when they differ."""

from bot.store import tasks
from bot.store.connection import Connection
from tests.store import usage


def test_a_task_comes_back_as_it_went_in(db: Connection) -> None:
    here, there = usage.task(status="blocked"), usage.task(source="blue", title="")
    assert 2 == tasks.put(db, [here, there])
    assert [here, there] == tasks.get(db, "t-1")
    assert [] == tasks.get(db, "t-2")


def test_a_known_task_is_not_written_again(db: Connection) -> None:
    tasks.put(db, [usage.task()])
    before = db.conn.total_changes
    assert 0 == tasks.put(db, [usage.task()])
    assert before == db.conn.total_changes


def test_a_changed_task_takes_the_place_of_the_old_one(db: Connection) -> None:
    for title in ("one", "two"):
        assert 1 == tasks.put(db, [usage.task(title=title)])
    assert [usage.task(title="two")] == tasks.get(db, "t-1")


def test_of_a_task_listed_twice_the_later_counts(db: Connection) -> None:
    assert 1 == tasks.put(db, [usage.task(title="one"), usage.task(title="two")])
    assert [usage.task(title="two")] == tasks.get(db, "t-1")


def test_titles_are_told_of_tasks_that_are_known(db: Connection) -> None:
    tasks.put(db, [usage.task(), usage.task(source="blue", id=usage.TASKS[2], title="Other")])
    wanted = [("acme", "t-1"), ("blue", usage.TASKS[2]), ("blue", "t-1"), ("acme", "unknown")]
    assert {wanted[0]: "Assess the shop", wanted[1]: "Other"} == tasks.titles(db, wanted)
