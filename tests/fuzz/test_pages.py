"""Whatever Neo sends: nothing crashes, bad rows are set aside, good rows are kept to the nano-dollar."""

import json
from contextlib import suppress
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.neo import page, pricing
from bot.neo.settings import MoneySettings
from rules.record import Record
from tests.fuzz import damage
from tests.neo import server

pytestmark = pytest.mark.fuzz

_RECORD = partial(pricing.Pricing.of("acme", MoneySettings()).record, owner="unknown")
_ROWS = [server.row(stream_id=f"stream-{number}", neo_credits=1.1 + number) for number in range(3)]
PAGE = {"data": _ROWS, "total": 3, "has_more": False}
BODY = json.dumps(PAGE)


def _records(body: bytes) -> dict[str, Record]:
    return {record.key: record for record in page.parse(body, _RECORD).records}


_SOUND = _records(BODY.encode())


@given(damage.damaged(PAGE["data"]))
def test_rows_that_were_not_touched_are_what_they_were(rows: list[Any]) -> None:
    found = page.parse(damage.written({**PAGE, "data": rows}), _RECORD)
    assert len(rows) == found.count == len(found.records) + len(found.rejected)
    same = {json.dumps(row) for row in rows}
    untouched = [_SOUND[str(row["stream_id"])] for row in _ROWS if json.dumps(row) in same]
    assert all(record in found.records for record in untouched)
    assert all(each.reason for each in found.rejected)


@given(damage.damaged(PAGE))
def test_a_damaged_page_is_read_to_its_last_row_or_refused(whole: Any) -> None:
    with suppress(ValueError):
        found = page.parse(damage.written(whole), _RECORD)
        assert len(whole["data"] or ()) == found.count


@given(damage.broken(BODY, st.text('{}[]",:\\\x00\ud800é019.eE-', max_size=6)))
def test_a_broken_body_is_read_or_refused_with_a_reason(text: str) -> None:
    refused = ""
    try:
        found = page.parse(text.encode("utf-8", "surrogatepass"), _RECORD)
    except ValueError as error:
        refused = str(error)
    else:
        assert found.count == len(found.keys)
    assert not refused or "JSON" in refused or "page" in refused
