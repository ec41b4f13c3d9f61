"""A page is read whole, exactly, and a bad row costs only itself."""

import json
from decimal import Decimal
from fractions import Fraction
from functools import partial

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.neo import page, pricing
from bot.neo.settings import MoneySettings
from rules.money import Money
from rules.record import Record
from tests.neo import server

_PRICING = pricing.Pricing.of("acme", MoneySettings())
_RECORD = partial(_PRICING.record, owner="unknown")
_LARGEST = 10**6


def _read(text: str) -> page.Page[Record]:
    return page.parse(text.encode(), _RECORD)


def _with_credits(amount: str) -> str:
    """A page of one row whose amount stands in the JSON exactly as given."""
    return json.dumps(server.page(server.row(neo_credits="AMOUNT"))).replace('"AMOUNT"', amount)


_SIGNS = st.sampled_from(["", "-"])
_DIGITS = st.text("0123456789", min_size=1, max_size=40)


@st.composite
def _decimal_texts(draw: st.DrawFn) -> str:
    """Any decimal text of up to 40 digits, with and without an exponent."""
    digits = draw(_DIGITS)
    point = draw(st.integers(0, len(digits)))
    whole, rest = digits[:point].lstrip("0") or "0", digits[point:]
    exponent = draw(st.sampled_from(["", "e-3", "E2", "e-20", "e+5", "e-9"]))
    return draw(_SIGNS) + whole + (f".{rest}" if rest else "") + exponent


@st.composite
def _near_ties(draw: st.DrawFn) -> str:
    """Amounts in the middle of two nano-dollars, or off it by very little."""
    halves = 2 * draw(st.integers(0, 10**15)) + 1
    text = f"{Decimal(halves * 5).scaleb(-11):f}"
    return draw(_SIGNS) + text + draw(st.sampled_from(["", "0", "000001", "0" * 20 + "1"]))


@given(st.one_of(_decimal_texts(), _near_ties()))
@example("0.00000000005")
@example("0.00000000015")
@example("0.000000000049999999999999999999999")
@example("0.00000000005000000000000000000000001")
@example("123456.78901234565")
@example("1000000")
@example("999999.99999999995")
def test_amount_lands_on_the_nano_dollar_nearest_to_its_text(amount: str) -> None:
    exact = Fraction(Decimal(amount))
    read = _read(_with_credits(amount))
    if abs(exact) > _LARGEST:
        assert [len(read.records), len(read.rejected)] == [0, 1]
    else:
        assert [Money(round(exact * 10 * 10**9))] == [each.credits for each in read.records]


def test_tie_is_rounded_to_even() -> None:
    ties = ("0.00000000005", "0.00000000015", "0.00000000025")
    rounded = [_read(_with_credits(tie)).records[0].credits.nano for tie in ties]
    assert rounded == [0, 2, 2]


@pytest.mark.parametrize(
    ("amount", "reason"),
    [
        pytest.param("NaN", "neo_credits: Input should be a finite number", id="not a number"),
        pytest.param("-Infinity", "neo_credits: Input should be a finite number", id="infinity"),
        pytest.param("1e400", "neo_credits: Input should be a finite number", id="too large"),
        pytest.param("9" * 5000, "neo_credits: Input should be a finite number", id="5000 digits"),
        pytest.param("1e99999999999999999999", "finite", id="an exponent past all bounds"),
        pytest.param("1000000.00000000000000001", "not between", id="a hair too large"),
        pytest.param('"1.5"', "neo_credits: Input should be a valid number", id="text"),
        pytest.param("true", "neo_credits: Input should be a valid number", id="a truth value"),
    ],
)
def test_amount_that_is_no_number_rejects_its_row(amount: str, reason: str) -> None:
    read = _read(_with_credits(amount))
    assert read.records == []
    assert [True] == [reason in each.reason for each in read.rejected]


@pytest.mark.parametrize("amount", ["1e-999999999", "0e999999999", "1e-45", "0.0"])
def test_amount_next_to_nothing_is_nothing(amount: str) -> None:
    assert [Money(0)] == [each.credits for each in _read(_with_credits(amount)).records]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        pytest.param("text", "a row must be an object", id="not an object"),
        pytest.param(server.row(task_id=""), "task_id: String should have", id="an empty task id"),
        pytest.param(server.row(status=None), "status: Input should be a valid string", id="null"),
        pytest.param(server.row(step_count=-1), "step_count: Input should be greater", id="minus"),
        pytest.param(server.row(step_count=10**30), "step_count: ", id="a number past 64 bits"),
        pytest.param(server.row(created_at="yesterday"), "created_at: ", id="no date"),
        pytest.param(server.row(created_at="2026-03-01T10:00:00"), "timezone", id="no offset"),
        pytest.param(server.row(created_at="0001-01-01T00:00:00Z"), "created_at", id="year 1"),
        pytest.param(server.row(stream_id=None), "stream_id: a row of /usage/streams", id="no id"),
        pytest.param(server.row(tool_breakdown={"x": 1}), "tool_breakdown.x: ", id="tools"),
        pytest.param(server.row(task_id="\ud800"), "json_invalid|unexpected end", id="surrogate"),
    ],
)
def test_malformed_row_is_rejected_and_the_rest_is_kept(bad: object, reason: str) -> None:
    good = [server.row(stream_id="a"), server.row(stream_id="b", neo_credits=0.1)]
    read = _read(json.dumps(server.page(good[0], bad, good[1], total=9, has_more=True)))
    assert ["a", "b"] == [each.key for each in read.records]
    assert Money(1_000_000_000) == read.records[1].credits
    assert [True] == [
        any(part in each.reason for part in reason.split("|")) for each in read.rejected
    ]
    assert (3, 9, True) == (read.count, read.total, read.has_more)
    assert len(set(read.keys)) == 3


