"""What a replay comes to: how loud each rule would have been, and what two sets of rules would have said differently."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bot.answers import replay
from bot.answers.listener import Said
from bot.answers.replay import Replayed, Terms
from bot.store.connection import Connection
from rules.labels import Label
from rules.rule import Rule
from rules.window import Span


@dataclass(frozen=True, slots=True)
class Tally:
    """How much one rule would have said.

    `held` is of how many alerts something was held back. `people` is how many persons it would have named, None where it does not tell them apart. `loudest` are the labels of
    the series that was spoken of most often, and `times` how often.
    """

    rule: Rule
    alerts: int
    messages: int
    held: int
    people: int | None
    loudest: dict[str, str] | None
    times: int


@dataclass(frozen=True, slots=True)
class Difference:
    """Two replays of one stretch of one history, and what only one of them says.

    The same limit in other words is no difference.
    """

    ours: Replayed
    other: Replayed
    only_ours: tuple[Said, ...]
    only_other: tuple[Said, ...]


def compare(
    db: Connection, ours: Sequence[Rule], other: Sequence[Rule], stretch: Span, terms: Terms
) -> Difference:
    """Replays both sets of rules in one snapshot, under the same silences and quiet times."""
    one, two = (replay.replay(db, rules, stretch, terms) for rules in (ours, other))
    return Difference(one, two, only(one.said, two.said), only(two.said, one.said))


def tallies(found: Replayed) -> Iterator[Tally]:
    """Each rule that was judged, in their order; those that say nothing too."""
    said: dict[str, list[Said]] = {rule.name: [] for rule in found.judged}
    for each in found.said:
        said[each.rule.name].append(each)
    for rule in found.judged:
        yield _tally(rule, said[rule.name], found.held.get(rule.name, 0))


def only(said: Iterable[Said], other: Iterable[Said]) -> tuple[Said, ...]:
    """What is said, but not by the other side."""
    known = set(map(_content, other))
    return tuple(each for each in said if _content(each) not in known)


def _tally(rule: Rule, said: Sequence[Said], held: int) -> Tally:
    series = Counter(tuple(each.labels.items()) for each in said)
    people = {each.labels[Label.USER] for each in said if Label.USER in rule.group_by}
    loudest, times = max(series.items(), key=lambda item: item[1], default=(None, 0))
    return Tally(
        rule=rule,
        alerts=len({each.alert for each in said}),
        messages=len({(each.at, each.message) for each in said}),
        held=held,
        people=len(people) if Label.USER in rule.group_by else None,
        loudest=None if loudest is None else dict(loudest),
        times=times,
    )


def _content(said: Said) -> tuple[Any, ...]:
    """All of it that people are told."""
    return (
        said.at,
        said.rule.name,
        tuple(sorted(said.labels.items())),
        said.severity,
        said.reason,
        said.value,
        said.limit.value,
        said.period,
    )
