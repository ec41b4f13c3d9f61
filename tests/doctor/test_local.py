"""The store, and how fresh it is."""

import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from bot.doctor.check import Check, Mark
from bot.notify.notification import Destination, NoteBody, Via
from bot.store import backups, messages, outbox, sources
from bot.store.connection import Connection
from bot.store.database import Database
from bot.store.outbox import Entry
from tests.doctor.ward import Ward

PLACE = Destination("finops", Via.SLACK, "#neo-spend")


async def stored(patient: Ward, fill: Callable[[Connection, datetime], object]) -> dict[str, Check]:
    database = await Database.open(patient.house.store, write=True)
    try:
        await database.write(fill, patient.clock())
    finally:
        await database.close()
    return await patient.examined()


async def test_before_the_first_start_there_is_no_store(patient: Ward) -> None:
    found = (await patient.examined())["store"]
    assert (Mark.WARN, True) == (found.mark, "not there yet" in found.found)


async def test_a_restore_that_was_killed_is_told_with_what_finishes_it(patient: Ward) -> None:
    patient.house.store.with_name("bot.db.restored-20261122T120000Z").touch()
    found = (await patient.examined())["store"]
    assert (Mark.FAIL, True) == (found.mark, "`restore` was killed at its last" in found.found)


async def test_the_size_of_a_store_counts_its_log(patient: Ward) -> None:
    database = await Database.open(patient.house.store, write=True)
    try:
        found = (await patient.examined())["store"]
    finally:
        await database.close()
    assert (Mark.OK, False) == (found.mark, "0.0 MB" in found.found)


async def test_a_store_that_cannot_be_made_is_told(patient: Ward) -> None:
    (patient.house.folder / "taken").write_text("no folder")
    patient.changes["store"] = {"path": str(patient.house.folder / "taken" / "bot.db")}
    found = (await patient.examined())["store"]
    assert (Mark.FAIL, True) == (found.mark, "cannot be made" in found.found)


async def test_a_store_of_another_program_is_told(patient: Ward) -> None:
    with sqlite3.connect(patient.house.store) as other:
        other.execute("CREATE TABLE t (x)")
    other.close()
    found = (await patient.examined())["store"]
    assert (Mark.FAIL, True) == (found.mark, "another program" in found.found)


@pytest.mark.parametrize(
    ("ago", "mark", "words"),
    [
        (timedelta(minutes=1), Mark.OK, "1m"),
        (timedelta(hours=2), Mark.WARN, "2h"),
        (None, Mark.WARN, "none was complete yet"),
    ],
    ids=["fresh", "old", "never"],
)
async def test_the_last_poll_is_fresh(
    patient: Ward, ago: timedelta | None, mark: Mark, words: str
) -> None:
    def poll(db: Connection, now: datetime) -> None:
        if ago is not None:
            sources.advance(db, "acme", cursor=now - ago, complete_at=now - ago)

    found = (await stored(patient, poll))["acme: last poll"]
    assert (mark, True) == (found.mark, words in found.found)
    assert (mark is Mark.WARN) is ("is not running" in found.mend)


async def test_why_no_poll_is_complete_is_told(patient: Ward) -> None:
    def refuse(db: Connection, now: datetime) -> None:
        sources.failed(db, "acme", "Neo answered 403", at=now)

    found = (await stored(patient, refuse))["acme: last poll"]
    assert "none was complete yet: Neo answered 403" == found.found


def wait(db: Connection, now: datetime) -> None:
    """A note waits for five minutes."""
    queued = now - timedelta(minutes=5)
    messages.write(db, "note-1", PLACE, NoteBody("hello"), queued)
    outbox.add(db, Entry("note-1", "note-1", "note"), queued)


def lose(db: Connection, now: datetime) -> None:
    """A note can never be delivered."""
    wait(db, now)
    taken = outbox.take(db, PLACE, now)
    assert taken is not None
    outbox.failed(db, taken, "Slack refused: is_archived", now)


@pytest.mark.parametrize(
    ("fill", "mark", "words"),
    [
        pytest.param(lambda *_: None, Mark.OK, "nothing waits", id="empty"),
        pytest.param(wait, Mark.OK, "1 wait, the oldest for 5m", id="one waits"),
        pytest.param(lose, Mark.WARN, "1 cannot be delivered: Slack refused", id="one is lost"),
    ],
)
async def test_the_outbox_moves(
    patient: Ward, fill: Callable[[Connection, datetime], object], mark: Mark, words: str
) -> None:
    found = (await stored(patient, fill))["outbox"]
    assert (mark, True) == (found.mark, found.found.startswith(words))


@pytest.mark.parametrize(
    ("keep", "days", "mark", "words"),
    [
        (7, [0], Mark.OK, "the last is "),
        (7, [3, 1], Mark.OK, "the last is "),
        (7, [3, 2], Mark.WARN, "the last is "),
        (7, [], Mark.WARN, "there is none in "),
        (0, [1], Mark.WARN, "store.backups is 0"),
    ],
    ids=["of today", "of yesterday", "older", "none", "not wanted"],
)
async def test_there_is_a_backup_of_yesterday_or_today(
    patient: Ward, keep: int, days: list[int], mark: Mark, words: str
) -> None:
    store = patient.house.store
    patient.changes["store"] = {"path": str(store), "backups": keep}
    for ago in days:
        backup = backups.of_day(store, patient.clock().date() - ago * timedelta(days=1))
        backup.parent.mkdir(exist_ok=True)
        backup.touch()
    found = (await stored(patient, lambda db, now: None))["backups"]
    assert (mark, True) == (found.mark, words in found.found)
