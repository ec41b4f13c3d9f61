"""Query parameters, read as strictly as the contract writes them."""

import re
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.demo.neo import refusal, usage

_DATE_TIME = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII | re.IGNORECASE
)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_STREAM_STATUSES = ("completed", "error", "failed", "aborted")


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """The parameters of a list or a summary. Times are in microseconds since the epoch; None is not asked for."""

    task_id: str | None = None
    stream_id: str | None = None
    status: str | None = None
    model: str | None = None
    since: int | None = None
    until: int | None = None
    limit: int = 50
    offset: int = 0
    sort: str = "created_at"
    search: str | None = None
    email: str | None = None
    is_byok: bool | None = None
    group_by: str | None = None


# A parser answers the value, or raises ValueError with what it wanted.
Parser = Callable[[str], object]


def _date_time(text: str) -> int:
    if not _DATE_TIME.fullmatch(text):
        raise ValueError("an RFC 3339 date-time")
    try:
        return usage.micros(datetime.fromisoformat(text.upper()))
    except (ValueError, OverflowError) as wrong:
        raise ValueError("an RFC 3339 date-time that exists") from wrong


def _uuid(text: str) -> str:
    if not _UUID.fullmatch(text):
        raise ValueError("a UUID")
    return str(uuid.UUID(text))


def _boolean(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError("true or false")
    return text == "true"


def _integer(low: int, high: int | None = None) -> Parser:
    wanted = f"an integer of at least {low}" + (f" and at most {high}" if high is not None else "")

    def parse(text: str) -> int:
        if (
            not _INTEGER.fullmatch(text)
            or int(text) < low
            or (high is not None and int(text) > high)
        ):
            raise ValueError(wanted)
        return int(text)

    return parse


def _one_of(*choices: str) -> Parser:
    def parse(text: str) -> str:
        if text not in choices:
            raise ValueError("one of " + ", ".join(choices))
        return text

    return parse


_WINDOW: Mapping[str, Parser] = {"from": _date_time, "to": _date_time}
_LIST: Mapping[str, Parser] = {
    **_WINDOW,
    "task_id": str,
    "model": str,
    "limit": _integer(1, 200),
    "offset": _integer(0),
    "email": str,
    "is_byok": _boolean,
}
NOTHING: Mapping[str, Parser] = {}
STREAMS: Mapping[str, Parser] = {
    **_LIST,
    "stream_id": _uuid,
    "status": _one_of(*_STREAM_STATUSES),
    "sort": _one_of("created_at", "cost"),
}
TASKS: Mapping[str, Parser] = {
    **_LIST,
    "status": _one_of(*_STREAM_STATUSES, "blocked"),
    "search": str,
}
SUMMARY: Mapping[str, Parser] = {**_WINDOW, "group_by": _one_of("day", "week", "month")}
_FIELDS = {"from": "since", "to": "until"}


def parse(pairs: Iterable[tuple[str, str]], allowed: Mapping[str, Parser]) -> Query:
    """Read a query string's parameters; whatever the contract does not allow is a 400."""
    values: dict[str, Any] = {}
    for name, text in pairs:
        if name not in allowed:
            raise _wrong(f"unknown query parameter {name!r}")
        if _FIELDS.get(name, name) in values:
            raise _wrong(f"query parameter {name!r} is given twice")
        try:
            values[_FIELDS.get(name, name)] = allowed[name](text)
        except ValueError as wanted:
            raise _wrong(f"query parameter {name!r} must be {wanted}, not {text!r}") from wanted
    query = Query(**values)
    if query.since is not None and query.until is not None and query.since > query.until:
        raise _wrong("'from' is later than 'to'")
    return query


def _wrong(detail: str) -> refusal.RefusalError:
    return refusal.RefusalError(400, detail, breach=True)
