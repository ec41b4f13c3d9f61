"""What was read once is read again only when something was written."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.store import audit, memo
from bot.store.connection import Connection
from bot.store.database import Database

NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await Database.open(tmp_path / "bot.db", write=True)
    yield opened
    await opened.close()


class Ledger:
    """Counts how often it is read."""

    def __init__(self) -> None:
        self.reads = 0

    def count(self, db: Connection, actor: str) -> int:
        self.reads += 1
        query = "SELECT count(*) FROM audit WHERE actor = ?"
        found: int = db.execute(query, [actor]).fetchone()[0]
        return found


async def test_it_is_read_once_as_long_as_nothing_is_written(database: Database) -> None:
    ledger = Ledger()
    assert [0, 0, 0] == [await database.read(memo.of, ledger.count, "ada") for _ in range(3)]
    assert 1 == ledger.reads


async def test_what_was_written_is_seen_at_once(database: Database) -> None:
    ledger = Ledger()
    for number in range(3):
        assert number == await database.read(memo.of, ledger.count, "ada")
        await database.write(audit.add, NOW, "ada", "refused", "top")
    assert 3 == ledger.reads


async def test_another_question_has_its_own_answer(database: Database) -> None:
    await database.write(audit.add, NOW, "ben", "refused", "top")
    ledger = Ledger()
    assert (0, 1) == (
        await database.read(memo.of, ledger.count, "ada"),
        await database.read(memo.of, ledger.count, "ben"),
    )


async def test_what_changes_within_a_transaction_is_never_kept(database: Database) -> None:
    ledger = Ledger()

    def write_between(db: Connection) -> tuple[int, int]:
        before = memo.of(db, ledger.count, "ada")
        audit.add(db, NOW, "ada", "refused", "top")
        return before, memo.of(db, ledger.count, "ada")

    assert (0, 1) == await database.write(write_between)


async def test_only_so_many_answers_are_kept(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memo, "_MOST", 2)
    ledger = Ledger()
    for actor in ("ada", "ben", "ci", "ada"):
        await database.read(memo.of, ledger.count, actor)
    assert 4 == ledger.reads


async def test_a_failure_is_not_an_answer(database: Database) -> None:
    ledger = Ledger()

    def fail_once(db: Connection) -> int:
        if not ledger.count(db, "ada") and ledger.reads == 1:
            raise ValueError("not yet")
        return ledger.reads

    with pytest.raises(ValueError, match="not yet"):
        await database.read(memo.of, fail_once)
    assert 2 == await database.read(memo.of, fail_once)
