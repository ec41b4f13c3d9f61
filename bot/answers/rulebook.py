"""The rules in force, in words."""

from collections import Counter
from collections.abc import Iterable, Sequence

from bot.answers import alerts
from bot.notify.answer import RuleLine, RulesAnswer
from bot.store.connection import Connection
from rules import terms
from rules.condition import baseline
from rules.rule import Rule


def answer(
    db: Connection, rules: Iterable[Rule], default: Sequence[str], faults: Iterable[object] = ()
) -> RulesAnswer:
    """Every rule with how many of its alerts fire; `default` are the receivers of rules that name none."""
    firing = Counter(alert.series.rule for alert in alerts.firing(db))
    return RulesAnswer(
        rows=tuple(_line(rule, default, firing[rule.name]) for rule in rules),
        faults=tuple(str(fault) for fault in faults),
    )


def _line(rule: Rule, default: Sequence[str], firing: int) -> RuleLine:
    return RuleLine(
        name=rule.name,
        summary=rule.summary,
        metric=rule.metric.name,
        window="now" if rule.window is None else str(rule.window),
        group_by=tuple(str(label) for label in rule.group_by),
        where=str(rule.where),
        limits=tuple(limits(rule)),
        notify=receivers(rule, default),
        open=firing,
    )


def receivers(rule: Rule, default: Sequence[str]) -> tuple[str, ...]:
    """Who is told of its alerts; where that hangs on the severity `finops and pager for critical`."""
    terms = rule.every_terms[0]
    named = {
        severity: terms.notify.at(severity) or tuple(default) for severity in rule.severities(terms)
    }
    if len(set(named.values())) > 1:
        return tuple(f"{' and '.join(names)} for {severity}" for severity, names in named.items())
    return next(iter(named.values()), terms.notify.every or tuple(default))


def limits(rule: Rule) -> list[str]:
    """What the rule is held against: `warning from 80% of 2000 USD`, `critical from 4x the usual`."""
    edge = "at most" if rule.below else "from"
    words = [
        f"{severity} {edge} {terms.text(amount, rule.budget)}"
        for severity, amount in sorted((rule.thresholds or {}).items())
    ]
    words += [
        f"{severity} when {terms.text(amount, rule.budget)} is expected"
        for severity, amount in sorted((rule.forecast or {}).items())
    ]
    if rule.baseline:
        words += [
            f"{severity} from {baseline.text(factor)} the usual"
            for severity, factor in sorted(rule.baseline.factors.items())
        ]
    if rule.overrides:
        count = len(rule.overrides)
        words.append(f"{count} override" if count == 1 else f"{count} overrides")
    return words
