"""Whom an alert is about, where its labels alone do not say it."""

from collections.abc import Iterable

from bot.answers.who import Asker
from bot.store import tasks
from bot.store.connection import Connection
from rules.alert import Alert
from rules.labels import Label
from rules.rule import Rule


def labels(db: Connection, rule: Rule | None, alert: Alert) -> dict[str, str]:
    """The labels, and the one person behind the series where that is another label's value: the alert is about them.

    Without its rule that is known of tasks alone.
    """
    known = alert.series.labels
    if Label.USER in known:
        return known
    users = set() if rule is None else _only_user(rule)
    if not users and Label.TASK in known:
        users = {task.user for task in tasks.get(db, known[Label.TASK])}
    return {**known, Label.USER: users.pop()} if len(users) == 1 else known


def known_of(rule: Rule) -> set[Label]:
    """The labels that alerts of the rule have: what it groups by, and the person where there is one behind each."""
    behind = Label.TASK in rule.group_by or len(_only_user(rule)) == 1
    return {*rule.group_by} | ({Label.USER} if behind else set())


def may_see(db: Connection, rules: Iterable[Rule], asker: Asker, alert: Alert) -> bool:
    """Whether the alert is about the asker, for whom it is to see and to take on; admins see any.

    One whose rule is gone is about nobody but whom its labels name.
    """
    if asker.admin:
        return True
    rule = next((each for each in rules if each.name == alert.series.rule), None)
    named = alert.series.labels if rule is None else labels(db, rule, alert)
    return asker.sees(named.get(Label.USER))


def _only_user(rule: Rule) -> set[str]:
    """The user whom the rule selects by name, if it selects one."""
    pattern = rule.where.pattern(Label.USER)
    named = set(pattern.include) if pattern else set()
    return set() if any("*" in user for user in named) else named
