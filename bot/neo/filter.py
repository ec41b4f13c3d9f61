"""What can be asked of Neo's two lists: every filter of the contract, typed."""

import dataclasses
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

LIMIT = 200
"""The most rows that one page may hold."""

_NAMES = {"since": "from", "until": "to"}


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageFilter:
    """What both lists take. `until` may or may not include its own instant: Neo does not say."""

    task_id: str | None = None
    model: str | None = None
    email: str | None = None
    is_byok: bool | None = None
    since: datetime | None = None
    until: datetime | None = None
    limit: int = LIMIT
    offset: int = 0

    def __post_init__(self) -> None:
        if not 1 <= self.limit <= LIMIT or self.offset < 0:
            raise ValueError(f"limit is 1 to {LIMIT} and offset not negative: {self}")
        if any(at is not None and at.tzinfo is None for at in (self.since, self.until)):
            raise ValueError(f"since and until need a time zone: {self}")

    def query(self) -> dict[str, str]:
        """The query string's fields; what is not set is left out."""
        values = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        given = {name: value for name, value in values.items() if value is not None}
        return {_NAMES.get(name, name): text(value) for name, value in given.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamFilter(UsageFilter):
    """Filters of `/usage/streams`."""

    stream_id: str | None = None
    status: Literal["completed", "error", "failed", "aborted"] | None = None
    sort: Literal["created_at", "cost"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFilter(UsageFilter):
    """Filters of `/usage/tasks`. `search` is a part of a task id or an email, in any case."""

    status: Literal["completed", "error", "failed", "aborted", "blocked"] | None = None
    search: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryFilter:
    """Filters of `/usage/summary`."""

    since: datetime | None = None
    until: datetime | None = None
    group_by: Literal["day", "week", "month"] | None = None

    def query(self) -> dict[str, str]:
        given = {"from": self.since, "to": self.until, "group_by": self.group_by}
        return {name: text(value) for name, value in given.items() if value is not None}


def text(value: object) -> str:
    """A value as a query carries it: RFC 3339 in UTC, `true` or `false`, or plain text."""
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case bool():
            return "true" if value else "false"
        case _:
            return str(value)
