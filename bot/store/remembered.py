"""Small facts that outlive the process: one text by name."""

from bot.store.connection import Connection


def get(db: Connection, name: str) -> str | None:
    row = db.execute("SELECT value FROM remembered WHERE name = ?", (name,)).fetchone()
    return None if row is None else str(row[0])


def put(db: Connection, name: str, value: str) -> None:
    db.execute(
        "INSERT INTO remembered (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (name, value),
    )


def about(source: str, what: str) -> str:
    """The name of a fact about one source; no other name begins like this."""
    return f"source {source}: {what}"


def drop(db: Connection, name: str) -> None:
    db.execute("DELETE FROM remembered WHERE name = ?", [name])


def forget(db: Connection, source: str) -> None:
    """Forgets every fact about a source."""
    begins = about(source, "")
    db.execute("DELETE FROM remembered WHERE substr(name, 1, ?) = ?", (len(begins), begins))
