"""What the rules would have said on the stored history, by the code that judges and speaks live.

Theory of operation. The history is every version of every record, in the order in which they became known. Replay folds
it, and visits only those moments of the live bot at which a version, a window's edge or a timer can alter a finding, or
at which somebody takes on an alert or a silence or quiet time that holds something back is over. What a poll brought was
judged at the moment of that poll, and the grid of moments goes on from there. Replay begins silently: what holds at its
beginning is taken as told. The billing figures and the list of blocked tasks have no history, so rules on them are left
out; for the same reason no data is ever stale.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from bot.answers import about, restraint
from bot.answers.agenda import Agenda, Grid
from bot.answers.course import Course
from bot.answers.listener import Listener, Said
from bot.notify.quiet import Quiet
from bot.store import history, sources
from bot.store.connection import Connection
from bot.store.history import Version
from rules import evaluate, tick, window
from rules.condition import projection, table
from rules.metric import Reads
from rules.rule import Rule
from rules.scope import News
from rules.window import Rolling, Span, Window

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_KEPT = frozenset({Reads.RECORDS, Reads.TASKS, Reads.FIRST})
"""What the ledger keeps the history of."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What replay needs from the configuration: how often the bot judges, and when it is `quiet`."""

    every: timedelta
    quiet: Quiet | None = None


@dataclass(frozen=True, slots=True)
class Replayed:
    """All that would have been said after `since`, up to `until`, by the rules that could be `judged`.

    `held` is of how many alerts each rule had something held back by a silence or a quiet time.
    `visits` is how many moments were judged for it; `left_out` are rules on what has no history. `begins` is what the
    ledger reaches back to, and `late` are windows, as written, that it holds whole only from some moment after `since`.
    `empty`: nothing is known that any rule looks at.
    """

    since: datetime
    until: datetime
    said: tuple[Said, ...]
    held: Mapping[str, int]
    judged: tuple[Rule, ...]
    visits: int
    left_out: tuple[Rule, ...]
    begins: datetime | None
    late: Mapping[str, datetime]
    empty: bool

    @property
    def messages(self) -> int:
        """How many messages that would have been to a destination of all rules, thread replies included."""
        return len({(each.at, each.message) for each in self.said})


def replay(db: Connection, rules: Sequence[Rule], stretch: Span, terms: Terms) -> Replayed:
    """Judges the past in one snapshot, from after the start of the stretch up to its end."""
    since, until = stretch.start, stretch.end
    judged = [rule for rule in rules if _KEPT.issuperset(rule.metric.reads)]
    # What holds at the beginning has to fire before it can be taken as told, so judging begins by `for` earlier.
    held = since - max((rule.for_ for rule in judged), default=timedelta(0))
    at = Grid(_EPOCH, terms.every).after(held) - terms.every
    begins = sources.begins(db)
    agenda = Agenda(judged, Grid(at, terms.every), begins)
    restrained = restraint.read(db, Span(at, until), terms.quiet)
    course = Course(judged, agenda, begins, restrained.taken)
    listener = Listener(course.episodes, restrained, since, partial(about.labels, db))
    versions = _Ahead(history.versions(db, _reach(judged, at)))
    empty = versions.next_at is None
    said: list[Said] = []
    while at <= until:
        course.learn(versions.until(at))
        said += listener.hear(course.judge(at), at)
        coming = (versions.next_at, course.episodes.next_timer, course.next_taken)
        at = agenda.following(at, course.known, *coming, *listener.wakes(at))
        at = agenda.polled(versions.next_poll, at)
    return Replayed(
        since=since,
        until=until,
        said=tuple(each for each in said if each.at > since),
        held=Counter(rule for rule, _ in listener.kept_back),
        judged=tuple(judged),
        visits=course.visits,
        left_out=tuple(rule for rule in rules if rule not in judged),
        begins=begins,
        late={} if begins is None else _late(judged, begins, since),
        empty=empty,
    )


class _Ahead:
    """A stream of versions whose next one can be seen before it is taken."""

    def __init__(self, versions: Iterator[Version]) -> None:
        self._versions = versions
        self._next = next(versions, None)

    @property
    def next_at(self) -> datetime | None:
        return self._next.known if self._next else None

    @property
    def next_poll(self) -> datetime | None:
        """When a poll brings what is next, if one does."""
        return self.next_at if self._next and self._next.polled else None

    def until(self, at: datetime) -> Iterator[Version]:
        """Takes what was known at `at`."""
        while self._next is not None and self._next.known <= at:
            yield self._next
            self._next = next(self._versions, None)


def _late(rules: Sequence[Rule], begins: datetime, since: datetime) -> dict[str, datetime]:
    """Windows of the rules that begin before the ledger does when replay begins, and from when on they no longer do."""
    whole = {
        f"{rule.window} of {rule.metric.name}" if before else str(rule.window): _whole(
            rule.window, begins + before
        )
        for rule in rules
        for before in [rule.metric.before]
        if rule.window is not None
    }
    return {text: at for text, at in whole.items() if at > since}


def _whole(looked_at: Window, begins: datetime) -> datetime:
    """From when on the whole of a window lies in a ledger that begins at `begins`."""
    if isinstance(looked_at, Rolling):
        return begins + looked_at.length
    period = window.span_at(looked_at, begins)
    return begins if period.start == begins else period.end


def _reach(rules: Sequence[Rule], at: datetime) -> datetime:
    """How far back anything looks that is judged from `at` on."""
    asked = evaluate.queries(tick.plan(rules, {}, News(), at), at)
    starts = [query.since for query in asked]
    if any(condition.daily for rule in rules for condition in table.of(rule)):
        starts.append(
            at - projection.REACH
        )  # in the first days of a period it asks for nothing yet
    return min(starts, default=at)
