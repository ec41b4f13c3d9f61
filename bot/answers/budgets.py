"""Every budget: how much of it is used, and where it is heading."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

from bot.answers import coverage, measure, pace, periods, who
from bot.answers.pace import Heading
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
from rules.window import Period, Span, Window

TOP = 30
"""Rows that are told one by one; Slack shows them page by page."""

Goal = Callable[[Terms, Value], Value | None]


@dataclass(frozen=True, slots=True)
class Standing:
    """One series of a rule with a budget, or another amount that counts as one, and what it has used of it."""

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


@dataclass(frozen=True, slots=True)
class _Asked:
    """At what time, of whom also what is unused, and held against what."""

    now: datetime
    user: str | None
    goal: Goal


def answer(db: Connection, asked: Question, rules: Iterable[Rule]) -> BudgetsAnswer | Refusal:
    """The budgets that are used most, of a person or, for the team, all of them."""
    subject = who.subject(asked.who, asked.asker)
    if isinstance(subject, Refusal):
        return subject
    found = [
        standing
        for standing in standings(db, rules, asked.now, subject.user)
        if concerns(standing, subject, asked.asker)
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
    return towards(db, filter(has_budget, rules), now, user, lambda terms, _: terms.budget)


def towards(
    db: Connection, rules: Iterable[Rule], now: datetime, user: str | None, goal: Goal
) -> list[Standing]:
    """The same for the amount that `goal` finds in a series' terms and its value by now; without one it is left out."""
    found = [
        standing
        for rule in rules
        if rule.window is not None
        for standing in _standings(db, rule, rule.window, _Asked(now, user, goal))
    ]
    return sorted(found, key=lambda standing: (-standing.used, standing.rule.name, standing.values))


def lines(
    db: Connection, shown: Sequence[Standing], now: datetime, zone: ZoneInfo
) -> tuple[BudgetLine, ...]:
    """Budgets with their pace, which costs more to know than the standing; rolling windows are shown in `zone`."""
    found = headings(db, shown, now)
    return tuple(
        BudgetLine(
            rule=standing.rule.name,
            labels=standing.labels,
            spent=standing.spent,
            budget=standing.budget,
            period=periods.of_rule(standing.window, standing.span, zone),
            pace=None if heading is None else heading.pace,
            severity=standing.severity,
            left=standing.span.end - now if isinstance(standing.window, Period) else None,
        )
        for standing, heading in zip(shown, found, strict=True)
    )


def headings(db: Connection, shown: Sequence[Standing], now: datetime) -> list[Heading | None]:
    """Where each is heading; None where nothing can be expected."""
    found: dict[tuple[str, Values], Heading] = {}
    for name in {standing.rule.name for standing in shown}:
        mine = [standing for standing in shown if standing.rule.name == name]
        limits = {standing.values: standing.budget for standing in mine}
        for values, each in pace.headings(db, mine[0].rule, mine[0].span, limits, now).items():
            found[name, values] = each
    return [found.get((standing.rule.name, standing.values)) for standing in shown]


def has_budget(rule: Rule) -> bool:
    return bool(rule.budget or any(override.budget for override in rule.overrides))


def _standings(db: Connection, rule: Rule, of: Window, asked: _Asked) -> Iterable[Standing]:
    span = window.span_at(of, asked.now)
    found = _unused(rule, asked.user) | measure.of_rule(db, rule, span)
    for values, totals in found.items():
        terms = rule.terms(values)
        spent = rule.metric.value(totals)
        whole = None if spent is None or terms.skip else asked.goal(terms, spent)
        if spent is not None and whole is not None:
            severity = _severity(rule, terms, spent)
            yield Standing(rule, of, span, values, spent, whole, severity)


def _unused(rule: Rule, user: str | None) -> dict[Values, Totals]:
    """Series that are known without any usage: the total, and one person's own."""
    if not rule.group_by:
        return {(): NOTHING}
    if rule.group_by == (Label.USER,) and user and rule.where.matches({Label.USER: user}):
        return {(user,): NOTHING}
    return {}


def _severity(rule: Rule, terms: Terms, spent: Value) -> Severity | None:
    """The highest limit that is reached; what is spent already is expected too."""
    sign = -1 if rule.below else 1
    reached = [
        limit.severity
        for limit in (*terms.thresholds, *(() if rule.below else terms.forecast))
        if sign * metric.size(spent) >= sign * metric.size(limit.value)
    ]
    return max(reached, default=None)


def concerns(standing: Standing, subject: Subject, asker: Asker) -> bool:
    """Whether it is about whom is asked for, and the asker may see it."""
    about = standing.labels.get(Label.USER)
    if not asker.sees(about):
        return False
    if subject.where == labels.EVERYTHING:
        return True
    return about is not None and subject.where.matches({Label.USER: about})
