"""The shape of one row of usage: only what the ledger needs, so that a whole page is read at once."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, NotRequired

from pydantic import AwareDatetime, ConfigDict, Field, GetPydanticSchema, StringConstraints
from pydantic_core import core_schema

# pydantic wants this TypedDict before Python 3.12.
from typing_extensions import TypedDict

# Bounds that no real row comes near; past them a sum would leave 64 bits, a date its calendar.
LARGEST_AMOUNT = 1_000_000
_LARGEST_NUMBER = 10**12
_YEARS = Field(ge=datetime(2000, 1, 1, tzinfo=UTC), lt=datetime(2200, 1, 1, tzinfo=UTC))

Amount = Annotated[
    float | Decimal,
    GetPydanticSchema(
        lambda _source, _handler: core_schema.float_schema(
            ge=-LARGEST_AMOUNT, le=LARGEST_AMOUNT, allow_inf_nan=False, strict=True
        )
    ),
]
"""A float as pydantic reads it; a Decimal where the page was read again for the exact text."""

Number = Annotated[int, Field(ge=0, le=_LARGEST_NUMBER)]
Word = Annotated[str, StringConstraints(max_length=300)]
Id = Annotated[str, StringConstraints(min_length=1, max_length=300)]


class ToolUse(TypedDict):
    """One tool of `tool_breakdown`."""

    calls: NotRequired[Number | None]
    total_duration_ms: NotRequired[Number | None]


class Row(TypedDict):
    """One row of `/usage/streams` or `/usage/tasks`. Unknown fields are ignored."""

    __pydantic_config__ = ConfigDict(strict=True)  # type: ignore[misc] # where pydantic looks for it

    task_id: Id
    model: Word
    status: Word
    created_at: Annotated[AwareDatetime, _YEARS]
    step_count: Number
    tool_calls: Number
    agent_triggers: Number
    stream_id: NotRequired[Id | None]
    stream_count: NotRequired[Number | None]
    task_title: NotRequired[str | None]
    email: NotRequired[Word | None]
    error_message: NotRequired[str | None]
    is_byok: NotRequired[bool | None]
    neo_credits: NotRequired[Amount | None]
    llm_cost: NotRequired[Amount | None]
    neo_cost: NotRequired[Amount | None]
    llm_time_ms: NotRequired[Number | None]
    tool_time_ms: NotRequired[Number | None]
    total_execution_ms: NotRequired[Number | None]
    tool_breakdown: NotRequired[dict[Word, ToolUse] | None]
    agent_breakdown: NotRequired[dict[Word, Number | None] | None]


class Body(TypedDict):
    """One page. An empty list may come as null."""

    __pydantic_config__ = ConfigDict(strict=True)  # type: ignore[misc] # where pydantic looks for it

    data: list[Row] | None
    total: int
    has_more: bool