@pytest.mark.parametrize(
    ("bad", "key"),
    [
        pytest.param(server.row(stream_id="s-1", model=7), "s-1", id="a stream"),
        pytest.param(server.row(stream_id=None), "task:task-1", id="a task"),
        pytest.param(server.row(stream_id=7, task_id=7), "", id="neither"),
        pytest.param(server.row(stream_id="\ud800", model=7), "?", id="half a letter"),
        pytest.param(
            server.row(stream_id="neo_sk_" + "a1" * 16, model=7), "neo_sk_***", id="a secret"
        ),
        pytest.param([], "", id="no object"),
    ],
)
def test_rejected_row_says_which_it_is_of(bad: object, key: str) -> None:
    (rejected,) = _read(json.dumps(server.page(bad))).rejected
    assert key == rejected.key


def test_rejected_row_is_json_whatever_secrets_it_holds() -> None:
    says = 'password="hunter2"'
    bad = server.row(model=5, error_message=says, more=[{"api_key": "hunter3", says: "x"}])
    (rejected,) = _read(json.dumps(server.page(bad))).rejected
    kept = json.loads(rejected.row)
    assert ('password="***"', [{"api_key": "***", 'password="***"': "***"}]) == (
        kept["error_message"],
        kept["more"],
    )


def test_rejected_row_may_be_nested_as_deep_as_json_can_be_read() -> None:
    for depth in range(700, 1000):
        row = "[" * depth + "]" * depth
        body = f'{{"data": [{row}], "total": 1, "has_more": false}}'
        try:
            (rejected,) = _read(body).rejected
        except ValueError:
            break
        assert rejected.row.startswith(("[[[", "a row that is nested too deep"))
    else:
        pytest.fail("the reader of JSON is expected to give up")


def test_rejected_row_is_cut_and_keeps_no_secret() -> None:
    bad = server.row(model=5, error_message="neo_sk_abc " + "x" * 5000)
    rejected = _read(json.dumps(server.page(bad))).rejected[0]
    assert "neo_sk_***" in rejected.row
    assert len(rejected.row) == 2000


def test_reason_names_the_field_and_not_its_value() -> None:
    rejected = _read(json.dumps(server.page(server.row(email=["hunter2"])))).rejected[0]
    assert rejected.reason == "email: Input should be a valid string"


def test_unknown_fields_and_statuses_are_no_fault() -> None:
    row = server.row(status="paused", brand_new={"x": [1.5]}, tool_call_history=[{"odd": None}])
    read = _read(json.dumps(server.page(row) | {"next": "abc"}))
    assert ["paused"] == [each.status for each in read.records]
    assert read.rejected == []


def test_whole_number_may_be_written_with_a_point() -> None:
    text = json.dumps(server.page(server.row(step_count="N"))).replace('"N"', "12.0")
    assert [12] == [each.steps for each in _read(text).records]


def test_broken_character_is_no_reason_to_lose_money() -> None:
    text = json.dumps(server.page(server.row(model="MODEL"))).encode()
    read = page.parse(text.replace(b"MODEL", b"son\xffnet"), _RECORD)
    assert ["son\ufffdnet"] == [each.model for each in read.records]


def test_empty_list_may_come_as_null() -> None:
    assert (0, 7) == (
        (read := _read('{"data": null, "total": 7, "has_more": false}')).count,
        read.total,
    )


def test_null_list_is_read_the_careful_way_too() -> None:
    read = _read('{"data": null, "total": 7, "has_more": false, "title": "\\ud800"}')
    assert (0, 7) == (read.count, read.total)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        pytest.param('{"data": [', "not JSON at character 10; it has 10 bytes", id="cut short"),
        pytest.param("<html>", "not JSON", id="a web page"),
        pytest.param("", "not JSON", id="nothing"),
        pytest.param("[" * 100_000, "not JSON", id="endless nesting"),
        pytest.param("[]", "not a page", id="a bare list"),
        pytest.param('{"error": "x"}', "not a page", id="another object"),
        pytest.param('{"data": {}, "total": 0, "has_more": false}', "not a page", id="no list"),
        pytest.param('{"data": [], "total": "0", "has_more": false}', "not a page", id="no total"),
        pytest.param('{"data": [], "total": 0}', "not a page", id="no has_more"),
    ],
)
def test_body_that_is_no_page_is_a_fault(body: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        _read(body)
