"""Alerts, and what is remembered of each rule."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from bot.store import alert_row, instant
from bot.store.connection import Connection
from rules.alert import Alert
from rules.labels import Values
from rules.scope import Judged
from rules.series import Only

_PUT = (
    f"INSERT OR REPLACE INTO alert ({alert_row.LISTED})"
    f" VALUES ({', '.join('?' * len(alert_row.COLUMNS))})"
)


_CHANGEABLE = (
    "state IN ('pending', 'firing', 'corrected', 'closed')"
    " AND (state IN ('pending', 'firing') OR (by_period AND \"end\" > ?))"
)
"""What a finding may still change: open alerts, and periods that ended not long ago."""


def judged(db: Connection) -> dict[str, Judged]:
    """What is remembered of each rule, by name."""
    rows = db.execute("SELECT rule, meaning, terms, since, at FROM judged").fetchall()
    # Most rules were judged at the same moments, and equal moments are made only once.
    moments = {micros for row in rows for micros in row[3:]}
    moment = {micros: instant.from_micros(micros) for micros in moments}
    return {
        rule: Judged(meaning, terms, moment[since], moment[at])
        for rule, meaning, terms, since, at in rows
    }


def remember(db: Connection, states: Mapping[str, Judged]) -> None:
    """Keeps what each rule was judged by. Mostly that is only another moment: one statement for all of them."""
    moments = {at for state in states.values() for at in (state.since, state.at)}
    micros = {at: instant.to_micros(at) for at in moments}
    known = set(db.execute("SELECT rule, meaning, terms, since FROM judged"))
    moved, others = dict[int, list[str]](), []
    for rule, state in states.items():
        row = (rule, state.meaning, state.terms, micros[state.since])
        if row in known:
            moved.setdefault(micros[state.at], []).append(rule)
        else:
            others.append((*row, micros[state.at]))
    for at, rules in moved.items():
        db.execute(
            "UPDATE judged SET at = ? WHERE rule IN (SELECT value FROM json_each(?))",
            (at, json.dumps(rules)),
        )
    db.conn.executemany(
        "INSERT OR REPLACE INTO judged (rule, meaning, terms, since, at) VALUES (?, ?, ?, ?, ?)",
        others,
    )


def forget(db: Connection, rules: Iterable[str]) -> None:
    db.conn.executemany("DELETE FROM judged WHERE rule = ?", [(rule,) for rule in rules])


def judge_anew(db: Connection) -> None:
    """Has the next evaluation judge everyone, as if all terms had changed: history came that was not there before."""
    db.execute("UPDATE judged SET terms = ''")


def open_alerts(db: Connection) -> list[Alert]:
    """All that are pending or firing."""
    return _select(db, "state IN ('pending', 'firing')", ())


def firing(db: Connection, condition: str) -> list[Alert]:
    """All that fire by a condition."""
    open_, fires = (
        "state IN ('pending', 'firing')",
        "state = 'firing'",
    )  # the index is of what is open
    return _select(db, f"{open_} AND {fires} AND condition = ?", (condition,))


def changeable(db: Connection, since: datetime) -> list[Alert]:
    """All that may still change: the open ones, and periods that ended after `since`."""
    return _select(db, _CHANGEABLE, (instant.to_micros(since),))


def due(db: Connection, at: datetime) -> list[Alert]:
    """Those that time alone may change at `at`."""
    return _select(db, "due <= ?", (instant.to_micros(at),))


def current(db: Connection, wanted: Mapping[str, Only], since: datetime) -> list[Alert]:
    """Those of some series of some rules that a finding may still change.

    There are few such alerts beside all series that a tick may judge, so they are what is looked through.
    """
    live = db.execute(
        f"SELECT id, rule, labels FROM alert WHERE {_CHANGEABLE}", (instant.to_micros(since),)
    ).fetchall()
    ids = [
        id_
        for id_, rule, labels in live
        if rule in wanted and _is_among(wanted[rule], alert_row.values_of(labels))
    ]
    return by_id(db, ids)


def _is_among(only: Only, values: Values) -> bool:
    return only is None or values in only


def find(db: Connection, prefix: str) -> list[Alert]:
    """Alerts whose id begins with `prefix`."""
    return _select(db, "id >= ? AND id < ?", (prefix.lower(), prefix.lower() + "\x7f"))


def by_id(db: Connection, ids: Iterable[str]) -> list[Alert]:
    return _select(db, "id IN (SELECT value FROM json_each(?))", (json.dumps(list(ids)),))


def of_series(db: Connection, rule: str, values: Values) -> list[Alert]:
    """Every alert that a series of a rule ever had, the oldest first."""
    found = _select(db, "rule = ? AND labels = ?", (rule, alert_row.labels_text(values)))
    return sorted(found, key=lambda alert: alert.since)


def of_message(db: Connection, message: str) -> list[Alert]:
    """The members of a table."""
    return _select(db, "id IN (SELECT alert FROM told WHERE message = ?)", (message,))


def put(db: Connection, alerts: Iterable[tuple[Alert, datetime | None]]) -> None:
    """Keeps alerts, each with the moment at which time alone may change it."""
    db.conn.executemany(_PUT, [alert_row.encode(alert, due_at) for alert, due_at in alerts])


def time(db: Connection, timers: Mapping[str, datetime | None]) -> None:
    """Sets when time alone may change alerts, by id."""
    rows = [(instant.to_nullable(at), id_) for id_, at in timers.items()]
    db.conn.executemany("UPDATE alert SET due = ? WHERE id = ?", rows)


def count_from(db: Connection, alerts: Iterable[tuple[Alert, datetime | None]]) -> None:
    """Has repeats of alerts count as these say, each with the moment at which time alone may change it."""
    rows = [
        (instant.to_nullable(alert.spoken), alert.repeats, instant.to_nullable(due_at), alert.id)
        for alert, due_at in alerts
    ]
    db.conn.executemany("UPDATE alert SET spoken = ?, repeats = ?, due = ? WHERE id = ?", rows)


def drop(db: Connection, ids: Iterable[str]) -> None:
    """Forgets pending alerts that never fired."""
    db.conn.executemany("DELETE FROM alert WHERE id = ?", [(id_,) for id_ in ids])


def _select(db: Connection, where: str, values: Sequence[object]) -> list[Alert]:
    rows = db.execute(
        f"SELECT {alert_row.LISTED} FROM alert WHERE {where} ORDER BY id", values
    ).fetchall()
    return [alert_row.decode(row) for row in rows]
