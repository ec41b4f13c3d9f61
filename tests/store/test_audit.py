"""What was done, asked for and refused is kept in order."""

from bot.store import audit
from bot.store.connection import Connection
from tests.store.mail import NOW


def test_every_entry_is_kept(db: Connection) -> None:
    audit.add(db, NOW, "U0ANA", "refused", "top users")
    audit.add(db, NOW, "U0ANA", "refused", "top users")
    micros = int(NOW.timestamp()) * 1_000_000
    assert [(micros, "U0ANA", "refused", "top users")] * 2 == db.execute(
        "SELECT at, actor, action, detail FROM audit ORDER BY id"
    ).fetchall()
