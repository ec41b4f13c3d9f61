"""Small facts outlive the process."""

import pytest

from bot.store import remembered
from bot.store.connection import Connection


def test_the_last_word_counts(db: Connection) -> None:
    assert remembered.get(db, "account acme") is None
    remembered.put(db, "account acme", "yesterday")
    remembered.put(db, "account acme", "today")
    remembered.put(db, "account blue", "never")
    assert "today" == remembered.get(db, "account acme")


@pytest.mark.parametrize("source", ["acme", "day", "source", "stale"])
def test_everything_about_a_source_is_forgotten_whatever_it_is_called(
    db: Connection, source: str
) -> None:
    others = {
        "stale sources",
        *(remembered.about(f"{source}-2", what) for what in ("account", "look day")),
    }
    for name in (
        *others,
        remembered.about(source, "account"),
        remembered.about(source, "look day"),
    ):
        remembered.put(db, name, "x")
    remembered.forget(db, source)
    assert others == {name for (name,) in db.execute("SELECT name FROM remembered")}
