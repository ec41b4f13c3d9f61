"""Signed requests with damage in them: no answer is a fault of ours, and the bot answers the next one."""

import itertools
import json
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz import damage
from tests.fuzz.test_requests import PRESS
from tests.web import requests

pytestmark = pytest.mark.fuzz

_COMMAND = {**requests.FORM, "response_url": "https://hooks.slack.com/commands/1", "text": "spend"}
_EVENT = {
    "type": "event_callback",
    "event_id": "Ev1",
    "team_id": "T0ACME",
    "api_app_id": requests.FORM["api_app_id"],
    "event": {"type": "app_mention", "user": "U0ADA", "text": "help"},
}
_PRESSED = {**PRESS, "api_app_id": requests.FORM["api_app_id"]}


def _form(fields: dict[str, Any]) -> bytes:
    return urlencode(
        {name: str(value) for name, value in fields.items()}, errors="replace"
    ).encode()


_NUMBERS = itertools.count()
_SENT = st.one_of(
    damage.damaged(_COMMAND).map(lambda sent: (requests.PATHS[0], _form(sent))),
    damage.damaged(_PRESSED).map(
        lambda sent: (requests.PATHS[1], _form({"payload": json.dumps(sent)}))
    ),
    damage.damaged(_EVENT).map(lambda sent: (requests.PATHS[2], damage.written(sent))),
)


@pytest.mark.slow
@settings(
    max_examples=settings().max_examples // 4,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(sent=st.lists(_SENT, min_size=10, max_size=20))
async def test_damage_is_no_fault_of_ours(
    bot: str, caplog: pytest.LogCaptureFixture, sent: list[tuple[str, bytes]]
) -> None:
    for path, body in sent:
        status, _ = await requests.send(bot, path, body, requests.sealed(body))
        assert status in (200, 401), body
    whole = requests.BODY + f"&trigger_id={next(_NUMBERS)}".encode()  # none is like another
    status, said = await requests.send(bot, requests.PATHS[0], whole, requests.sealed(whole))
    assert 200 == status
    assert said
    assert [] == [record.message for record in caplog.records if record.levelname == "ERROR"]
