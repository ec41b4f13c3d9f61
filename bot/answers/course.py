"""The bot as it was at one moment of a replay: what it knew, what it had judged, and whom it had told what."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.answers.agenda import Agenda
from bot.answers.episodes import Episodes
from bot.answers.running import Running
from bot.answers.watch import Watch
from bot.notify import policy
from bot.notify.notification import Destination, Via
from bot.notify.policy import Changes, Edit, Post, Reply, Step, Told
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
    alert: str
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

    def __init__(self, rules: Sequence[Rule], agenda: Agenda, begins: datetime | None) -> None:
        self.known = Running(_lengths(rules), agenda.start)
        self.episodes = Episodes()
        self.visits = 0
        self._agenda = agenda
        self._begins = begins
        self._watches = [Watch(rule, self.known, self.episodes) for rule in rules]
        self._judged: dict[str, Judged] = {}
        self._changed: list[Record] = []
        self._told: dict[str, Told] = {}
        self._keys: set[str] = set()

    def learn(self, versions: Iterable[Version]) -> None:
        """Takes in what became known."""
        for version in versions:
            self._changed += self.known.put(version.source, version.key, version.record)

    def judge(self, at: datetime) -> list[Said]:
        """What is said at `at`; everything that was learned must have been known by then."""
        crossed = self.known.move(at)
        due, turned = self.episodes.due(at), self._agenda.turned(at)
        rules = self._concerned(turned | {alert.series.rule for alert in due}, at)
        said: list[Said] = []
        if rules:
            self.visits += 1
            changes, crossing = [*map(_change, self._changed)], _crossing(rules, crossed)
            said = self._visit(rules, News(changes, crossing, due, self._begins), at)
        for watch in self._watches:
            if watch.rule.name in turned:
                watch.turn(at)
        self.known.settle()
        self._changed = []
        return said

    def _concerned(self, names: set[str], at: datetime) -> list[Rule]:
        """The rules of those names, and those that something can come of."""
        oldest = min((record.at for record in self._changed), default=at)
        return [
            watch.rule
            for watch in self._watches
            if watch.rule.name in names or watch.stirs(oldest, at)
        ]

    def _visit(self, rules: Sequence[Rule], news: News, at: datetime) -> list[Said]:
        scopes = tick.plan(rules, self._judged, news, at)
        for rule in rules:
            self._judged[rule.name] = scope.remember(rule, self._judged.get(rule.name), at)
        return self._spoken(self._steps(scopes, at), at)

    def _steps(self, scopes: Sequence[Scope], at: datetime) -> list[tuple[Step, Scope]]:
        answers = {
            query: self.known.answer(query, only)
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
        # Without a reason nothing is said; at most a message is edited.
        return [(step, part) for step, part in steps if step.transition.reason is not None]

    def _spoken(self, steps: Sequence[tuple[Step, Scope]], at: datetime) -> list[Said]:
        if not steps:
            return []
        scopes = {alert.id: part for step, part in steps if (alert := step.transition.after)}
        told = {(id_, str(_LISTENER)): self._told[id_] for id_ in scopes if id_ in self._told}
        decided = policy.decide([step for step, _ in steps], told, at)
        return [
            _said(at, scopes[alert.id], (alert, reason), decision.message)
            for decision in decided
            if not isinstance(decision, Edit)
            for alert, reason in self._tell(decision)
        ]

    def _tell(self, decision: Post | Reply | Changes) -> list[_News]:
        """Remembers what is being told; what was said before is not said again."""
        news = [
            (alert, step.transition.reason or Reason.FIRST)
            for step in decision.steps
            if (alert := step.transition.after)
        ]
        for alert, _ in news:
            self._told[alert.id] = (
                replace(self._told[alert.id], peak=alert.peak, value=alert.worst)
                if isinstance(decision, Changes)
                else Told(decision.message, alert.peak, alert.worst, decision.table)
            )
        if len(news) > 1:
            return news
        fresh = {policy.dedupe_key(_LISTENER, *each) for each in news} - self._keys
        self._keys |= fresh
        return news if fresh else []


def _said(at: datetime, part: Scope, news: _News, message: str) -> Said:
    alert, reason = news
    return Said(
        at=at,
        alert=alert.id,
        rule=part.rule,
        labels=alert.series.labels,
        severity=alert.severity or alert.peak,
        reason=reason,
        value=alert.value,
        limit=alert.limit,
        period=part.span,
        message=message,
    )


def _lengths(rules: Sequence[Rule]) -> set[timedelta]:
    """Of the spans that are looked at up to the moment of judgement."""
    lengths = {rule.window.length for rule in rules if isinstance(rule.window, Rolling)}
    return lengths | {evaluate.QUIET for rule in rules if rule.below}


def _crossing(
    rules: Sequence[Rule], crossed: Mapping[timedelta, Sequence[Record]]
) -> dict[Rolling, Sequence[Change]]:
    """Records that left or entered each rolling window since the last moment."""
    windows = {rule.window for rule in rules if isinstance(rule.window, Rolling)}
    return {window: [*map(_change, crossed[window.length])] for window in windows}


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
