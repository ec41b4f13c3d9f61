"""Asks one Neo source and gives its answers as priced records, tasks and account facts."""

from collections.abc import AsyncGenerator, Callable, Mapping
from functools import partial
from typing import TypeVar
from urllib.parse import quote

import aiohttp

from bot.neo import account, detail, page, slices
from bot.neo.error import Kind, NeoError
from bot.neo.filter import StreamFilter, SummaryFilter, TaskFilter
from bot.neo.page import Page
from bot.neo.pricing import Pricing
from bot.neo.settings import MoneySettings, SourceSettings
from bot.neo.transport import Patience, Transport
from rules import labels
from rules.record import Record, Task
from rules.window import Span

T = TypeVar("T")

_STREAMS = "/api/v1/usage/streams"
_TASKS = "/api/v1/usage/tasks"
_ALL_STREAMS = StreamFilter()
_ALL_TASKS = TaskFilter()
_NO_QUERY: Mapping[str, str] = {}


class Client:
    """One source. Every method raises NeoError; `owner` is the user of rows without an email."""

    def __init__(
        self,
        source: SourceSettings,
        session: aiohttp.ClientSession,
        money: MoneySettings,
        *,
        patience: Patience | None = None,
    ):
        self.source = source
        self._transport = Transport(source, session, patience)
        self._pricing = Pricing.of(source.name, money)

    async def streams(self, wanted: StreamFilter, owner: str = labels.UNKNOWN) -> Page[Record]:
        """One page of `/usage/streams`."""
        convert = partial(self._pricing.record, owner=owner)
        return await self._get(_STREAMS, wanted.query(), lambda body: page.parse(body, convert))

    async def tasks(self, wanted: TaskFilter, owner: str = labels.UNKNOWN) -> Page[Task]:
        """One page of `/usage/tasks`."""
        convert = partial(self._pricing.task, owner=owner)
        return await self._get(_TASKS, wanted.query(), lambda body: page.parse(body, convert))

    async def task_records(self, wanted: TaskFilter, owner: str = labels.UNKNOWN) -> Page[Record]:
        """One page of `/usage/tasks` as records, for while `/usage/streams` is refused."""
        convert = partial(self._pricing.task_record, owner=owner)
        return await self._get(_TASKS, wanted.query(), lambda body: page.parse(body, convert))

    def every_stream(
        self, span: Span, owner: str = labels.UNKNOWN, wanted: StreamFilter = _ALL_STREAMS
    ) -> AsyncGenerator[Page[Record], None]:
        """Every stream of a span, as `slices.read` promises it."""
        return slices.read(partial(self.streams, owner=owner), wanted, span)

    def every_task(
        self, span: Span, owner: str = labels.UNKNOWN
    ) -> AsyncGenerator[Page[Task], None]:
        """Every task created in a span."""
        return slices.read(partial(self.tasks, owner=owner), _ALL_TASKS, span)

    def every_task_record(
        self, span: Span, owner: str = labels.UNKNOWN, wanted: TaskFilter = _ALL_TASKS
    ) -> AsyncGenerator[Page[Record], None]:
        """Every task created in a span, as records."""
        return slices.read(partial(self.task_records, owner=owner), wanted, span)

    async def task(self, task_id: str, owner: str = labels.UNKNOWN) -> detail.TaskDetail | None:
        """One task, None if Neo does not know it."""
        if not task_id.strip("."):
            return None  # as a path it would mean another endpoint
        try:
            return await self._get(
                f"{_TASKS}/{quote(task_id, safe='')}",
                _NO_QUERY,
                lambda body: detail.parse(body, self._pricing, owner),
            )
        except NeoError as error:
            if error.kind is Kind.MISSING:
                return None
            raise

    async def summary(self, wanted: SummaryFilter) -> account.Summary | None:
        return await self._optional("/api/v1/usage/summary", account.Summary, wanted.query())

    async def user(self) -> account.User | None:
        return await self._optional("/api/v1/user", account.User)

    async def credits(self) -> account.Credits | None:
        return await self._optional("/api/v1/billing/credits", account.Credits)

    async def subscription(self) -> account.Subscription | None:
        return await self._optional("/api/v1/billing/subscription", account.Subscription)

    async def _optional(
        self, path: str, model: type[account.A], query: Mapping[str, str] = _NO_QUERY
    ) -> account.A | None:
        """None where Neo forbids the endpoint or does not have it."""
        try:
            return await self._get(
                path, query, lambda body: account.parse(body, model, self._pricing)
            )
        except NeoError as error:
            if error.kind in {Kind.FORBIDDEN, Kind.MISSING}:
                return None
            raise

    async def _get(self, path: str, query: Mapping[str, str], parse: Callable[[bytes], T]) -> T:
        return await self._transport.get(path, query, parse)
