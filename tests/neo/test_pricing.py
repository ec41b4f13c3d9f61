"""Pricing goes by the row: BYOK or not, priced or not, in credits or in USD."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from bot.neo import page, pricing
from bot.neo.settings import ByokUnit, MoneySettings
from rules.money import Money
from rules.record import Record, Task
from tests.neo import server

_USD = 1_000_000_000
_PRICING = pricing.Pricing.of("acme", MoneySettings())


def _record(of: pricing.Pricing = _PRICING, **changes: object) -> Record:
    return of.record(page.row(server.row(**changes)), "unknown")


def _task(**changes: object) -> Task:
    return _PRICING.task(page.row(server.row(**changes)), "unknown")


@pytest.mark.parametrize(
    ("byok", "charged", "llm", "neo", "expected"),
    [
        pytest.param(False, 2, None, None, (False, True, 20, 0, 0), id="a plain row costs credits"),
        pytest.param(False, 2, 7, 9, (False, True, 20, 0, 0), id="a plain row has no BYOK cost"),
        pytest.param(False, None, 7, 9, (False, False, 0, 0, 0), id="a plain row not priced yet"),
        pytest.param(True, 2, 3, 1, (True, True, 0, 10, 30), id="BYOK never costs credits"),
        pytest.param(True, 2, None, 1, (True, True, 0, 10, 20), id="neo_credits for llm_cost"),
        pytest.param(True, 2, 0, 1, (True, True, 0, 10, 0), id="an llm_cost of zero is a cost"),
        pytest.param(True, 2, 3, None, (True, False, 0, 0, 30), id="BYOK without neo_cost"),
        pytest.param(True, None, None, 1, (True, False, 0, 10, 0), id="BYOK without a base amount"),
        pytest.param(None, 2, 3, None, (True, False, 0, 0, 30), id="llm_cost makes it BYOK"),
        pytest.param(None, 2, None, 1, (True, True, 0, 10, 20), id="neo_cost makes it BYOK"),
        pytest.param(None, 2, None, None, (False, True, 20, 0, 0), id="neither makes it plain"),
        pytest.param(None, 2, 0, 0, (False, True, 20, 0, 0), id="zeros do not make it BYOK"),
        pytest.param(False, 0, None, None, (False, True, 0, 0, 0), id="free is priced"),
        pytest.param(False, -1, None, None, (False, True, -10, 0, 0), id="money given back"),
    ],
)
def test_row_is_priced_by_its_kind(
    byok: bool | None, charged: Any, llm: Any, neo: Any, expected: tuple[bool, bool, int, int, int]
) -> None:
    record = _record(is_byok=byok, neo_credits=charged, llm_cost=llm, neo_cost=neo)
    money = (record.credits, record.neo_cost, record.llm_cost)
    assert expected[:2] == (record.byok, record.priced)
    assert [Money(usd * _USD) for usd in expected[2:]] == list(money)


def test_absent_fields_are_as_good_as_null() -> None:
    row = server.row()
    del row["is_byok"], row["neo_credits"], row["email"]
    record = _PRICING.record(page.row(row), "me")
    assert (False, False, Money(0), "me") == (
        record.byok,
        record.priced,
        record.credits,
        record.user,
    )


@pytest.mark.parametrize(
    ("unit", "rate", "expected"),
    [
        pytest.param(ByokUnit.CREDITS, "10", (15, 20), id="BYOK amounts are credits"),
        pytest.param(ByokUnit.USD, "10", (Decimal("1.5"), 2), id="BYOK amounts are USD"),
        pytest.param(ByokUnit.CREDITS, "9.5", (Decimal("14.25"), 19), id="a credit at 9.50 USD"),
    ],
)
def test_byok_amounts_are_read_in_their_unit(
    unit: ByokUnit, rate: str, expected: tuple[Decimal | int, Decimal | int]
) -> None:
    money = MoneySettings(usd_per_credit=Decimal(rate), byok_unit=unit)
    record = _record(pricing.Pricing.of("acme", money), is_byok=True, neo_cost=1.5, llm_cost=2)
    assert expected == (record.neo_cost.usd, record.llm_cost.usd)


@pytest.mark.parametrize(
    ("email", "expected"),
    [
        pytest.param(" Ana@Acme.TEST ", "ana@acme.test", id="lower case, no spaces"),
        pytest.param(None, "unknown", id="missing"),
        pytest.param("", "unknown", id="empty"),
        pytest.param("  ", "unknown", id="blank"),
    ],
)
def test_user_is_the_email_in_lower_case(email: str | None, expected: str) -> None:
    assert expected == _record(email=email).user


def test_solo_account_owns_rows_without_an_email() -> None:
    row = page.row(server.row(email=None))
    assert _PRICING.record(row, "solo@acme.test").user == "solo@acme.test"
    assert _PRICING.task(row, "solo@acme.test").user == "solo@acme.test"


def test_time_is_kept_in_utc_whatever_its_offset() -> None:
    at = _record(created_at="2026-03-01T01:30:00.123456789+02:00").at
    assert datetime(2026, 2, 28, 23, 30, 0, 123456, UTC) == at
    assert UTC == at.tzinfo


def test_breakdowns_are_sorted_and_their_nulls_are_zero() -> None:
    record = _record(
        tool_breakdown={"read": {"calls": 2}, "bash": {"calls": None, "total_duration_ms": 7}},
        agent_breakdown={"scan": 2, "recon": None},
    )
    assert (("bash", 0, 7), ("read", 2, 0)) == record.tools
    assert (("recon", 0), ("scan", 2)) == record.agents


def test_counts_and_times_are_taken_over() -> None:
    record = _record(total_execution_ms=9, llm_time_ms=5, tool_time_ms=None)
    assert (3, 2, 1) == (record.steps, record.tool_calls, record.agent_triggers)
    assert (9, 5, 0) == (record.execution_ms, record.llm_ms, record.tool_ms)


def test_error_message_is_masked_before_it_is_cut() -> None:
    message = _record(error_message="y" * 491 + " xoxb-1-2-3 " + "z" * 600).error
    assert message is not None
    assert len(message) == 500
    assert message.endswith(" xoxb-***")
    assert [None, None] == [_record(error_message=text).error for text in (None, "")]


def test_task_row_becomes_a_task() -> None:
    task = _task(task_title="t" * 400, status="blocked", stream_count=4, stream_id=None)
    assert ("task-1", "t" * 300, "blocked", 4) == (task.id, task.title, task.status, task.streams)
    assert Money(2_500_000_000) == task.spend
    assert ("", 1) == ((plain := _task(task_title=None)).title, plain.streams)
    assert _task(is_byok=True, neo_cost=0.1).spend == Money(_USD)


def test_task_row_can_stand_in_for_its_streams() -> None:
    record = _PRICING.task_record(page.row(server.row(stream_id=None)), "unknown")
    assert ("task:task-1", Money(2_500_000_000)) == (record.key, record.credits)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param({"neo_credits": 3, "llm_cost": 2, "neo_cost": 1}, (3, 1, 2), id="streams of both kinds"),
        pytest.param({"neo_credits": 2, "llm_cost": 2, "neo_cost": 1}, (0, 1, 2), id="the base amount twice"),
        pytest.param({"neo_credits": 2, "neo_cost": 1}, (0, 1, 2), id="the base amount as it was before"),
        pytest.param({"neo_credits": None, "llm_cost": 2, "neo_cost": 1}, (0, 1, 2), id="BYOK alone"),
    ],
)  # fmt: skip
def test_a_task_may_have_credits_beside_byok(
    fields: dict[str, int | None], expected: tuple[int, ...]
) -> None:
    row = page.row(server.row(stream_id=None, is_byok=True, **fields))
    record, task = _PRICING.task_record(row, "unknown"), _PRICING.task(row, "unknown")
    assert [Money.from_usd(10 * each) for each in expected] == [
        record.credits,
        record.neo_cost,
        record.llm_cost,
    ]
    assert record.spend == task.spend


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        pytest.param("1e-999999999", 0, id="next to nothing, without filling the memory"),
        pytest.param("-0.00000000005000000000000000000001", -1, id="just past a tie"),
        pytest.param("0.00000000005", 0, id="a tie"),
    ],
)
def test_decimal_is_rounded_once(amount: str, expected: int) -> None:
    assert Money(expected) == _PRICING.credit.money(Decimal(amount))


@pytest.mark.parametrize("amount", [0.00000000005, 1234567.0])
def test_float_that_could_mean_either_is_not_guessed(amount: float) -> None:
    with pytest.raises(pricing.InexactError):
        _PRICING.credit.money(amount)
