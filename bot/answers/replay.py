"""What the rules would have said on the stored history, by the code that judges and speaks live.

Theory of operation. The history is every version of every record, in the order in which they became known. Replay folds
it, and visits only those moments of the live bot's grid at which a version, a window's edge or a timer can alter a
finding. It begins silently: what holds at its beginning is taken as told. The billing figures and the list of blocked
tasks have no history, so rules on them are left out; for the same reason no data is ever stale.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.answers.agenda import Agenda, Grid
from bot.answers.course import Course, Said
from bot.store import history, sources
from bot.store.connection import Connection
from bot.store.history import Version
from rules import evaluate, tick, window
from rules.condition import projection, table
from rules.metric import Reads
from rules.rule import Rule
from rules.scope import News
from rules.window import Rolling, Window

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_KEPT = frozenset({Reads.RECORDS, Reads.TASKS})
"""What the ledger keeps the history of."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """All that would have been said after `since`, up to `until`, by the rules that could be `judged`.

    `visits` is how many moments were judged for it; `left_out` are rules on what has no history. `begins` is what the
    ledger reaches back to, and `late` are windows, as written, that it holds whole only from some moment after `since`.
    `empty`: nothing is known that any rule looks at.
    """

    since: datetime
    until: datetime
    said: tuple[Said, ...]
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


def replay(
    db: Connection, rules: Sequence[Rule], since: datetime, until: datetime, every: timedelta
) -> Replayed:
    """Judges the past in one snapshot, as a bot that judges `every` so often."""
    judged = [rule for rule in rules if _KEPT.issuperset(rule.metric.reads)]
    # What holds at the beginning has to fire before it can be taken as told, so judging begins by `for` earlier.
    held = since - max((rule.for_ for rule in judged), default=timedelta(0))
    at = Grid(_EPOCH, every).after(held) - every
    begins = sources.begins(db)
    agenda = Agenda(judged, Grid(at, every), begins)
    course = Course(judged, agenda, begins)
    versions = _Ahead(history.versions(db, _reach(judged, at)))
    empty = versions.next_at is None
    said: list[Said] = []
    while at <= until:
        course.learn(versions.until(at))
        said += course.judge(at)
        at = agenda.following(at, course.known, versions.next_at, course.episodes.next_timer)
    return Replayed(
        since=since,
        until=until,
        said=tuple(each for each in said if each.at > since),
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

    def until(self, at: datetime) -> Iterator[Version]:
        """Takes what was known at `at`."""
        while self._next is not None and self._next.known <= at:
            yield self._next
            self._next = next(self._versions, None)


def _late(rules: Sequence[Rule], begins: datetime, since: datetime) -> dict[str, datetime]:
    """Windows of the rules that begin before the ledger does when replay begins, and from when on they no longer do."""
    windows = {str(rule.window): rule.window for rule in rules if rule.window is not None}
    whole = {text: _whole(each, begins) for text, each in windows.items()}
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
    starts = [query.span.start for query in asked]
    if any(condition.daily for rule in rules for condition in table.of(rule)):
        starts.append(
            at - projection.REACH
        )  # in the first days of a period it asks for nothing yet
    return min(starts, default=at)
