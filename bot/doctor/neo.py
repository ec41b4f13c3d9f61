"""One source: does Neo take the credential, what does it show, and how is that to be read?"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TypeVar

from bot.doctor import check
from bot.doctor.check import Check
from bot.jobs import account, arrival
from bot.neo.account import User
from bot.neo.client import Client
from bot.neo.error import Kind, NeoError
from bot.neo.filter import StreamFilter, SummaryFilter, TaskFilter
from bot.neo.page import Page
from bot.neo.settings import ByokUnit, MoneySettings
from bot.store import sources
from rules import labels
from rules.money import Money
from rules.record import Record

T = TypeVar("T")

_LATELY = timedelta(days=30)
_SPAN = f"the last {_LATELY.days} days"
_CLOSED = (Kind.FORBIDDEN, Kind.MISSING)
_ROLES = {
    sources.ADMIN: "it sees everyone's usage",
    sources.SOLO: "it is in no team: it sees its own usage, and all figures are about that",
}
_NO_USAGE = "use a credential of a team admin, or of an account that is in no team"


@dataclass(frozen=True, slots=True)
class _Optional:
    """An endpoint that the bot can do without, and what is lost then."""

    path: str
    ask: Callable[[Client, datetime], Awaitable[object]]
    loss: str


async def _tasks(client: Client, _now: datetime) -> object:
    try:
        return await client.tasks(TaskFilter(limit=1))
    except NeoError as error:
        if error.kind in _CLOSED:
            return None
        raise


_OPTIONAL = (
    _Optional("usage/tasks", _tasks, "tasks have no titles, and blocked is unknown"),
    _Optional(
        "billing/credits",
        lambda client, _: client.credits(),
        "credit_balance, runway and expires_in are unknown, and digests show no credits left",
    ),
    _Optional(
        "billing/subscription",
        lambda client, _: client.subscription(),
        "a credit_month goes by the plan of another source, else by the calendar month",
    ),
    _Optional(
        "usage/summary",
        lambda client, now: client.summary(SummaryFilter(since=now - _LATELY, until=now)),
        "the ledger is held against Neo's totals of tasks alone",
    ),
)


async def examine(client: Client, money: MoneySettings, now: datetime) -> list[Check]:
    """The checks of one source. Where nothing can be asked, that alone is told."""
    name, since = client.source.name, now - _LATELY
    streams = await _tried(client.streams(StreamFilter(since=since)))
    if isinstance(streams, NeoError) and streams.kind not in _CLOSED:
        return [_silent(name, streams)]
    found = [
        check.ok(f"{name}: credential", f"Neo takes what {client.source.credential_key} names"),
        _role(f"{name}: role", await _tried(client.user()), streams),
        await _usage(client, f"{name}: usage", streams),
        *[await _optional(client, each, now) for each in _OPTIONAL],
    ]
    if not isinstance(streams, NeoError):
        byok = await _tried(client.streams(StreamFilter(since=since, is_byok=True)))
        found += [_unit(f"{name}: unit", byok, money), _own_times(f"{name}: times (A1)", streams)]
    return found


def _silent(name: str, error: NeoError) -> Check:
    """Nothing can be asked. A limit on requests passes by itself."""
    if error.kind is Kind.REFUSED:
        return check.fail(f"{name}: credential", str(error))
    return (check.warn if error.kind is Kind.LIMITED else check.fail)(f"{name}: usage", str(error))


async def _tried(asked: Awaitable[T]) -> T | NeoError:
    try:
        return await asked
    except NeoError as error:
        return error


def _role(about: str, user: User | NeoError | None, streams: Page[Record] | NeoError) -> Check:
    if user is None or isinstance(user, NeoError):
        why = "Neo does not tell who the credential is" if user is None else str(user)
        if user is None and isinstance(streams, Page) and account.has_emails(streams.records):
            seen = "but shows everyone's emails, as to an admin"
            return check.ok(about, f"{why}, {seen}; usage without one is of `{labels.UNKNOWN}`")
        return check.warn(about, f"{why}; usage without an email counts as `{labels.SELF}`")
    role = sources.SOLO if user.team_role is None else user.team_role
    if role in _ROLES:
        return check.ok(about, f"{user.email} is {role}: {_ROLES[role]}")
    if not isinstance(streams, NeoError):
        return check.ok(about, f"{user.email} is {role}, and may read usage")
    return check.fail(about, f"{user.email} is {role}: Neo shows it no usage", _NO_USAGE)


async def _usage(client: Client, about: str, streams: Page[Record] | NeoError) -> Check:
    if not isinstance(streams, NeoError):
        return _readable(about, streams)
    tasks = await _tried(client.tasks(TaskFilter(limit=1)))
    if isinstance(tasks, NeoError):
        return check.fail(about, str(streams))
    stands_in = "tasks are the ledger, each with the time of its start"
    return check.warn(about, f"Neo refuses its streams: {stands_in}")


def _readable(about: str, page: Page[Record]) -> Check:
    if page.rejected:
        bad = f"{len(page.rejected)} of {page.count} streams cannot be read"
        return check.warn(about, f"{bad}: {page.rejected[0].reason}", "update the bot or report it")
    count = max(page.total, page.count)
    # A page may be shorter than asked for, and the total of it wrong.
    least = "at least " if page.has_more and page.total <= page.count else ""
    streams = f"{least}{count:,} stream{'' if count == 1 else 's'}"
    return check.ok(about, f"can be read: {streams} in {_SPAN}")


async def _optional(client: Client, part: _Optional, now: datetime) -> Check:
    about, answer = f"{client.source.name}: {part.path}", await _tried(part.ask(client, now))
    if isinstance(answer, NeoError):
        return check.warn(about, f"{answer}; until then {part.loss}")
    if answer is None:
        return check.warn(about, f"Neo does not give it to this credential: {part.loss}")
    return check.ok(about, "can be read")


def _unit(about: str, page: Page[Record] | NeoError, money: MoneySettings) -> Check:
    """The same amounts by both readings: Neo's documents do not say which is right."""
    if isinstance(page, NeoError):
        return check.warn(about, str(page))
    rows = [record for record in page.records if record.byok and record.priced]
    if not rows:
        return check.ok(about, f"money.byok_unit changes nothing: no BYOK usage in {_SPAN}")
    own = sum((row.llm_cost.usd for row in rows), Decimal(0))
    by_credits = money.byok_unit is ByokUnit.CREDITS
    plain = own / money.usd_per_credit if by_credits else own
    both = (Money.from_usd(plain * money.usd_per_credit), Money.from_usd(plain))
    count = f"{len(rows)} BYOK stream{'' if len(rows) == 1 else 's'}"
    return check.ok(
        about,
        f"the provider's part of {count} is {both[0]} read as credits, {both[1]} read as usd;"
        f" money.byok_unit is {money.byok_unit}",
        "the provider's bill tells which is right",
    )


def _own_times(about: str, page: Page[Record]) -> Check:
    """Assumption A1: streams of one task differ in their time."""
    match arrival.is_shared((record.task, record.at) for record in page.records):
        case False:
            return check.ok(about, "streams of one task have times of their own")
        case True:
            words = "streams carry the time of their task: each counts from when it is first seen"
            return check.warn(about, f"{words}, and figures say so")
        case None:
            return check.ok(about, f"cannot be told: too few tasks of {_SPAN} have several streams")
