"""Whatever comes from Slack, or claims to: it is read, or it is nothing, and only what was signed counts."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.notify.answer import HelpAnswer
from bot.slack import buttons, command, press, signature, verbs
from bot.slack.command import Request
from tests.fuzz import damage

pytestmark = pytest.mark.fuzz

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SECRET = "shared"
STAMP = str(int(NOW.timestamp()))
PRESS: dict[str, Any] = {
    "type": "block_actions",
    "trigger_id": "1.2.abc",
    "team": {"id": "T0ACME"},
    "user": {"id": "U0ADA", "team_id": "T0ACME"},
    "container": {"message_ts": "1.2", "thread_ts": "1.1", "is_ephemeral": False},
    "message": {"thread_ts": "1.1"},
    "actions": [{"action_id": buttons.ACK, "value": "abc234defg"}],
    "response_url": "https://hooks.slack.com/actions/1",
}
_SAID = st.lists(
    st.sampled_from(
        [
            *verbs.VERBS,
            "me",
            "team",
            "<@U0ANA|ana>",
            "<mailto:ana@acme.test|ana@acme.test>",
            "2h",
            "until",
            "14:00",
            "—7d",
            "last",
            "week",
            "“top",
            "users”",
            "\u00a0",
            "user=*",
            "S1",
            "undo",
            "-1h",
            "999999999d",
            "0h",
            "<!channel>",
        ]
    )
    | st.text(max_size=8),
    max_size=8,
).map(" ".join)


@given(_SAID | st.text(max_size=60))
def test_whatever_is_typed_is_a_request_or_help_that_says_why(typed: str) -> None:
    found = command.parse(typed)
    assert isinstance(found, Request | HelpAnswer)
    if isinstance(found, Request):
        assert found.verb in verbs.VERBS


@given(damage.damaged(PRESS))
def test_a_press_is_one_of_ours_or_nothing(payload: Any) -> None:
    found = press.read(payload)
    if found is not None:
        assert buttons.VALUE.fullmatch(found.value)
        parsed = command.parse(found.form["text"])
        assert found.kept or isinstance(parsed, Request), found.form


@given(
    st.binary(max_size=40),
    st.text(max_size=12) | st.just(STAMP),
    st.text(max_size=70),
    st.binary(max_size=3),
)
def test_only_what_was_signed_counts(body: bytes, stamp: str, guess: str, more: bytes) -> None:
    right = signature.sign(body, SECRET, STAMP)
    headers = {"X-Slack-Request-Timestamp": STAMP, "X-Slack-Signature": right}
    assert signature.verify(headers, body, SECRET, NOW)
    for changed in (
        {**headers, "X-Slack-Request-Timestamp": stamp},
        {**headers, "X-Slack-Signature": guess},
        {**headers, "X-Slack-Signature": right[:-1]},
    ):
        assert (changed == headers) == signature.verify(changed, body, SECRET, NOW)
    assert (not more) == signature.verify(headers, body + more, SECRET, NOW)
