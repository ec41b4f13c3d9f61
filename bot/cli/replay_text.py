"""A replay, and the difference of two, as tables for a terminal."""

from collections import Counter
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from bot.answers import tally
from bot.answers.listener import Said
from bot.answers.replay import Replayed
from bot.answers.tally import Difference, Tally
from bot.cli import moment, table
from rules import labels, metric

_LINE = ("when", "rule", "who or what", "severity", "reason", "value", "limit")
_COUNTED = ("alerts", "messages", "held", "people")
_TALLY = ("rule", *_COUNTED, "loudest")
_IN_FORCE = "in force"
_NONE = "–"


def replayed(found: Replayed, zone: ZoneInfo) -> str:
    """What was said, line by line, then how much of it each rule said."""
    parts = []
    if found.said:
        parts.append(table.render(_LINE, [_line(said, zone) for said in found.said]))
    if found.said or found.held:
        rows = [
            [each.rule.name, *map(_number, _counts(each)), _loudest(each)]
            for each in tally.tallies(found)
        ]
        parts.append(table.render(_TALLY, rows))
    return "\n\n".join([*parts, f"{_stretch(found, zone)}: {_totals(found)}"])


def difference(found: Difference, name: str, zone: ZoneInfo) -> str:
    """What only one side says, line by line, then how much each rule says on both; `name` is the side that is tried."""
    only = [(said, _IN_FORCE) for said in found.only_ours]
    only += [(said, name) for said in found.only_other]
    only.sort(key=lambda line: line[0].at)
    parts = []
    if only:
        rows = [[side, *_line(said, zone)] for said, side in only]
        parts.append(table.render(("only", *_LINE), rows))
    head = ("rule", *_COUNTED, f"only {_IN_FORCE}", f"only {name}")
    parts.append(table.render(head, _beside(found)))
    sides = ((_IN_FORCE, found.ours), (name, found.other))
    totals = [f"{side}: {_totals(each)}" for side, each in sides]
    return "\n\n".join([*parts, "\n".join([_stretch(found.ours, zone), *totals])])


def _beside(found: Difference) -> list[list[str]]:
    """The counts of each rule of either side."""
    ours, other = (_by_name(each) for each in (found.ours, found.other))
    only = [
        Counter(said.rule.name for said in lines) for lines in (found.only_ours, found.only_other)
    ]
    rows = []
    for name in dict.fromkeys([*ours, *other]):
        pairs = zip(_counts(ours.get(name)), _counts(other.get(name)), strict=True)
        cells = [f"{_number(one)} → {_number(two)}" for one, two in pairs]
        rows.append([name, *cells, *(_number(lines[name]) for lines in only)])
    return rows


def _by_name(found: Replayed) -> dict[str, Tally]:
    return {each.rule.name: each for each in tally.tallies(found)}


def _counts(each: Tally | None) -> Sequence[int | None]:
    """In the order of the columns."""
    if each is None:
        return [None] * len(_COUNTED)
    return each.alerts, each.messages, each.held, each.people


def _number(count: int | None) -> str:
    return _NONE if count is None else f"{count:,}"


def _line(said: Said, zone: ZoneInfo) -> Sequence[str]:
    return (
        moment.shown(said.at, zone.key),
        said.rule.name,
        _series(said.labels),
        str(said.severity),
        str(said.reason),
        metric.text(said.value),
        said.limit.text,
    )


def _loudest(each: Tally) -> str:
    return _NONE if each.loudest is None else f"{_series(each.loudest)} ({each.times:,})"


def _series(named: dict[str, str]) -> str:
    return table.plain(labels.series_text("", named)[1:-1] or "all")


def _stretch(found: Replayed, zone: ZoneInfo) -> str:
    since, until = (moment.shown(at, zone.key) for at in (found.since, found.until))
    return f"{since} to {until}, {zone.key}"


def _totals(found: Replayed) -> str:
    rules = len({said.rule.name for said in found.said})
    return (
        f"{table.count(len(found.said), 'notification')} by {table.count(rules, 'rule')}"
        f" in {table.count(found.messages, 'message')}"
    )
