"""What a list answers: the records a query picks, in order, cut to a page."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from bot.demo.neo import book, query, usage

Record = TypeVar("Record")


@dataclass(frozen=True, slots=True)
class Page(Generic[Record]):
    """One page of records, and how many there are in all."""

    records: list[Record]
    total: int
    has_more: bool


def streams(source: book.Book, asked: query.Query) -> Page[usage.Stream]:
    """Page through streams by time, or dearest first with `sort=cost`."""
    if asked.sort == "created_at" and not _filters(asked):
        ids = _cut(source.stream_ids(asked.since, asked.until), asked, source.habits)
        return Page([source.stream(each) for each in ids.records], ids.total, ids.has_more)
    found = [each for each in _stream_candidates(source, asked) if _picks_stream(asked, each)]
    if asked.sort == "cost":
        found.sort(key=lambda each: each.cost)
    return _cut(found, asked, source.habits)


def tasks(source: book.Book, asked: query.Query) -> Page[usage.Task]:
    """Page through tasks by the time of their first stream; each carries all its streams."""
    if not _filters(asked):
        ids = _cut(source.task_ids(asked.since, asked.until), asked, source.habits)
        return Page([source.task(each) for each in ids.records], ids.total, ids.has_more)
    found = [each for each in _task_candidates(source, asked) if _picks_task(asked, each)]
    return _cut(found, asked, source.habits)


def _filters(asked: query.Query) -> bool:
    wanted = (asked.task_id, asked.stream_id, asked.status, asked.model, asked.email)
    return any(each is not None for each in (*wanted, asked.is_byok, asked.search))


def _stream_candidates(source: book.Book, asked: query.Query) -> list[usage.Stream]:
    """List the window's streams by the narrowest index."""
    if asked.stream_id is None and asked.task_id is None:
        return source.streams(asked.since, asked.until)
    if asked.stream_id is not None:
        known = source.find_stream(asked.stream_id)
        few = [known] if known else []
    else:
        few = source.streams_of(asked.task_id or "")
    return [each for each in few if source.covers(each.created, asked.since, asked.until)]


def _task_candidates(source: book.Book, asked: query.Query) -> list[usage.Task]:
    if asked.task_id is None:
        return [source.task(each) for each in source.task_ids(asked.since, asked.until)]
    known = source.find_task(asked.task_id)
    if known is None or not source.covers(known.first.created, asked.since, asked.until):
        return []
    return [known]


def _picks_stream(asked: query.Query, stream: usage.Stream) -> bool:
    return _picks(asked, stream) and asked.model in (None, stream.model)


def _picks_task(asked: query.Query, task: usage.Task) -> bool:
    part = (asked.search or "").lower()
    found = part in task.task_id.lower() or part in task.email.lower()
    return found and _picks(asked, task) and asked.model in (None, task.latest.model)


def _picks(asked: query.Query, record: usage.Stream | usage.Task) -> bool:
    return (
        asked.task_id in (None, record.task_id)
        and asked.status in (None, record.status)
        and asked.email in (None, record.email)
        and asked.is_byok in (None, record.byok)
    )


def _cut(found: list[Record], asked: query.Query, habits: book.Habits) -> Page[Record]:
    """Cut a page out of everything found, which comes in ascending order."""
    ordered = found[::-1] if habits.descending else found
    end = asked.offset + asked.limit
    return Page(ordered[asked.offset : end], len(found), end < len(found))
