"""What a digest says: one closed stretch of local days, beside what came before and what stands now."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from bot.answers import acted, alerts, budgets, coverage, measure, periods, taskwork
from bot.answers.budgets import Standing
from bot.notify.facts import BudgetLine, DigestFacts, Line, Stretch, UserLine
from bot.store import agreements, late, sources
from bot.store.connection import Connection
from bot.store.dearest import Selection
from rules import labels, metric, money, window
from rules.labels import Label
from rules.metric import NOTHING
from rules.money import ZERO, Money
from rules.rule import Rule
from rules.terms import Severity
from rules.window import Every, Period, Span

TOP, BUDGETS = 5, 8
MEAN = 28
"""How many days the mean is taken over."""

LATELY = timedelta(days=2)
"""So long what a comparison with Neo's own totals showed is told as how things are."""

_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Due:
    """Which digest it is: its name, and the period whose last closed one it tells of.

    `since` is when it was last sent; what came late is counted from there. `moment` is when it was due, if that is past.
    A figure is final `settle` after the end of its period.
    """

    name: str
    period: Period
    since: datetime | None = None
    moment: datetime | None = None
    settle: timedelta = timedelta(0)

    def span(self, now: datetime) -> Span:
        """The closed period that it tells of."""
        return window.before(self.period, window.span_at(self.period, self.moment or now))


@dataclass(frozen=True, slots=True)
class _Budgets:
    """The budgets that are told, how many more there are, and how many of all have reached which severity."""

    lines: tuple[BudgetLine, ...]
    more: int
    reached: tuple[tuple[Severity, int], ...]


def facts(
    db: Connection, due: Due, rules: Sequence[Rule], stale_after: timedelta, now: datetime
) -> DigestFacts:
    """All that the digest says at `now`, but for whether it was skipped."""
    firing = alerts.firing(db)
    done = acted.each(db, rules, firing, now).values()
    told = _budgets(db, rules, due.span(now), now, due.period.zone)
    return replace(
        _ranked(db, due, _figures(db, due, stale_after, now), now),
        budgets=told.lines,
        more_budgets=told.more,
        reached=told.reached,
        alerts=alerts.lines(db, rules, firing[:TOP], now),
        more_alerts=max(0, len(firing) - TOP),
        silenced=sum(each.silence is not None for each in done),
        acked=sum(each.ack is not None for each in done),
    )


def _ranked(db: Connection, due: Due, facts: DigestFacts, now: datetime) -> DigestFacts:
    """With who and what cost most."""
    span = due.span(now)
    users = _users(db, span, _before(due.period, span), facts.spend)
    models = _models(db, span)
    dearest = taskwork.ranked(db, span, Selection(labels.EVERYTHING), TOP)
    return replace(
        facts,
        users=tuple(users[:TOP]),
        more_users=max(0, len(users) - TOP),
        models=tuple(models[:TOP]),
        more_models=max(0, len(models) - TOP),
        tasks=dearest.lines,
        more_tasks=dearest.more,
    )


def _figures(db: Connection, due: Due, stale_after: timedelta, now: datetime) -> DigestFacts:
    """The same without budgets, alerts, and who and what cost most."""
    zone, span = due.period.zone, due.span(now)
    totals, earlier = measure.total(db, span), _before(due.period, span)
    to_date = _to_date(zone, now)
    as_of, (left, expire) = coverage.as_of(db), _credits(db)
    drift, healed = _reconciled(db, due, now)
    return DigestFacts(
        name=due.name,
        every=due.period.every.value,
        period=periods.called(due.period, span, zone),
        spend=totals.spend,
        before=_spend(db, earlier),
        mean=None if due.period.every is Every.MONTH else _mean(db, zone, span),
        to_date=to_date,
        to_date_spend=measure.total(db, periods.span(to_date)).spend,
        budgets=(),
        credits_left=left,
        credits_expire=expire,
        split=measure.split(totals),
        users=(),
        more_users=0,
        models=(),
        tasks=(),
        streams=totals.streams,
        errors=totals.errors,
        error_rate=metric.error_rate(totals),
        alerts=(),
        more_alerts=0,
        records=totals.streams,
        as_of=as_of,
        late=_late(db, due, span),
        stale=coverage.stale(db, now, stale_after),
        reconciled=drift,
        healed=healed,
        final=as_of is not None and as_of >= span.end + due.settle,
        to_date_before=_spend(db, periods.span(periods.before("month", zone, now))),
    )


