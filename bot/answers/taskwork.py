"""Tasks by what they cost inside a span."""

from dataclasses import dataclass

from bot.answers import measure
from bot.notify.facts import TaskLine
from bot.store import dearest, tasks
from bot.store.connection import Connection
from bot.store.dearest import Dearest, Selection
from rules.labels import Label, Selector
from rules.window import Span

_DETAIL = (Label.SOURCE, Label.TASK, Label.USER, Label.MODEL)

TaskKey = tuple[str, str]
"""A task's source and id."""


@dataclass(frozen=True, slots=True)
class Tasks:
    """The dearest tasks of a selection, and how many more there are."""

    lines: tuple[TaskLine, ...]
    more: int


def ranked(db: Connection, span: Span, of: Selection, most: int) -> Tasks:
    """The `most` dearest tasks, with their title, and the user and the model that cost most in them."""
    found, count = dearest.tasks(db, of, span, most)
    keys = [(each.source, each.task) for each in found]
    titles, people = tasks.titles(db, keys), _people(db, span, of.where, keys)
    lines = [
        _line(each, titles.get(key, ""), people[key]) for key, each in zip(keys, found, strict=True)
    ]
    return Tasks(tuple(lines), count - len(lines))


def _people(
    db: Connection, span: Span, where: Selector, keys: list[TaskKey]
) -> dict[TaskKey, tuple[str, str]]:
    """The user and the model of each task: those of its dearest part."""
    if not keys:
        return {}
    ids = measure.narrowed(where, Label.TASK, {task for _, task in keys})
    best: dict[TaskKey, tuple[int, int, str, str]] = {}
    for (source, task, user, model), totals in measure.by(db, _DETAIL, span, ids).items():
        rank = (totals.total_cost.nano, totals.streams, user, model)
        best[source, task] = max(best.get((source, task), rank), rank)
    return {key: best[key][2:] for key in keys}


def _line(found: Dearest, title: str, people: tuple[str, str]) -> TaskLine:
    user, model = people
    return TaskLine(found.task, title, user, model, found.cost, found.streams)
