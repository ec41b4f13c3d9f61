"""The book of one team's usage: its streams and tasks, by id and in order of time."""

from dataclasses import dataclass, replace
from decimal import Decimal

from bot.demo.neo import timeline, usage


@dataclass(frozen=True, slots=True)
class Habits:
    """What the documents leave open, so that tests can turn it round.

    descending: lists run newest first (and `sort=cost` dearest first).
    until_inclusive: a record created exactly at `to` is in the window.
    own_times: streams of one task differ in `created_at`; else each carries its task's.
    """

    descending: bool = True
    until_inclusive: bool = True
    own_times: bool = True


class Book:
    """The records of one team. Nothing here reads a clock or knows HTTP."""

    def __init__(self, habits: Habits | None = None) -> None:
        self.habits = habits or Habits()
        self._streams: dict[str, usage.Stream] = {}
        self._of_task: dict[str, set[str]] = {}
        self._own_status: dict[str, str] = {}
        self._stream_times = timeline.Timeline()
        self._task_times = timeline.Timeline()

    def __len__(self) -> int:
        return len(self._streams)

    def add(self, *streams: usage.Stream) -> None:
        """Write new streams into the book, in any order."""
        for stream in sorted(streams, key=lambda each: each.created):
            if stream.stream_id in self._streams:
                raise ValueError(
                    f"stream {stream.stream_id} is in the book already; change it with replace()"
                )
            self._write(self._timed(stream))

    def replace(self, stream: usage.Stream) -> None:
        """Put another version of a known stream in its place."""
        self.remove(stream.stream_id)
        self._write(self._timed(stream))

    def correct(self, stream_id: str, amount: Decimal | None) -> usage.Stream:
        """Change a stream's price: its credits, or its llm_cost with the neo_cost in proportion. None unprices it."""
        stream = self._streams[stream_id]
        if not stream.byok:
            corrected = replace(stream, credits=amount)
        elif amount is None:
            corrected = replace(stream, llm_cost=None, neo_cost=None)
        else:
            if not stream.llm_cost or stream.neo_cost is None:
                raise ValueError(
                    f"BYOK stream {stream_id} has no price to scale; set both amounts with replace()"
                )
            corrected = replace(
                stream, llm_cost=amount, neo_cost=stream.neo_cost * amount / stream.llm_cost
            )
        self._streams[stream_id] = corrected
        return corrected

    def set_status(self, stream_id: str, status: str, error: str | None = None) -> None:
        self._streams[stream_id] = replace(self._streams[stream_id], status=status, error=error)

    def set_task_status(self, task_id: str, status: str | None) -> None:
        """Give a task a status of its own, such as `blocked`; None takes it from its latest stream again."""
        if status is None:
            self._own_status.pop(task_id, None)
        else:
            self._own_status[task_id] = status

    def remove(self, stream_id: str) -> None:
        stream = self._streams.pop(stream_id)
        self._stream_times.drop(stream_id)
        siblings = self._of_task[stream.task_id]
        siblings.remove(stream_id)
        if siblings:
            self._task_times.put(
                stream.task_id, min(self._streams[each].created for each in siblings)
            )
        else:
            del self._of_task[stream.task_id]
            self._task_times.drop(stream.task_id)

    def stream(self, stream_id: str) -> usage.Stream:
        return self._streams[stream_id]

    def find_stream(self, stream_id: str) -> usage.Stream | None:
        return self._streams.get(stream_id)

    def task(self, task_id: str) -> usage.Task:
        task = self.find_task(task_id)
        if task is None:
            raise KeyError(task_id)
        return task

    def find_task(self, task_id: str) -> usage.Task | None:
        """Put a task together from its streams; None if it has none here."""
        streams = self.streams_of(task_id)
        return usage.Task(tuple(streams), self._own_status.get(task_id)) if streams else None

    def streams_of(self, task_id: str) -> list[usage.Stream]:
        """List the streams of one task, earliest first."""
        ids = self._of_task.get(task_id, ())
        return sorted(
            (self._streams[each] for each in ids), key=lambda each: (each.created, each.stream_id)
        )

    def stream_ids(self, since: int | None = None, until: int | None = None) -> list[str]:
        """List the streams created in a window, earliest first."""
        return self._stream_times.between(since, until, until_inclusive=self.habits.until_inclusive)

    def task_ids(self, since: int | None = None, until: int | None = None) -> list[str]:
        """List the tasks whose first stream was created in a window, earliest first."""
        return self._task_times.between(since, until, until_inclusive=self.habits.until_inclusive)

    def streams(self, since: int | None = None, until: int | None = None) -> list[usage.Stream]:
        return [self._streams[each] for each in self.stream_ids(since, until)]

    def covers(self, created: int, since: int | None, until: int | None) -> bool:
        """Tell whether a window holds an instant, edges as `stream_ids` has them."""
        if since is not None and created < since:
            return False
        if until is None:
            return True
        return created <= until if self.habits.until_inclusive else created < until

    def _timed(self, stream: usage.Stream) -> usage.Stream:
        if self.habits.own_times or stream.task_id not in self._task_times:
            return stream
        return replace(stream, created=self._task_times.at(stream.task_id))

    def _write(self, stream: usage.Stream) -> None:
        self._streams[stream.stream_id] = stream
        self._of_task.setdefault(stream.task_id, set()).add(stream.stream_id)
        self._stream_times.put(stream.stream_id, stream.created)
        task_id = stream.task_id
        if task_id not in self._task_times or stream.created < self._task_times.at(task_id):
            self._task_times.put(task_id, stream.created)