def _reconciled(db: Connection, due: Due, now: datetime) -> tuple[Money | None, Money]:
    """By how much the ledger differs from Neo's own totals, where each source was compared lately; and what was healed."""
    names = list(sources.load(db))
    found = agreements.each(db, names).values()
    known = names and len(found) == len(names) and all(now - each.at <= LATELY for each in found)
    healed = agreements.healed(db, names, due.since or due.span(now).start)
    return sum((each.drift for each in found), ZERO) if known else None, healed


def _late(db: Connection, due: Due, span: Span) -> Money:
    """What came since the last digest for days that it and those before it told of."""
    if due.since is None:
        return Money(0)
    told = window.span_at(due.period, due.since).start
    return late.added(db, min(told, span.start), due.since)


def _budgets(
    db: Connection, rules: Sequence[Rule], span: Span, now: datetime, zone: ZoneInfo
) -> _Budgets:
    """Budgets of the very span that the digest tells of as it ended, all others with where they are heading.

    Those over everything come first: where there are too many to tell, they are no person's.
    """
    last = span.end - _TICK
    closed = [rule for rule in rules if rule.window and window.span_at(rule.window, last) == span]
    names = {rule.name for rule in closed}
    found = [
        *_worth_telling(db, closed, last),
        *_worth_telling(db, [rule for rule in rules if rule.name not in names], now),
    ]
    shown = sorted(found, key=lambda standing: bool(standing.values))[:BUDGETS]
    ended = budgets.lines(db, [each for each in shown if each.rule.name in names], last, zone)
    going = budgets.lines(db, [each for each in shown if each.rule.name not in names], now, zone)
    reached = Counter(each.severity for each in found if each.severity)
    lines = [*(replace(line, pace=None, left=None) for line in ended), *going]
    return _Budgets(
        lines=tuple(sorted(lines, key=lambda line: bool(line.labels))),
        more=len(found) - len(shown),
        reached=tuple(sorted(reached.items(), reverse=True)),
    )


def _worth_telling(db: Connection, rules: Sequence[Rule], at: datetime) -> list[Standing]:
    """The budgets over everything, and of those that are split the ones which have reached a threshold."""
    return [
        standing
        for standing in budgets.standings(db, rules, at)
        if not standing.values or standing.severity is not None
    ]


def _before(period: Period, span: Span) -> Span:
    """The same weekday a week before for a day, else the seven days or the month before."""
    if period.every is not Every.DAY:
        return window.before(period, span)
    day = window.local_date(period.zone, span.start) - timedelta(days=7)
    return _days(period.zone, day, day + timedelta(days=1))


def _days(zone: ZoneInfo, first: date, after: date) -> Span:
    return Span(window.day_start(zone, first), window.day_start(zone, after))


def _spend(db: Connection, span: Span) -> Money | None:
    return measure.total(db, span).spend if coverage.reaches(db, span.start) else None


def _mean(db: Connection, zone: ZoneInfo, span: Span) -> Money | None:
    """What as many days cost on average over the four weeks before."""
    first = window.local_date(zone, span.start)
    length = window.local_date(zone, span.end) - first
    spent = _spend(db, _days(zone, first - timedelta(days=MEAN), first))
    return None if spent is None else Money(round(Fraction(spent.nano * length.days, MEAN)))


def _to_date(zone: ZoneInfo, now: datetime) -> Stretch:
    """The calendar month from its beginning until now."""
    month = Period(Every.MONTH, zone)
    return periods.called(month, Span(window.span_at(month, now).start, now), zone)


def _users(db: Connection, span: Span, before: Span, total: Money) -> list[UserLine]:
    """Everyone with usage, the dearest first."""
    now = measure.by(db, (Label.USER,), span)
    earlier = measure.by(db, (Label.USER,), before)
    lines = [
        UserLine(
            user=user,
            cost=totals.spend,
            before=earlier.get((user,), NOTHING).spend,
            share=money.share(totals.spend, total),
        )
        for (user,), totals in now.items()
    ]
    return sorted(lines, key=lambda line: (-line.cost.nano, line.user))


def _models(db: Connection, span: Span) -> list[Line]:
    lines = [
        Line(model, totals.spend)
        for (model,), totals in measure.by(db, (Label.MODEL,), span).items()
    ]
    return sorted(lines, key=lambda line: (-line.cost.nano, line.name))


def _credits(db: Connection) -> tuple[Money | None, datetime | None]:
    """The credits left in all sources, where each says so, and when the first of them expire."""
    states = list(sources.load(db).values())
    balances = [state.balance for state in states if state.balance is not None]
    expiries = [balance.expires_at for balance in balances if balance.expires_at is not None]
    left = Money(sum(balance.available.nano for balance in balances))
    known = bool(balances) and len(balances) == len(states)
    return left if known else None, min(expiries, default=None)
