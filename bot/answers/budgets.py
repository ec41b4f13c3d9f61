"""Every budget: how much of it is used, and where it is heading."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

from bot.answers import coverage, measure, pace, periods, who
from bot.answers.question import Question
from bot.answers.who import Asker, Subject
from bot.notify.answer import BudgetsAnswer, Refusal
from bot.notify.facts import BudgetLine
from bot.store.connection import Connection
from rules import labels, metric, window
from rules.labels import Label, Values
from rules.metric import NOTHING, Totals, Value
from rules.rule import Rule
from rules.terms import Severity, Terms
from rules.window import Span, Window

TOP = 10


@dataclass(frozen=True, slots=True)
class Standing:
    """One series of a rule with a budget, and what it has used of it."""

    rule: Rule
    window: Window
    span: Span
    values: Values
    spent: Value
    budget: Value
    severity: Severity | None

    @property
    def labels(self) -> dict[str, str]:
        return labels.named(self.rule.group_by, self.values)

    @property
    def used(self) -> Fraction:
        whole = Fraction(metric.size(self.budget))
        return Fraction(metric.size(self.spent)) / whole if whole else Fraction(0)


def answer(db: Connection, asked: Question, rules: Iterable[Rule]) -> BudgetsAnswer | Refusal:
    """The budgets that are used most, of a person or, for the team, all of them."""
    subject = who.subject(asked.who, asked.asker)
    if isinstance(subject, Refusal):
        return subject
    found = [
        standing
        for standing in standings(db, rules, asked.now, subject.user)
        if _concerns(standing, subject, asked.asker)
    ]
    return BudgetsAnswer(
        who=subject.name,
        rows=lines(db, found[:TOP], asked.now, asked.asker.zone),
        more=max(0, len(found) - TOP),
        as_of=coverage.as_of(db),
    )


def standings(
    db: Connection, rules: Iterable[Rule], now: datetime, user: str | None = None
) -> list[Standing]:
    """All budgets in force, the most used first; those of `user` are there even when nothing is used."""
    found = [
        standing
        for rule in rules
        if rule.window is not None and _has_budget(rule)
        for standing in _standings(db, rule, rule.window, now, user)
    ]
    return sorted(found, key=lambda standing: (-standing.used, standing.rule.name, standing.values))


def lines(
    db: Connection, shown: Sequence[Standing], now: datetime, zone: ZoneInfo
) -> tuple[BudgetLine, ...]:
    """Budgets with their pace, which costs more to know than the standing; rolling windows are shown in `zone`."""
    paces = {}
    for name in {standing.rule.name for standing in shown}:
        mine = [standing for standing in shown if standing.rule.name == name]
        limits = {standing.values: standing.budget for standing in mine}
        for values, found in pace.of_series(db, mine[0].rule, mine[0].span, limits, now).items():
            paces[name, values] = found
    return tuple(
        BudgetLine(
            rule=standing.rule.name,
            labels=standing.labels,
            spent=standing.spent,
            budget=standing.budget,
            period=periods.of_rule(standing.window, standing.span, zone),
            pace=paces.get((standing.rule.name, standing.values)),
            severity=standing.severity,
        )
        for standing in shown
    )


def _has_budget(rule: Rule) -> bool:
    return bool(rule.budget or any(override.budget for override in rule.overrides))


def _standings(
    db: Connection, rule: Rule, of: Window, now: datetime, user: str | None
) -> Iterable[Standing]:
    span = window.span_at(of, now)
    found = _unused(rule, user) | measure.of_rule(db, rule, span)
    for values, totals in found.items():
        terms = rule.terms(values)
        spent = rule.metric.value(totals)
        if spent is not None and terms.budget is not None and not terms.skip:
            severity = _severity(rule, terms, spent)
            yield Standing(rule, of, span, values, spent, terms.budget, severity)


def _unused(rule: Rule, user: str | None) -> dict[Values, Totals]:
    """Series that are known without any usage: the total, and one person's own."""
    if not rule.group_by:
        return {(): NOTHING}
    if rule.group_by == (Label.USER,) and user and rule.where.matches({Label.USER: user}):
        return {(user,): NOTHING}
    return {}


def _severity(rule: Rule, terms: Terms, spent: Value) -> Severity | None:
    """The highest threshold that is reached."""
    sign = -1 if rule.below else 1
    reached = [
        limit.severity
        for limit in terms.thresholds
        if sign * metric.size(spent) >= sign * metric.size(limit.value)
    ]
    return max(reached, default=None)


def _concerns(standing: Standing, subject: Subject, asker: Asker) -> bool:
    about = standing.labels.get(Label.USER)
    if not asker.sees(about):
        return False
    if subject.where == labels.EVERYTHING:
        return True
    return about is not None and subject.where.matches({Label.USER: about})
