"""The tables of the store: made by migrations, each of which runs once and whole.

The files in `schema/` are those of the first release: once that is out they stay, and every later change is a migration
of its own below `tables`. `tests/store/test_schema.py` brings the schema of each release to that of today.
"""

import sqlite3
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

from sqlite_utils import Database, Migrations

from bot.store import connection, soundness
from bot.store.connection import Connection
from bot.store.error import StoreError

migrations = Migrations("bot")


@migrations()
def tables(db: Database) -> None:
    """All that stands in `schema/`, in the order of the file names."""
    folder = resources.files("bot.store") / "schema"
    for script in sorted(folder.iterdir(), key=lambda file: file.name):
        for statement in _statements(script.read_text(encoding="utf-8")):
            db.execute(statement)


def _statements(script: str) -> Iterator[str]:
    """The statements of a script, each of which ends with its line.

    sqlite-utils would look for their ends at each character, which is what most of a new store's time went to.
    """
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if statement.strip():
        yield statement


def upgrade(db: Connection, path: Path) -> bool:
    """Brings a file to this version of the bot; refuses what is another program's, newer, or damaged.

    True when nothing was in it before.
    """
    refuse_strange(db, path)
    empty, pending = not db.table_names(), migrations.pending(db)
    if pending and not empty:
        soundness.require_pages(db, path)
    connection.use_log(db)
    if pending:
        db.execute(f"PRAGMA application_id = {connection.APPLICATION_ID}")
        migrations.apply(db)
    return empty


def check(db: Connection, path: Path) -> None:
    """Refuses a file that this version of the bot cannot read."""
    refuse_strange(db, path)
    if is_older(db):
        raise StoreError(
            f"{path} is of an older version of the bot; start `run` once to upgrade it"
        )


def is_older(db: Connection) -> bool:
    """Whether the file is still to be brought to this version."""
    return bool(migrations.pending(db))


def refuse_strange(db: Connection, path: Path) -> None:
    """Refuses what is another program's or newer; what is older, or has nothing in it, may be made ours."""
    (application,) = db.execute("PRAGMA application_id").fetchone()
    if application != connection.APPLICATION_ID and db.table_names():
        raise StoreError(f"{path} is the database of another program; name another file")
    newer = {migration.name for migration in migrations.applied(db)} - _known()
    if newer:
        raise StoreError(
            f"{path} was written by a newer version of the bot ({', '.join(sorted(newer))});"
            " upgrade the bot, or restore a backup from before its upgrade"
        )


def _known() -> set[str]:
    """The names of all migrations: those that an empty database lacks."""
    with Database(memory=True) as empty:
        return {migration.name for migration in migrations.pending(empty)}
