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


def forget(db: Connection, word: str) -> None:
    """Forgets everything with that word in its name."""
    rows = db.execute("SELECT name FROM remembered").fetchall()
    for (name,) in rows:
        if word in name.split(" "):
            db.execute("DELETE FROM remembered WHERE name = ?", [name])
