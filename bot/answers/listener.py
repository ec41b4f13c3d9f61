"""Who hears a replay: everything that is said is said to them, but for what silences and quiet times hold back."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from bot.answers.episodes import Episodes
from bot.answers.restraint import Restraint
from bot.notify import holding, policy
from bot.notify.holding import Held, Holding
from bot.notify.notification import Destination, Via
from bot.notify.policy import Changes, Edit, Post, Reply, Step, Told
from rules import tick, window
from rules.alert import Alert, Reason
from rules.evaluate import AlertKey
from rules.metric import Value
from rules.rule import Rule
from rules.terms import Limit, Severity
from rules.window import Span

PLACE = Destination("replay", Via.SLACK, "replay")
"""Which receivers a rule has makes no difference to what is said."""


@dataclass(frozen=True, slots=True)
class Said:
    """One alert, spoken of once, in `message`. `period` is the span that was judged."""

    at: datetime
    alert: str
    rule: Rule
    labels: dict[str, str]
    severity: Severity
    reason: Reason
    value: Value
    limit: Limit
    period: Span
    message: str


class _News(NamedTuple):
    alert: Alert
    rule: Rule
    reason: Reason


@dataclass(frozen=True, slots=True)
class _Owed:
    """What was held back of an alert of `rule`."""

    held: Held
    key: AlertKey
    rule: Rule


class Listener:
    """Remembers what was told and what is held back. Up to `since` nothing is: what holds then is taken as told.

    `kept_back` are the alerts of which something was held back, each with its rule's name.
    """

    def __init__(self, episodes: Episodes, restraint: Restraint, since: datetime) -> None:
        self.kept_back: set[tuple[str, str]] = set()
        self._episodes = episodes
        self._restraint = restraint
        self._since = since
        self._told: dict[str, Told] = {}
        self._keys: set[str] = set()
        self._owed: dict[str, _Owed] = {}
        self._changed = False

    def hear(self, steps: Sequence[Step], at: datetime) -> list[Said]:
        """What is said at `at` of alerts that changed, and of those that nothing holds back any more."""
        if not steps and not self._owed:
            self._changed = False
            return []
        changed = {alert.id for step in steps if (alert := step.transition.after)}
        waiting = [owed for id_, owed in self._owed.items() if id_ not in changed]
        ids = [*changed, *(owed.held.alert for owed in waiting)]
        told = {(id_, str(PLACE)): self._told[id_] for id_ in ids if id_ in self._told}
        now = self._holding(at)
        passed, held = holding.hold(steps, told, now)
        freed, done = holding.release(
            (owed.held for owed in waiting), self._alerts(waiting), told, now
        )
        self._keep(done, held, steps)
        self._changed = bool(changed & self._owed.keys() - {each.alert for each in held})
        return [
            _said(at, news, decision.message)
            for decision in policy.decide([*passed, *freed], told, at)
            if not isinstance(decision, Edit)
            for news in self._tell(decision)
        ]

    def wakes(self, at: datetime) -> Iterator[datetime]:
        """When something that is held back at `at` may be so no longer; what changed as it was freed is told next time."""
        if self._changed:
            yield at
        if self._owed:
            yield from (each.ends for each in self._restraint.silences if each.ends > at)
            quiet = self._restraint.quiet
            if quiet is not None and quiet.at(at):
                yield quiet.until(at)

    def _holding(self, at: datetime) -> Holding:
        if at <= self._since:
            return Holding(at)
        active = [each for each in self._restraint.silences if each.starts <= at < each.ends]
        return Holding(at, active, self._restraint.quiet)

    def _alerts(self, waiting: Iterable[_Owed]) -> dict[str, tuple[Alert, Rule | None]]:
        """What has become of alerts; those that are over are no more."""
        found = ((owed, self._episodes.find(owed.key)) for owed in waiting)
        return {
            alert.id: (alert, owed.rule)
            for owed, alert in found
            if alert is not None and alert.id == owed.held.alert
        }

    def _keep(self, done: Iterable[Held], held: Iterable[Held], steps: Iterable[Step]) -> None:
        """What is held back for a silence once stays so, whatever a quiet time adds."""
        for each in done:
            del self._owed[each.alert]
        of = {alert.id: (alert, step.rule) for step in steps if (alert := step.transition.after)}
        for each in held:
            alert, rule = of[each.alert]
            known = self._owed.get(each.alert)
            quietly = each.quietly and (known is None or known.held.quietly)
            if rule is not None:
                self._owed[each.alert] = _Owed(
                    replace(each, quietly=quietly), tick.key(alert), rule
                )
                self.kept_back.add((rule.name, each.alert))

    def _tell(self, decision: Post | Reply | Changes) -> list[_News]:
        """Remembers what is being told; what was said before is not said again."""
        news = [
            _News(alert, step.rule, step.transition.reason or Reason.FIRST)
            for step in decision.steps
            if (alert := step.transition.after) and step.rule
        ]
        for each in news:
            alert = each.alert
            self._told[alert.id] = (
                replace(self._told[alert.id], peak=alert.peak, value=alert.worst)
                if isinstance(decision, Changes)
                else Told(decision.message, alert.peak, alert.worst, decision.table)
            )
        if len(news) > 1:
            return news
        fresh = {policy.dedupe_key(PLACE, each.alert, each.reason) for each in news} - self._keys
        self._keys |= fresh
        return news if fresh else []


def _said(at: datetime, news: _News, message: str) -> Said:
    alert, rule = news.alert, news.rule
    return Said(
        at=at,
        alert=alert.id,
        rule=rule,
        labels=alert.series.labels,
        severity=alert.severity or alert.peak,
        reason=news.reason,
        value=alert.value,
        limit=alert.limit,
        period=window.span_at(rule.window, at)
        if rule.window is not None and not alert.by_period
        else alert.span,
        message=message,
    )
