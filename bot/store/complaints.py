"""What failed streams said."""

from collections import Counter

from bot.store import branch, selection, terms
from bot.store.connection import Connection
from rules.labels import Selector
from rules.window import Span


def count(db: Connection, where: Selector, span: Span) -> list[tuple[str, int]]:
    """Each error message of the records that `where` selects, and how often it came; "" for none.

    The most common first, ties by text.
    """
    found = branch.records(db, where, span)
    conditions = selection.of(db, where)
    rows = db.execute(
        f"WITH {branch.inputs([found.way])} SELECT error, count(*) FROM {found.rows}"
        f" WHERE {found.grain.always} AND {conditions.sql} GROUP BY error",
        {**branch.values([found]), **conditions.values},
    ).fetchall()
    texts = terms.texts(db, {error for error, _ in rows if error is not None})
    said: Counter[str] = Counter()
    for error, times in rows:
        said["" if error is None else texts[error]] += times
    return sorted(said.items(), key=lambda each: (-each[1], each[0]))
