"""Puts a price on a row: what Neo sent becomes a record or a task of the ledger, with exact money."""

from dataclasses import dataclass
from datetime import UTC
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from bot import secret
from bot.neo import settings
from bot.neo.rows import LARGEST_AMOUNT, Row, ToolUse
from rules import labels, record
from rules.money import NANO, ZERO, Money
from rules.record import Record, Task

LONGEST_ERROR = 500
LONGEST_TITLE = 300

# A float lies within 2**-53 of the text it was read from, and the factor and the product add as
# much again at most: 2**-50 of the product is more than all three.
_DOUBT = 2.0**-50
_TIE = 0.5
_TINY = -40


class InexactError(ValueError):
    """A float is too near the middle of two nano-dollars to tell which one its text means."""


@dataclass(frozen=True, slots=True)
class Rate:
    """What one unit of an amount is worth: `nano` exactly, `factor` nearly."""

    nano: Fraction
    factor: float

    @classmethod
    def of(cls, usd: Decimal) -> "Rate":
        nano = Fraction(usd) * NANO
        return cls(nano, float(nano))

    def money(self, amount: float | Decimal | None) -> Money:
        """The nano-dollar nearest to the decimal text of `amount`, ties to even.

        Raises InexactError where a float cannot say, ValueError where the amount is absurd.
        """
        if not amount:
            return ZERO
        if isinstance(amount, Decimal):
            return self._exact(amount)
        product = amount * self.factor
        nano = round(product)
        if abs(product - nano) + abs(product) * _DOUBT >= _TIE:
            raise InexactError(f"{amount!r} is too near a tie")
        return Money(nano)

    def _exact(self, amount: Decimal) -> Money:
        # Decided on the exponent first: as a fraction, 1e-999999999 would fill the memory.
        if amount.adjusted() < _TINY:
            return ZERO
        if not amount.is_finite() or abs(amount) > LARGEST_AMOUNT:
            raise ValueError(f"an amount is not between -{LARGEST_AMOUNT} and {LARGEST_AMOUNT}")
        return Money(round(Fraction(amount) * self.nano))


class Price(NamedTuple):
    """A row's amounts. `priced` is false while a cost that its kind should carry is null."""

    priced: bool
    credits: Money
    neo_cost: Money
    llm_cost: Money
    byok: bool


@dataclass(frozen=True, slots=True)
class Pricing:
    """How the rows of one source are priced. An `owner` is the user of rows without an email."""

    source: str
    credit: Rate
    byok: Rate

    @classmethod
    def of(cls, source: str, money: settings.MoneySettings) -> "Pricing":
        credit = Rate.of(money.usd_per_credit)
        in_usd = money.byok_unit is settings.ByokUnit.USD
        return cls(source, credit, Rate.of(Decimal(1)) if in_usd else credit)

    def price(self, row: Row) -> Price:
        charged, llm, neo = row.get("neo_credits"), row.get("llm_cost"), row.get("neo_cost")
        byok = row.get("is_byok")
        if byok is None:
            # A zero is no sign of BYOK: it may be a plain row that fills in every field.
            byok = bool(llm or neo)
        if not byok:
            return Price(charged is not None, self.credit.money(charged), ZERO, ZERO, byok=False)
        base = charged if llm is None else llm
        priced = base is not None and neo is not None
        return Price(priced, ZERO, self.byok.money(neo), self.byok.money(base), byok=True)

    def task_price(self, row: Row) -> Price:
        """The same of a task, some of whose streams may be BYOK and others not: then it carries credits beside.

        Where they are the base amount of BYOK once more, as Neo gave it before, they are not.
        """
        price = self.price(row)
        charged, llm = row.get("neo_credits"), row.get("llm_cost")
        if not price.byok or llm is None or charged == llm:
            return price
        return price._replace(credits=self.credit.money(charged))

    def record(self, row: Row, owner: str) -> Record:
        """A row of `/usage/streams`; ValueError without a `stream_id`."""
        key = row.get("stream_id")
        if not key:
            raise ValueError("stream_id: a row of /usage/streams needs one")
        return self._record(row, key, owner, self.price(row))

    def task_record(self, row: Row, owner: str) -> Record:
        """A row of `/usage/tasks` as the record that stands in for the task's streams."""
        return self._record(row, record.task_key(row["task_id"]), owner, self.task_price(row))

    def task(self, row: Row, owner: str) -> Task:
        price = self.task_price(row)
        streams = row.get("stream_count")
        return Task(
            source=self.source,
            id=row["task_id"],
            title=secret.masked(row.get("task_title") or "")[:LONGEST_TITLE],
            user=_user(row, owner),
            model=row["model"],
            status=row["status"],
            byok=price.byok,
            at=row["created_at"].astimezone(UTC),
            spend=price.credits + price.neo_cost,
            streams=1 if streams is None else streams,
        )

    def _record(self, row: Row, key: str, owner: str, price: Price) -> Record:
        tools, agents = row.get("tool_breakdown"), row.get("agent_breakdown")
        message = row.get("error_message")
        return Record(
            source=self.source,
            key=key,
            task=row["task_id"],
            user=_user(row, owner),
            model=row["model"],
            status=row["status"],
            byok=price.byok,
            at=row["created_at"].astimezone(UTC),
            credits=price.credits,
            neo_cost=price.neo_cost,
            llm_cost=price.llm_cost,
            priced=price.priced,
            steps=row["step_count"],
            tool_calls=row["tool_calls"],
            agent_triggers=row["agent_triggers"],
            execution_ms=row.get("total_execution_ms") or 0,
            llm_ms=row.get("llm_time_ms") or 0,
            tool_ms=row.get("tool_time_ms") or 0,
            tools=_tools(tools) if tools else (),
            agents=_agents(agents) if agents else (),
            error=secret.masked(message)[:LONGEST_ERROR] if message else None,
        )


def _user(row: Row, owner: str) -> str:
    email = row.get("email")
    return (email.strip().lower() if email else "") or owner or labels.UNKNOWN


def _tools(breakdown: dict[str, ToolUse]) -> tuple[tuple[str, int, int], ...]:
    # Sorted: Neo promises no order, and a row that is only shuffled has not changed.
    uses = [
        (name, use.get("calls") or 0, use.get("total_duration_ms") or 0)
        for name, use in breakdown.items()
    ]
    return tuple(sorted(uses))


def _agents(breakdown: dict[str, int | None]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted([(name, triggers or 0) for name, triggers in breakdown.items()]))
