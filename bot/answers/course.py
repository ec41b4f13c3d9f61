"""The bot as it was at one moment of a replay: what it knew, and what it had judged."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from bot.answers import listener
from bot.answers.agenda import Agenda
from bot.answers.episodes import Episodes
from bot.answers.restraint import Taken
from bot.answers.running import Running
from bot.answers.watch import Watch
from bot.notify.decision import Step
from bot.store.history import Version
from rules import evaluate, scope, tick
from rules.change import Change
from rules.condition.forecast import FORECAST
from rules.labels import Label
from rules.record import Record
from rules.rule import Rule
from rules.scope import Judged, News, Scope
from rules.tick import Circumstances, Tick
from rules.window import Rolling


class Course:
    """Judges moment after moment, each with what became known since the one before, and what people took on."""

    def __init__(
        self, rules: Sequence[Rule], agenda: Agenda, begins: datetime | None, taken: Iterable[Taken]
    ) -> None:
        self.known = Running(_lengths(rules), agenda.start)
        self.episodes = Episodes()
        self.visits = 0
        self._agenda = agenda
        self._begins = begins
        self._taken = deque(taken)
        self._rules = {rule.name: rule for rule in rules}
        self._watches = [Watch(rule, self.known, self.episodes) for rule in rules]
        self._judged: dict[str, Judged] = {}
        self._changed: list[Record] = []

    @property
    def next_taken(self) -> datetime | None:
        """When somebody next takes on an alert, or gives it back."""
        return self._taken[0].at if self._taken else None

    def learn(self, versions: Iterable[Version]) -> None:
        """Takes in what became known."""
        for version in versions:
            self._changed += self.known.put(version.source, version.key, version.record)

    def judge(self, at: datetime) -> list[Step]:
        """What becomes of alerts at `at`; everything that was learned must have been known by then."""
        early = self._take(self._until(at))
        crossed = self.known.move(at)
        due, turned = self.episodes.due(at), self._agenda.turned(at)
        rules = self._concerned(turned | {alert.series.rule for alert in due}, at)
        steps: list[Step] = []
        if rules:
            self.visits += 1
            changes, crossing = [*map(_change, self._changed)], _crossing(rules, crossed)
            expecting = self.episodes.firing(rules, FORECAST.name)
            news = News(changes, crossing, due, self._begins, expecting=expecting)
            steps = self._visit(rules, news, at)
        for watch in self._watches:
            if watch.rule.name in turned:
                watch.turn(at)
        self.known.settle()
        self._changed = []
        # The bot may have judged a moment sooner than here: what was taken on then is there only now.
        self._take(early)
        return steps

    def _until(self, at: datetime) -> Iterator[Taken]:
        while self._taken and self._taken[0].at <= at:
            yield self._taken.popleft()

    def _take(self, taken: Iterable[Taken]) -> list[Taken]:
        """Those that could not be, since there is no such alert."""
        return [
            each
            for each in taken
            if (rule := self._rules.get(each.alert[0].rule)) is None
            or not self.episodes.take(each.alert, rule, each.peak)
        ]

    def _concerned(self, names: set[str], at: datetime) -> list[Rule]:
        """The rules of those names, and those that something can come of."""
        oldest = min((record.at for record in self._changed), default=at)
        return [
            watch.rule
            for watch in self._watches
            if watch.rule.name in names or watch.stirs(oldest, at)
        ]

    def _visit(self, rules: Sequence[Rule], news: News, at: datetime) -> list[Step]:
        scopes = tick.plan(rules, self._judged, news, at)
        for rule in rules:
            self._judged[rule.name] = scope.remember(rule, self._judged.get(rule.name), at)
        return self._steps(scopes, at)

    def _steps(self, scopes: Sequence[Scope], at: datetime) -> list[Step]:
        answers = {
            query: self.known.answer(query, only)
            for query, only in evaluate.queries(scopes, at).items()
        }
        turn = Tick(
            Circumstances(at, begins=self._begins), answers, self.episodes.current(scopes, at)
        )
        steps = list[Step]()
        for part in scopes:
            for transition in turn.transitions(part):
                self.episodes.put(transition, part.rule)
                steps.append(Step(transition, part.rule, (listener.PLACE,)))
        return steps


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
