"""Which series of a rule is meant, and which there are."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from bot.answers.book import Book
from bot.notify.answer import Refusal
from bot.store import alerts
from bot.store.connection import Connection
from rules import labels, metric, ranking, reading, series
from rules.alert import ID_LENGTH, Alert
from rules.labels import Label, Values
from rules.metric import Kind, Reads, Value
from rules.rule import Rule
from rules.series import Query
from rules.window import Span

SHOWN = 8
"""Series or alerts that are named to who did not say which."""

ENOUGH = 4
"""Characters of an id that an act needs."""

Ranked = Sequence[tuple[Values, Value]]
"""Series with their values, the worst first."""


def alert(db: Connection, prefix: str, may_see: Callable[[Alert], bool]) -> Alert | Refusal:
    """The alert whose id begins so, among those that may be seen; of several the one that is open."""
    known = alerts.find(db, prefix) if prefix else []
    found = [each for each in known if may_see(each)]
    for clear in (found, [each for each in found if each.open]):
        if len(clear) == 1:
            return clear[0]
    if not found:
        open_ = [each.id for each in alerts.open_alerts(db) if may_see(each)]
        rest = reading.nearest(prefix, open_) or _gone(prefix)
        return Refusal(
            f'There is no alert "{prefix}" among those that you may see{rest} `alerts` lists what is open.',
            denied=bool(known),
        )
    shown = ", ".join(f"{each.id} ({each.series})" for each in found[:SHOWN])
    rest = f", +{len(found) - SHOWN} more" if len(found) > SHOWN else ""
    return Refusal(
        f'"{prefix}" begins the ids of {len(found)} alerts: {shown}{rest}. Write more of it.'
    )


def _gone(prefix: str) -> str:
    """A whole id is no slip: it stands under a message that may be old."""
    whole = len(prefix) == ID_LENGTH and prefix.isalnum()
    return ". What ended longer ago than `store.keep` is kept no more." if whole else "."


def acted_on(db: Connection, prefix: str, may_see: Callable[[Alert], bool]) -> Alert | Refusal:
    """The same for who wants to change something: a letter or two may be a slip."""
    found = alert(db, prefix, may_see)
    if isinstance(found, Alert) and len(prefix) < ENOUGH:
        return Refusal(
            f'"{prefix}" is too little of an id to act on: write at least {ENOUGH} characters of it.'
        )
    return found


def measured(book: Book, rule: Rule, span: Span) -> Ranked:
    """Every series with usage in the span, also where that is not new."""
    read = ranking.sums(rule.metric)
    if rule.metric.kind is Kind.FIRST:
        read.append(Reads.RECORDS)
    totals = series.joined(
        book.answer(Query(reads, span, rule.group_by, rule.where), None) for reads in read
    )
    found = ((values, rule.metric.value(each)) for values, each in totals.items())
    return _worst(rule, [(values, value) for values, value in found if value is not None])


def gauged(rule: Rule, figures: Mapping[tuple[str, str], Value]) -> Ranked:
    """Every source that the figure is known of, if the rule selects it."""
    return _worst(
        rule,
        [
            ((source,), value)
            for (name, source), value in figures.items()
            if name == rule.metric.name and rule.where.matches({Label.SOURCE: source})
        ],
    )


def _worst(rule: Rule, found: Iterable[tuple[Values, Value]]) -> Ranked:
    sign = 1 if rule.below else -1
    return sorted(found, key=lambda item: (sign * metric.size(item[1]), item[0]))


def values(db: Connection, rule: Rule, ranked: Ranked, named: Mapping[str, str]) -> Values:
    """The label values that are meant; ValueError with the series that there are where they are not clear."""
    grouped = [str(label) for label in rule.group_by]
    for name in named:
        if name not in grouped:
            by = ", ".join(grouped) or "nothing"
            raise ValueError(f'"{name}" is no label of {rule.name}, which groups by {by}')
    missing = [name for name in grouped if name not in named]
    if missing:
        fitting = [found for found in ranked if named.items() <= _named(rule, found[0]).items()]
        wanted = " ".join(f"{name}=…" for name in missing)
        raise ValueError(f"say which series of {rule.name}: {wanted}{_listed(rule, fitting)}")
    meant = tuple(named[name] for name in grouped)
    known = not grouped or any(meant == found for found, _ in ranked)
    if known or alerts.of_series(db, rule.name, meant):
        return meant
    asked = labels.series_text(rule.name, named)
    raise ValueError(f"there is nothing of {asked}{_listed(rule, ranked)}")


def _listed(rule: Rule, ranked: Ranked) -> str:
    if not ranked:
        return "; there is no series with usage"
    shown = ", ".join(
        f"{_written(rule, values)} ({metric.text(value)})" for values, value in ranked[:SHOWN]
    )
    rest = f", +{len(ranked) - SHOWN} more" if len(ranked) > SHOWN else ""
    return f"; there are, worst first: {shown}{rest}"


def _written(rule: Rule, values: Values) -> str:
    return " ".join(f"{name}={text}" for name, text in _named(rule, values).items())


def _named(rule: Rule, values: Values) -> dict[str, str]:
    return labels.named(rule.group_by, values)
