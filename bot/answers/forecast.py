"""What periods are expected to come to, of one rule or of every one with a budget or a forecast."""

from collections.abc import Sequence
from datetime import datetime

from bot.answers import budgets, coverage, pace, periods, who
from bot.answers.budgets import TOP, Standing
from bot.answers.pace import Heading
from bot.answers.question import Question
from bot.answers.who import Asker
from bot.notify.answer import Refusal
from bot.notify.forecast import ForecastAnswer, ForecastLine, Unforeseen
from bot.store.connection import Connection
from rules import metric, reading
from rules.condition import forecast
from rules.labels import Label
from rules.metric import Value
from rules.rule import Rule
from rules.terms import Terms


def answer(
    db: Connection, asked: Question, rules: Sequence[Rule], name: str = ""
) -> ForecastAnswer | Refusal:
    """The series nearest to their limits, with what is expected of them, or why nothing is."""
    subject = who.subject(asked.who, asked.asker)
    if isinstance(subject, Refusal):
        return subject
    meant = _meant(rules, name, asked.asker)
    if isinstance(meant, Refusal):
        return meant
    found = [
        standing
        for standing in budgets.towards(db, _foreseen(meant), asked.now, subject.user, _next)
        if budgets.concerns(standing, subject, asked.asker)
    ]
    return ForecastAnswer(
        who=subject.name,
        rows=_lines(db, found[:TOP], asked.now, asked.asker),
        more=max(0, len(found) - TOP),
        without=tuple(Unforeseen(rule.name, why) for rule in meant if (why := pace.obstacle(rule))),
        as_of=coverage.as_of(db),
    )


def _meant(rules: Sequence[Rule], name: str, asker: Asker) -> list[Rule] | Refusal:
    """The rule of that name, else all with a budget or a forecast; of these only what the asker may see some of."""
    if not name:
        return [rule for rule in rules if _heads(rule) and _may_see(rule, asker)]
    rule = next((rule for rule in rules if rule.name == name), None)
    if rule is None:
        near = reading.nearest(name, [rule.name for rule in rules])
        return Refusal(f'There is no rule "{name}"{near or "."} `rules` lists those in force.')
    if not _may_see(rule, asker):
        return Refusal(
            f"Only admins see the forecast of `{name}`: it is not about each person.", denied=True
        )
    if why := pace.obstacle(rule):
        return Refusal(f"There is no forecast of `{name}`: {why}.")
    return [rule]


def _heads(rule: Rule) -> bool:
    return budgets.has_budget(rule) or "forecast" in rule.conditions


def _may_see(rule: Rule, asker: Asker) -> bool:
    return asker.admin or Label.USER in rule.group_by


def _foreseen(rules: Sequence[Rule]) -> list[Rule]:
    return [rule for rule in rules if not pace.obstacle(rule)]


def _next(terms: Terms, so_far: Value) -> Value | None:
    """The budget, else the nearest limit that is ahead, else the furthest one."""
    if terms.budget is not None:
        return terms.budget
    limits = sorted((each.value for each in (*terms.thresholds, *terms.forecast)), key=metric.size)
    ahead = (limit for limit in limits if metric.size(limit) > metric.size(so_far))
    return next(ahead, limits[-1] if limits else None)


def _lines(
    db: Connection, shown: Sequence[Standing], now: datetime, asker: Asker
) -> tuple[ForecastLine, ...]:
    return tuple(
        _line(standing, heading, asker)
        for standing, heading in zip(shown, budgets.headings(db, shown, now), strict=True)
    )


def _line(standing: Standing, heading: Heading | None, asker: Asker) -> ForecastLine:
    known = heading is not None and heading.active >= forecast.ACTIVE
    return ForecastLine(
        rule=standing.rule.name,
        labels=standing.labels,
        so_far=standing.spent,
        limit=standing.budget,
        period=periods.of_rule(standing.window, standing.span, asker.zone),
        pace=heading.pace if heading is not None and known else None,
        severity=standing.severity,
        note=_note(heading),
    )


def _note(heading: Heading | None) -> str:
    active = heading.active if heading else 0
    if active < forecast.ACTIVE:
        return f"too little history: {active} of {forecast.ACTIVE} active days"
    return "too little history for a range" if heading and heading.pace.low is None else ""
