"""What people did about alerts: who took which on, and what mutes it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.answers import about
from bot.notify import silence
from bot.notify.facts import NOTHING_DONE, AckFacts, Acted, SilenceFacts
from bot.notify.silence import Silence
from bot.store import acks, silences
from bot.store.connection import Connection
from rules.alert import Alert
from rules.rule import Rule
from rules.terms import Severity


def of(db: Connection, rules: Iterable[Rule], alert: Alert, at: datetime) -> Acted:
    """What counts at `at` for an alert as it is kept now; of one that is over nothing does. `rules` say whom it is about."""
    return each(db, rules, [alert], at).get(alert.id, NOTHING_DONE)


def each(
    db: Connection, rules: Iterable[Rule], found: Iterable[Alert], at: datetime
) -> dict[str, Acted]:
    """The same for many alerts, by id; those of which there is nothing are left out."""
    muting = _Muting.of(db, rules, at)
    told = {
        alert.id: Acted(_ack(db, alert, at), muting.facts(db, alert))
        for alert in found
        if alert.open
    }
    return {id_: acted for id_, acted in told.items() if acted != NOTHING_DONE}


def count(
    db: Connection, rules: Iterable[Rule], found: Iterable[Alert], at: datetime
) -> tuple[int, int]:
    """How many somebody took on, and how many are muted."""
    told = each(db, rules, found, at).values()
    return sum(done.ack is not None for done in told), sum(
        done.silence is not None for done in told
    )


def then(db: Connection, rule: Rule, alert: Alert, at: datetime) -> Acted:
    """What counted at an earlier moment for an alert as it was then: once its peak rises it is nobody's again."""
    if not alert.open:
        return NOTHING_DONE
    muted = _Muting.of(db, [rule], at).facts(db, alert)
    return Acted(_given(db, alert, alert.peak, at), muted)


@dataclass(frozen=True, slots=True)
class _Muting:
    """What mutes anything at `at`, and the rules by their names."""

    at: datetime
    active: Sequence[Silence]
    rules: Mapping[str, Rule]

    @classmethod
    def of(cls, db: Connection, rules: Iterable[Rule], at: datetime) -> "_Muting":
        return cls(at, silences.active(db, at), {rule.name: rule for rule in rules})

    def facts(self, db: Connection, alert: Alert) -> SilenceFacts | None:
        """What mutes the alert for longest."""
        if not self.active:
            return None
        labels = about.labels(db, self.rules.get(alert.series.rule), alert)
        found = silence.muting(self.active, alert, self.at, labels)
        if found is None:
            return None
        return SilenceFacts(found.name, found.author, found.ends, found.reason)


def _ack(db: Connection, alert: Alert, at: datetime) -> AckFacts | None:
    return None if alert.acked is None else _given(db, alert, alert.acked, at)


def _given(db: Connection, alert: Alert, peak: Severity, at: datetime) -> AckFacts | None:
    """The last acknowledgement at that peak which was not taken back."""
    given = [
        ack
        for ack in acks.of(db, alert.id)
        if ack.peak is peak and ack.at <= at and (ack.undone is None or at < ack.undone)
    ]
    return AckFacts(given[-1].author, given[-1].at) if given else None
