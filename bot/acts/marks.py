"""Has posted messages say what people did about the alerts that they tell of."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot.answers import about, acted
from bot.notify.facts import NOTHING_DONE, Acted, AlertFacts, TableFacts
from bot.notify.notification import AlertBody, Body, TableBody
from bot.notify.silence import Silence
from bot.store import alerts, messages
from bot.store.connection import Connection
from rules.alert import Alert
from rules.rule import Rule

log = logging.getLogger(__name__)


def muted(
    db: Connection, rules: Sequence[Rule], silences: Sequence[Silence], at: datetime
) -> list[Alert]:
    """The open alerts that some of these silences are about; each message about them says what counts at `at`."""
    known = {rule.name: rule for rule in rules}
    found = [
        alert
        for alert in alerts.open_alerts(db)
        for labels in [about.labels(db, known.get(alert.series.rule), alert)]
        if any(each.fits(alert, labels) for each in silences)
    ]
    refresh(db, rules, found, at)
    return found


def refresh(db: Connection, rules: Sequence[Rule], told_of: Sequence[Alert], at: datetime) -> None:
    """Each message about these alerts says what counts at `at`; one that says so already stays as it is."""
    done = acted.each(db, rules, told_of, at)
    true = dict.fromkeys((alert.id for alert in told_of), NOTHING_DONE) | done
    for message, destination in messages.editable(db, true):
        try:
            said = messages.body(db, message)
        except ValueError:
            log.exception("a message cannot be read", extra={"of": message})
            continue
        marked = _marked(said, true)
        if isinstance(marked, TableBody):
            marked = TableBody(
                recounted(db, rules, marked.table, alerts.of_message(db, message), at)
            )
        if marked != said:
            messages.write(db, message, destination, marked, at)


def recounted(
    db: Connection,
    rules: Iterable[Rule],
    table: TableFacts,
    members: Iterable[Alert],
    at: datetime,
) -> TableFacts:
    """How many of what goes on in a table somebody took on, and how many are silenced."""
    acked, silenced = acted.count(db, rules, members, at)
    return replace(table, acked=acked, silenced=silenced)


def _marked(body: Body, true: Mapping[str, Acted]) -> Body:
    match body:
        case AlertBody(alert):
            return AlertBody(_true_of(alert, true))
        case TableBody(table):
            return TableBody(replace(table, rows=tuple(_true_of(row, true) for row in table.rows)))
        case _:
            return body


def _true_of(facts: AlertFacts, true: Mapping[str, Acted]) -> AlertFacts:
    return replace(facts, acted=true[facts.id]) if facts.id in true else facts
