"""Which label values have no record before a moment: one look-up for each that is asked of, however long history is."""

from collections.abc import Sequence
from datetime import datetime

from bot.store import grain, instant, selection, terms
from bot.store.connection import Connection
from bot.store.grain import Grain
from bot.store.terms import Kind
from rules.labels import Label, Values, byok_value
from rules.metric import Reads
from rules.series import Query

_RAREST = (Label.TASK, Label.USER, Label.MODEL, Label.STATUS)
"""What a table may be looked up by, that of which the fewest rows are alike first."""

_BYOK = {byok_value(value): number for number, value in enumerate((False, True))}


def new_from(
    db: Connection, query: Query, start: datetime, asked: Sequence[Values]
) -> list[Values]:
    """Those of `asked` of which nothing that `where` selects was created before `start`."""
    named = [f"json_extract(value, '$[{n}]') AS l{n}" for n, _ in enumerate(query.group_by)]
    conditions = selection.of(db, query.where)
    labels = frozenset(query.group_by) | {label for label, _ in query.where.patterns}
    tables = grain.choose(Reads.RECORDS, labels, None)
    unseen = [
        f"NOT EXISTS (SELECT 1 FROM {table.table} WHERE {_alike(table, query.group_by)}"
        f" AND {table.always} AND {conditions.sql})"
        for table in tables
    ]
    found = db.execute(
        f"WITH asked AS MATERIALIZED (SELECT key, {', '.join(named)} FROM json_each(:asked))"
        f" SELECT asked.key FROM asked WHERE {' AND '.join(unseen)}",
        {
            "asked": _ids(db, query.group_by, asked),
            **_bounds(tables, instant.to_micros(start)),
            **conditions.values,
        },
    )
    return [asked[place] for (place,) in found]


def _bounds(tables: Sequence[Grain], end: int) -> dict[str, int]:
    """What is bound in `_alike`: each table says what the coarser ones before it leave, up to its last whole bucket."""
    bound, low = dict[str, int](), 0
    for table in tables:
        high = end // table.bucket
        bound |= {f"from_{table.table}": low // table.bucket, f"to_{table.table}": high}
        low = high * table.bucket
    return bound


def _alike(table: Grain, group_by: Sequence[Label]) -> str:
    """SQL of earlier rows that are like what is asked of. A plus keeps SQLite from a longer way to them."""
    driver = next((each for each in _RAREST if each in group_by and each in table.driven), None)
    pluses = ["" if label is driver else "+" for label in group_by]
    alike = [
        f"{plus}{label.value} = l{n}"
        for n, (plus, label) in enumerate(zip(pluses, group_by, strict=True))
    ]
    time = f"{'+' if driver is Label.TASK else ''}{table.time}"
    return " AND ".join([*alike, f"{time} >= :from_{table.table}", f"{time} < :to_{table.table}"])


def _ids(db: Connection, group_by: Sequence[Label], asked: Sequence[Values]) -> str:
    """The ids of label values, as a JSON list of lists."""
    ids = [
        _BYOK
        if label is Label.BYOK
        else terms.find(db, Kind(label.value), {values[place] for values in asked})
        for place, label in enumerate(group_by)
    ]
    rows = [
        ",".join([str(known[text]) for known, text in zip(ids, values, strict=True)])
        for values in asked
    ]
    return f"[{','.join(f'[{row}]' for row in rows)}]"
