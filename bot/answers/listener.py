"""Who hears a replay: everything that is said is said to them, but for what silences and quiet times hold back."""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from bot.answers.episodes import Episodes
from bot.answers.restraint import Restraint
from bot.notify import decision, holding, policy
from bot.notify.decision import Edit, Post, Reply, Spoken, Step, Told
from bot.notify.holding import Held, Holding, Passed
from bot.notify.notification import Destination, Via
from rules import tick, window
from rules.alert import Alert, Reason, Transition
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


Labels = Callable[[Rule, Alert], Mapping[str, str]]
"""The labels of an alert of a rule, with the one person that it is about."""


class Listener:
    """Remembers what was told and what is held back. Up to `since` nothing is: what holds then is taken as told.

    `labels` gives whom alerts are about. `kept_back` are the alerts of which something was held back, each with its rule's name.
    """

    def __init__(
        self, episodes: Episodes, restraint: Restraint, since: datetime, labels: Labels
    ) -> None:
        self.kept_back: set[tuple[str, str]] = set()
        self._labels = labels
        self._episodes = episodes
        self._restraint = restraint
        self._since = since
        self._told: dict[str, Told] = {}
        self._owed: dict[str, _Owed] = {}

    def hear(self, steps: Sequence[Step], at: datetime) -> list[Said]:
        """What is said at `at` of alerts that changed, and of those that nothing holds back any more."""
        if not steps and not self._owed:
            return []
        news = [*steps, *self._waiting({alert.id for step in steps if (alert := _after(step))})]
        looked_at = [self._named(step) for step in news]
        ids = {alert.id for step in looked_at if (alert := _after(step))}
        told = {(id_, str(PLACE)): self._told[id_] for id_ in ids if id_ in self._told}
        held = {id_: owed.held for id_, owed in self._owed.items()}
        passed = holding.pass_on(looked_at, told, held, self._holding(at))
        self._keep(passed, looked_at)
        self._lower(looked_at)
        return [
            _said(at, news, each.message)
            for each in policy.decide(passed.steps, told, at)
            if not isinstance(each, Edit)
            for news in self._tell(each)
        ]

    def wakes(self, at: datetime) -> Iterator[datetime]:
        """When something that is held back at `at` may be held back by something else."""
        if self._owed:
            for each in self._restraint.silences:
                yield from (edge for edge in (each.starts, each.ends) if edge > at)
            quiet = self._restraint.quiet
            if quiet is not None and quiet.at(at):
                yield quiet.until(at)

    def _holding(self, at: datetime) -> Holding:
        if at <= self._since:
            return Holding(at)
        active = [each for each in self._restraint.silences if each.holds(at)]
        return Holding(at, active, self._restraint.quiet)

    def _waiting(self, changed: Container[str]) -> Iterator[Step]:
        """Alerts that did not change, of which something waits; those that are over are no more."""
        for id_, owed in [*self._owed.items()]:
            if id_ not in changed:
                alert = self._episodes.find(owed.key)
                if alert is None or alert.id != id_:
                    del self._owed[id_]
                else:
                    yield Step(Transition(alert, alert), owed.rule, (PLACE,))

    def _named(self, step: Step) -> Step:
        """The step with the one person that its alert is about, where a silence may ask for them."""
        alert = _after(step)
        if alert is None or step.rule is None or not self._restraint.silences:
            return step
        return replace(step, labels=self._labels(step.rule, alert))

    def _keep(self, passed: Passed, steps: Iterable[Step]) -> None:
        """Remembers what waits, and from when on repeats are counted."""
        for id_ in passed.done:
            del self._owed[id_]
        of = {alert.id: (alert, step.rule) for step in steps if (alert := _after(step))}
        for each in passed.held:
            alert, rule = of[each.alert]
            if rule is not None:
                self._owed[each.alert] = _Owed(each, tick.key(alert), rule)
                self.kept_back.add((rule.name, each.alert))
        for step in passed.clocks:
            if (alert := _after(step)) and step.rule is not None:
                self._episodes.count_from(alert, step.rule)

    def _lower(self, steps: Iterable[Step]) -> None:
        """Nothing is told as worse than it has been: a limit that was raised takes a peak back."""
        for step in steps:
            alert = _after(step)
            known = self._told.get(alert.id) if alert is not None else None
            if alert is not None and known is not None and known.peak > alert.peak:
                self._told[alert.id] = replace(known, peak=alert.peak)

    def _tell(self, spoken: Spoken) -> list[_News]:
        """Remembers what is being told."""
        own, gathered = decision.own(spoken), decision.gathered(spoken)
        table = isinstance(spoken, Post | Reply) and spoken.table
        for known in _alerts(own):
            self._told[known.id] = Told(spoken.message, known.peak, known.worst, table, known.since)
        for known in _alerts(gathered):
            told = self._told[known.id]
            self._told[known.id] = replace(
                told, peak=known.peak, value=known.worst, since=known.since
            )
        return [
            _News(alert, step.rule, step.transition.reason or Reason.FIRST)
            for step in (*own, *gathered)
            if (alert := step.transition.after) is not None and step.rule is not None
        ]


def _alerts(steps: Iterable[Step]) -> list[Alert]:
    return [alert for step in steps if (alert := _after(step)) is not None]


def _after(step: Step) -> Alert | None:
    return step.transition.after


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
