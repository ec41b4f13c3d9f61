"""Small facts outlive the process."""

from bot.store import remembered
from bot.store.connection import Connection


def test_the_last_word_counts(db: Connection) -> None:
    assert remembered.get(db, "account acme") is None
    remembered.put(db, "account acme", "yesterday")
    remembered.put(db, "account acme", "today")
    remembered.put(db, "account blue", "never")
    assert "today" == remembered.get(db, "account acme")


def test_everything_about_a_source_can_be_forgotten(db: Connection) -> None:
    for name in ("account acme", "look day acme", "account acme-two"):
        remembered.put(db, name, "x")
    remembered.forget(db, "acme")
    assert [("account acme-two",)] == db.execute("SELECT name FROM remembered").fetchall()
