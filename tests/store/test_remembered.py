"""Small facts outlive the process."""

from bot.store import remembered
from bot.store.connection import Connection


def test_the_last_word_counts(db: Connection) -> None:
    assert remembered.get(db, "account acme") is None
    remembered.put(db, "account acme", "yesterday")
    remembered.put(db, "account acme", "today")
    remembered.put(db, "account blue", "never")
    assert "today" == remembered.get(db, "account acme")
