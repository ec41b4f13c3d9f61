"""Why a rule says what it says of a series: judged anew by the code of the live run, from what was known then.

Theory of operation. The present is read from the store, an earlier moment from every version of every record, so that
what came or was corrected since does not count. The rule's terms are those in force now. Each condition of the series
gives its finding, whether it holds or not; the alerts stand as their last decision up to the moment left them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.answers import about, book, coverage, gauges, madeof, periods, recorded, which
from bot.answers.book import Book
from bot.answers.who import Asker
from bot.notify import sentence, why
from bot.notify.answer import Refusal
from bot.notify.facts import Stretch
from bot.notify.quiet import Quiet
from bot.notify.why import Episode, WhyAnswer
from bot.store import sources
from bot.store.connection import Connection
from bot.store.sources import SourceState
from rules import evaluate, labels, metric, reading
from rules.alert import Alert, State
from rules.condition import table
from rules.evaluate import AlertKey, Judge, Known
from rules.finding import Finding, Series
from rules.labels import Values
from rules.metric import NOTHING, Kind, Reads, Totals, Value
from rules.rule import Rule
from rules.scope import News, Planner, Scope
from rules.series import Answer, Query
from rules.window import Span

_KEPT = frozenset({Reads.RECORDS, Reads.TASKS, Reads.FIRST})
"""What the ledger keeps the history of."""


@dataclass(frozen=True, slots=True)
class Given:
    """What is in force: the rules, the names of the sources, after how long without a complete poll one is stale, quiet times."""

    rules: Sequence[Rule]
    sources: Sequence[str]
    stale_after: timedelta
    quiet: Quiet | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A series of a rule by its name and labels; `at` None is the present."""

    rule: str
    labels: Mapping[str, str]
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Moment:
    """What is looked at, and from when."""

    book: Book
    at: datetime
    live: bool
    scope: Scope


def answer(db: Connection, given: Given, asked: Asked, now: datetime) -> WhyAnswer | Refusal:
    """What the rule made of the series, or which rules or series there are."""
    at = now if asked.at is None else asked.at
    try:
        rule = rule_of(given.rules, asked.rule)
        moment = _moment(db, rule, at, now)
        values = which.values(db, rule, _ranked(db, given, moment), asked.labels)
    except ValueError as error:
        return Refusal(sentence.of(error))
    return _explained(db, given, moment, values)


def of_alert(
    db: Connection, given: Given, asker: Asker, prefix: str, now: datetime
) -> WhyAnswer | Refusal:
    """What is behind the alert whose id begins so, as things stand now, or stood when it ended."""
    alert = which.alert(db, prefix, lambda each: about.may_see(db, given.rules, asker, each))
    if isinstance(alert, Refusal):
        return alert
    known = {rule.name: rule for rule in given.rules}
    rule = known.get(alert.series.rule)
    if rule is None or rule.meaning != alert.series.meaning:
        return Refusal(
            f"The rule {alert.series.rule} is gone, or measures something else now, so alert {alert.id}"
            f" cannot be explained from its figures. It was last {alert.state} at {metric.text(alert.value)},"
            f" limit {alert.limit.text}."
        )
    try:
        moment = _of_alert(db, rule, alert, now)
    except ValueError as error:
        return Refusal(sentence.of(error))
    return _explained(db, given, moment, alert.series.values)


def rule_of(rules: Iterable[Rule], name: str) -> Rule:
    """The rule of that name; ValueError with the nearest one if there is none."""
    known = {rule.name: rule for rule in rules}
    if not known:
        raise ValueError("there are no rules")
    return known[reading.choice(name, known, "a rule")]


def _moment(db: Connection, rule: Rule, at: datetime, now: datetime) -> _Moment:
    if at > now:
        raise ValueError("that time is still to come")
    scope = Scope(rule, Planner(News(), at).span(rule), None)
    return _opened(db, scope, at, live=at == now)


def _of_alert(db: Connection, rule: Rule, alert: Alert, now: datetime) -> _Moment:
    """A period is told of as it is now, an episode that ended as it was when it did."""
    if alert.by_period:
        over = alert.span.end <= now
        return _opened(db, Scope(rule, alert.span, None, closed=over), now, live=True)
    ended = alert.ended if not alert.open and alert.ended and alert.ended < now else None
    return _moment(db, rule, ended or now, now)


