"""Reads a page from its bytes: all rows at once; one by one only where something is wrong.

Theory of operation: the quick way reads amounts as floats, which is exact unless an amount lies
next to the middle of two nano-dollars (`pricing.Rate.money` notices) and rejects the whole page for
one bad row. The careful way reads the same bytes again with every number as decimal text, holds
each row to the same model, and takes its amounts from the text.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

from bot import secret
from bot.neo.rows import Body, Row
from rules.record import Record, Task, task_key

T = TypeVar("T", bound=Record | Task)

_BODY: TypeAdapter[Body] = TypeAdapter(Body)
_ROW: TypeAdapter[Row] = TypeAdapter(Row)
_FIELDS = frozenset(Row.__annotations__)
_LONGEST_ROW = 2000
_LONGEST_REASON = 300
_LONGEST_NUMBER = 400
_SAFE_INTEGER = 18
_NAN = Decimal("NaN")


@dataclass(frozen=True, slots=True)
class Rejected:
    """A malformed row: why, and its text, without secrets and cut. `key` tells which record or task it is of, if anything does."""

    reason: str
    row: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One answer of a list. `total` and `has_more` are what Neo says, which may be wrong."""

    records: list[T]
    rejected: list[Rejected]
    total: int
    has_more: bool

    @property
    def count(self) -> int:
        """How many rows came, the malformed ones too."""
        return len(self.records) + len(self.rejected)

    @property
    def keys(self) -> list[str]:
        """What tells rows apart."""
        kept = [each.key if isinstance(each, Record) else each.id for each in self.records]
        return kept + [each.row for each in self.rejected]


def parse(body: bytes, convert: Callable[[Row], T]) -> Page[T]:
    """The page in `body`, each row through `convert`, which may raise ValueError to reject it.

    Raises ValueError if the body is not JSON or not a page.
    """
    try:
        page = _BODY.validate_json(body)
        records = [convert(row) for row in page["data"] or ()]
    except ValueError:
        return _careful(document(body), convert)
    return Page(records, [], page["total"], page["has_more"])


def document(body: bytes) -> object:
    """JSON with its numbers as they are written. Raises ValueError that says where it breaks off."""
    try:
        # A broken character is no reason to lose a page of money.
        text = body.decode("utf-8", errors="replace")
        return json.loads(text, parse_float=_decimal, parse_int=_integer)
    except (json.JSONDecodeError, RecursionError) as error:
        where = f" at character {error.pos}" if isinstance(error, json.JSONDecodeError) else ""
        raise ValueError(f"the body is not JSON{where}; it has {len(body)} bytes") from None


def row(raw: object) -> Row:
    """One row, held to the model, with its amounts as the Decimals that Neo wrote.

    Raises ValueError that says which field is wrong.
    """
    if not isinstance(raw, dict):
        raise ValueError("a row must be an object")  # noqa: TRY004 - one error for every bad row
    slim = {name: raw[name] for name in _FIELDS & raw.keys()}
    try:
        read = _ROW.validate_json(json.dumps(slim, default=_number))
    except ValidationError as error:
        raise ValueError(reason(error)) from None
    for name in ("neo_credits", "llm_cost", "neo_cost"):
        if read.get(name) is not None:
            read[name] = Decimal(slim[name])
    return read


def reason(error: ValidationError) -> str:
    """Which fields are wrong and why, without their values."""
    faults = error.errors(include_url=False, include_context=False, include_input=False)
    return "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in faults)


def _careful(page: object, convert: Callable[[Row], T]) -> Page[T]:
    rows, total, has_more = _envelope(page)
    records: list[T] = []
    rejected: list[Rejected] = []
    for raw in rows:
        try:
            records.append(convert(row(raw)))
        except ValueError as error:
            rejected.append(_rejected(raw, str(error)))
    return Page(records, rejected, total, has_more)


def _envelope(page: object) -> tuple[list[object], int, bool]:
    match page:
        case {"data": list(rows), "total": int(total), "has_more": bool(has_more)}:
            return rows, total, has_more
        case {"data": None, "total": int(total), "has_more": bool(has_more)}:
            return [], total, has_more
        case _:
            raise ValueError("the body is not a page with data, total and has_more")


def _rejected(raw: object, reason: str) -> Rejected:
    try:
        text = json.dumps(secret.cleared(raw))
    except RecursionError:
        text = "a row that is nested too deep to be shown"
    return Rejected(secret.masked(reason)[:_LONGEST_REASON], text[:_LONGEST_ROW], _key(raw))


def _key(raw: object) -> str:
    match raw:
        case {"stream_id": str(stream)} if stream:
            key = stream
        case {"task_id": str(task)} if task:
            key = task_key(task)
        case _:
            return ""
    # It is only as good as the row: no secret, and no half of a letter, gets into the store.
    return secret.masked(key)[:_LONGEST_REASON].encode("utf-8", "replace").decode()


def _decimal(text: str) -> Decimal:
    """The number of a JSON text; NaN, which no field takes, for what no field could hold."""
    if len(text) > _LONGEST_NUMBER:
        return _NAN
    try:
        return Decimal(text)
    except InvalidOperation:
        return _NAN


def _integer(text: str) -> int | Decimal:
    # Python refuses to read integers of thousands of digits.
    return int(text) if len(text) <= _SAFE_INTEGER else _decimal(text)


def _number(value: Decimal) -> int | float:
    """A number for the model, which sees 12.0 as the integer it is."""
    small = value.is_finite() and value.adjusted() <= _SAFE_INTEGER
    return int(value) if small and value == value.to_integral_value() else float(value)
