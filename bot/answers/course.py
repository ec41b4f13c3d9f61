"""The bot as it was at one moment of a replay: what it knew, what it had judged, and whom it had told what."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.answers.episodes import Episodes
from bot.answers.running import Running
from bot.notify import policy
from bot.notify.notification import Destination, Via
from bot.notify.policy import Edit, Post, Reply, Step, Told
from bot.store.history import Version
from rules import evaluate, scope, tick
from rules.alert import Alert, Reason
from rules.change import Change
from rules.labels import Label
from rules.metric import Value
from rules.record import Record
from rules.rule import Rule
from rules.scope import Judged, News, Scope
from rules.terms import Limit, Severity
from rules.tick import Circumstances, Tick
from rules.window import Rolling, Span

_LISTENER = Destination("replay", Via.SLACK, "replay")
"""Whoever is told: which receivers a rule has makes no difference to what is said."""

_News = tuple[Alert, Reason]


@dataclass(frozen=True, slots=True)
class Said:
    """One alert, spoken of once, in `message`. `period` is the span that was judged."""

    at: datetime
    rule: Rule
    labels: dict[str, str]
    severity: Severity
    reason: Reason
    value: Value
    limit: Limit
    period: Span
    message: str


class Course:
    """Judges moment after moment, each with what became known since the one before."""

    def __init__(self, rules: Sequence[Rule], begins: datetime | None) -> None:
        self.known = Running()
        self.episodes = Episodes()
        self._rules = rules
        self._begins = begins
        self._windows = {rule.window for rule in rules if isinstance(rule.window, Rolling)}
        self._judged: dict[str, Judged] = {}
        self._changes: list[Change] = []
        self._at: datetime | None = None
        self._told: dict[str, Told] = {}
        self._keys: set[str] = set()

    def learn(self, versions: Iterable[Version]) -> None:
        """Takes in what became known."""
        for version in versions:
            concerned = self.known.put(version.source, version.key, version.record)
            self._changes += map(_change, concerned)

    def judge(self, at: datetime) -> list[Said]:
        """What is said at `at`; everything that was learned must have been known by then."""
        news = News(self._changes, self._crossing(at), self.episodes.due(at), self._begins)
        scopes = tick.plan(self._rules, self._judged, news, at)
        self._judged = {
            rule.name: scope.remember(rule, self._judged.get(rule.name), at) for rule in self._rules
        }
        self._changes, self._at = [], at
        return self._spoken(self._steps(scopes, at), at) if scopes else []

    def _crossing(self, at: datetime) -> dict[Rolling, Sequence[Change]]:
        """Records that left or entered each rolling window since the last moment."""
        if self._at is None:
            return {}
        entered = [_change(record) for record in self.known.between(self._at, at)]
        return {
            window: [
                *map(_change, self.known.between(self._at - window.length, at - window.length)),
                *entered,
            ]
            for window in self._windows
        }

    def _steps(self, scopes: Sequence[Scope], at: datetime) -> list[tuple[Step, Scope]]:
        answers = {
            query: self.known.answer(query, only, at)
            for query, only in evaluate.queries(scopes, at).items()
        }
        turn = Tick(
            Circumstances(at, begins=self._begins), answers, self.episodes.current(scopes, at)
        )
        steps = [
            (Step(transition, part.rule, (_LISTENER,)), part)
            for part in scopes
            for transition in turn.transitions(part)
        ]
        for step, part in steps:
            self.episodes.put(step.transition, part.rule)
        return steps

    def _spoken(self, steps: Sequence[tuple[Step, Scope]], at: datetime) -> list[Said]:
        scopes = {alert.id: part for step, part in steps if (alert := step.transition.after)}
        told = {(id_, str(_LISTENER)): self._told[id_] for id_ in scopes if id_ in self._told}
        decided = policy.decide([step for step, _ in steps], told, at)
        return [
            _said(at, scopes[alert.id], (alert, reason), message)
            for decision in decided
            if not isinstance(decision, Edit)
            for message in [decision.id if isinstance(decision, Post) else decision.message]
            for alert, reason in self._tell(decision, message)
        ]

    def _tell(self, decision: Post | Reply, message: str) -> list[_News]:
        """Remembers what is being told; what was said before is not said again."""
        news = [
            (alert, step.transition.reason or Reason.FIRST)
            for step in decision.steps
            if (alert := step.transition.after)
        ]
        for alert, _ in news:
            self._told[alert.id] = Told(message, alert.peak, alert.worst, decision.table)
        if len(news) > 1:
            return news
        fresh = {policy.dedupe_key(_LISTENER, *each) for each in news} - self._keys
        self._keys |= fresh
        return news if fresh else []


def _said(at: datetime, part: Scope, news: _News, message: str) -> Said:
    alert, reason = news
    return Said(
        at=at,
        rule=part.rule,
        labels=alert.series.labels,
        severity=alert.severity or alert.peak,
        reason=reason,
        value=alert.value,
        limit=alert.limit,
        period=part.span,
        message=message,
    )


def _change(record: Record) -> Change:
    """That this record came, went or is another one."""
    return Change(
        source=record.source,
        user=record.user,
        model=record.model,
        byok=record.label(Label.BYOK),
        status=record.status,
        task=record.task,
        first=record.at,
        last=record.at,
    )