def _opened(db: Connection, scope: Scope, at: datetime, *, live: bool) -> _Moment:
    if live:
        return _Moment(book.Now(db), at, live, scope)
    if not _KEPT.issuperset(scope.rule.metric.reads):
        raise ValueError(
            f"no history is stored of what {scope.rule.name} measures ({scope.rule.metric.name}):"
            " ask for the present"
        )
    starts = [query.since for query in evaluate.queries([scope], at)]
    return _Moment(book.Then(db, min(starts), at), at, live, scope)


def _ranked(db: Connection, given: Given, moment: _Moment) -> which.Ranked:
    """Every series that there is, the worst first."""
    rule = moment.scope.rule
    if rule.metric.kind is Kind.GAUGE:
        return which.gauged(rule, gauges.read(db, _states(db, given), moment.at))
    return which.measured(moment.book, rule, moment.scope.span)


def _explained(db: Connection, given: Given, moment: _Moment, values: Values) -> WhyAnswer:
    rule, span = moment.scope.rule, moment.scope.span
    terms, known = rule.terms(values), _known(db, given, moment)
    episodes = recorded.episodes(
        db, recorded.Sought(rule, values, span, moment.at, given.quiet), live=moment.live
    )
    findings = _findings(moment, values, known, episodes)
    totals = next((finding.totals for finding in findings), NOTHING)
    return WhyAnswer(
        rule=rule.name,
        summary=rule.summary,
        metric=rule.metric.name,
        labels=labels.named(rule.group_by, values),
        at=moment.at,
        live=moment.live,
        period=_stretch(rule, span),
        value=_value(rule, values, known, totals),
        totals=totals,
        made=madeof.made(db, moment.book, madeof.Asked(rule, values, span, totals)),
        budget=terms.budget,
        origin=terms.origin,
        limits=tuple(why.held(rule, terms)),
        verdicts=tuple(why.said(finding, terms, rule) for finding in findings),
        episodes=episodes,
        as_of=coverage.as_of(db) if moment.live else None,
    )


def _findings(
    moment: _Moment, values: Values, known: Known, episodes: Sequence[Episode]
) -> list[Finding]:
    """One for each condition, whether it holds or not: a series with an alert is always judged."""
    rule, closed = moment.scope.rule, moment.scope.closed
    scope = Scope(rule, moment.scope.span, frozenset({values}), closed=closed)
    firing = {each.condition: each.last.limit for each in episodes if each.state is State.FIRING}
    keys = {
        condition.name: _key(scope, condition.name, values)
        for condition in table.of(rule)
        if not (closed and condition.daily)
    }
    answers: dict[Query, Answer] = {
        query: moment.book.answer(query, only)
        for query, only in evaluate.queries([scope], moment.at).items()
    }
    judge = Judge(
        answers,
        replace(
            known,
            alerts=frozenset(keys.values()),
            firing={keys[name]: (limit,) for name, limit in firing.items() if name in keys},
        ),
    )
    return [each for each in judge.findings(scope) if each.series.condition in keys]


def _key(scope: Scope, condition: str, values: Values) -> AlertKey:
    rule = scope.rule
    start = scope.span.start if rule.by_period else None
    return Series(rule.name, condition, rule.meaning, rule.group_by, values), start


def _known(db: Connection, given: Given, moment: _Moment) -> Known:
    """As the live run knows it; of the past it is not known which sources were stale."""
    if not moment.live:
        return Known(moment.at, begins=sources.begins(db))
    states = _states(db, given)
    stale = sources.stale(states, moment.at, given.stale_after)
    figures = gauges.read(db, states, moment.at)
    return Known(moment.at, stale, sources.begins(db), figures, frozenset(states))


def _states(db: Connection, given: Given) -> dict[str, SourceState]:
    kept = sources.load(db)
    return {name: kept.get(name, SourceState()) for name in given.sources}


def _value(rule: Rule, values: Values, known: Known, totals: Totals) -> Value | None:
    if rule.metric.kind is Kind.GAUGE:
        (source,) = values
        return known.gauges.get((rule.metric.name, source))
    return rule.metric.value(totals)


def _stretch(rule: Rule, span: Span) -> Stretch:
    if rule.window is None:
        return Stretch("now", span.start, span.end, rule.zone.key)
    return periods.called(rule.window, span, rule.zone)
