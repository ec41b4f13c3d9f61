"""The alerts of a series as they stood at a moment: by what was decided up to then, and who was told."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.answers import about, acted
from bot.notify import silence, why
from bot.notify.facts import Acted
from bot.notify.holding import Holding
from bot.notify.notification import Destination
from bot.notify.quiet import Quiet
from bot.notify.why import Episode, HeldBack
from bot.store import alerts, decisions, messages, silences, spoken
from bot.store.connection import Connection
from bot.store.decisions import Decision
from rules.alert import Alert
from rules.labels import Values
from rules.rule import Rule
from rules.window import Span

QUIET = "a quiet time"


@dataclass(frozen=True, slots=True)
class Sought:
    """One series of a rule over a span, the moment from which it is looked at, and the quiet times in force."""

    rule: Rule
    values: Values
    span: Span
    at: datetime
    quiet: Quiet | None = None


def episodes(db: Connection, sought: Sought, *, live: bool) -> tuple[Episode, ...]:
    """The last alert of each condition: that of the period, or else the last one that had begun."""
    last: dict[str, Episode] = {}
    for alert in alerts.of_series(db, sought.rule.name, sought.values):
        if _is_of(alert, sought):
            decided = [each for each in decisions.of(db, alert) if each.at <= sought.at]
            if decided:
                last[alert.series.condition] = _episode(db, alert, decided, sought, live=live)
    return tuple(last.values())


def _is_of(alert: Alert, sought: Sought) -> bool:
    if alert.series.meaning != sought.rule.meaning:
        return False
    return not alert.by_period or alert.span.start == sought.span.start


def _episode(
    db: Connection, alert: Alert, decided: Sequence[Decision], sought: Sought, *, live: bool
) -> Episode:
    said = _spoken(db, alert, decided, sought.at)
    told = messages.told(db, [alert.id]) if live else {}
    then = alert if live else _then(alert, decided)
    return Episode(
        id=alert.id,
        condition=alert.series.condition,
        state=decided[-1].state,
        severity=decided[-1].severity,
        peak=then.peak,
        since=alert.since,
        last=_decided(decided[-1]),
        spoken=said,
        told=tuple(
            why.Told(Destination.parse(destination), each.peak, each.value)
            for (_, destination), each in sorted(told.items())
        ),
        note=alert.note if live else "",
        acted=_acted(db, then, sought, live=live),
        held=_held(db, alert, [each for each in decided if _is_unsaid(each, said)], sought),
    )


def _acted(db: Connection, alert: Alert, sought: Sought, *, live: bool) -> Acted:
    if live:
        return acted.of(db, [sought.rule], alert, sought.at)
    return acted.then(db, sought.rule, alert, sought.at)


def _spoken(
    db: Connection, alert: Alert, decided: Sequence[Decision], upto: datetime
) -> why.Decided | None:
    """What was last said, and the figures of then: what had been held back is said without another decision."""
    said = spoken.of(db, alert.id, upto)
    if not said:
        return None
    at, reason = said[-1]
    known = [each for each in decided if each.at <= at]
    if not known:
        return None
    # Who hears of it for the first time is told so, though by then something else was decided.
    own = known[-1].reason if known[-1].at == at and said[0][0] < at else None
    return replace(_decided(known[-1]), at=at, reason=own or reason)


def _is_unsaid(decision: Decision, said: why.Decided | None) -> bool:
    """Whether it was news, and nothing was said since."""
    return decision.reason is not None and (said is None or decision.at > said.at)


def _held(
    db: Connection, alert: Alert, unsaid: Sequence[Decision], sought: Sought
) -> HeldBack | None:
    """The last of what was not said, if that was held back; quiet times are known as they are in force now."""
    if not unsaid:
        return None
    last = unsaid[-1]
    labels = about.labels(db, sought.rule, alert)
    if muted := silence.muting(silences.active(db, last.at), alert, last.at, labels):
        return HeldBack(muted.name, _decided(last))
    then = replace(alert, severity=last.severity, peak=last.limit.severity)
    is_quiet = Holding(last.at, quiet=sought.quiet).holds(then)
    return HeldBack(QUIET, _decided(last)) if is_quiet else None


def _then(alert: Alert, decided: Sequence[Decision]) -> Alert:
    """The alert with the state and the peak that it had after these decisions."""
    peak = max(each.limit.severity for each in decided)
    return replace(alert, state=decided[-1].state, peak=peak)


def _decided(decision: Decision) -> why.Decided:
    return why.Decided(
        at=decision.at,
        state=decision.state,
        severity=decision.severity,
        reason=decision.reason,
        value=decision.value,
        limit=decision.limit,
    )
