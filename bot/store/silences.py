"""Silences: who muted what until when, and why. An end deletes none."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.notify.silence import Silence
from bot.store import instant
from bot.store.connection import Connection
from rules import selection
from rules.labels import Selector

_COLUMNS = "id, starts, ends, author, reason, rule, match, alert"


def add(db: Connection, silence: Silence) -> Silence:
    """Keeps a new silence; gives it with its id."""
    cursor = db.execute(
        "INSERT INTO silence (starts, ends, author, reason, rule, match, alert) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            instant.to_micros(silence.starts),
            instant.to_micros(silence.ends),
            silence.author,
            silence.reason,
            silence.rule,
            _encoded(silence.match),
            silence.alert,
        ),
    )
    return replace(silence, id=int(cursor.lastrowid or 0))


def change(db: Connection, silence: Silence) -> None:
    """Keeps another end and reason of a known silence; what it mutes stays."""
    db.execute(
        "UPDATE silence SET ends = ?, reason = ? WHERE id = ?",
        (instant.to_micros(silence.ends), silence.reason, silence.id),
    )


def find(db: Connection, id_: int) -> Silence | None:
    return next(iter(_select(db, "id = ?", (id_,))), None)


def active(db: Connection, at: datetime) -> list[Silence]:
    """All that hold at `at`, those first that end first."""
    return since(db, at, at)


def since(db: Connection, first: datetime, last: datetime) -> list[Silence]:
    """All that hold at some moment from `first` to `last`."""
    where = "ends > ? AND starts <= ?"
    return _select(db, where, (instant.to_micros(first), instant.to_micros(last)))


def ended(db: Connection, after: datetime | None, upto: datetime) -> list[Silence]:
    """All that ended after a moment (None for ever), up to another one; the last one last."""
    first = -1 if after is None else instant.to_micros(after)
    return _select(db, "ends > ? AND ends <= ?", (first, instant.to_micros(upto)))


def pull_back(db: Connection, by: timedelta, now: datetime) -> None:
    """Has what is in force stay so once the clock was set back `by` so much, and what was over stay over."""
    at, before = instant.to_micros(now), instant.to_micros(now - by)
    db.execute("UPDATE silence SET starts = ? WHERE starts > ?", (at, at))
    db.execute("UPDATE silence SET ends = ? WHERE ends > ? AND ends <= ?", (at, at, before))


def _select(db: Connection, where: str, values: Sequence[object]) -> list[Silence]:
    rows = db.execute(
        f"SELECT {_COLUMNS} FROM silence WHERE {where} ORDER BY ends, id", values
    ).fetchall()
    return [
        Silence(
            id_,
            instant.from_micros(starts),
            instant.from_micros(ends),
            author,
            reason,
            rule,
            selection.patterns(json.loads(match)),
            alert,
        )
        for id_, starts, ends, author, reason, rule, match, alert in rows
    ]


def _encoded(match: Selector) -> str:
    return json.dumps(
        {
            str(label): [*pattern.include, *(f"!{glob}" for glob in pattern.exclude)]
            for label, pattern in match.patterns
        }
    )
