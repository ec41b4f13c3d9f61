import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.notify import notification
from bot.notify.notification import Body, Destination, NoteBody, SinkError, Via
from tests.slack import samples

BODIES = {**samples.POSTS, **samples.REPLIES}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_body_comes_back_from_json_as_it_was(body: Body) -> None:
    assert body == notification.body_of(notification.body_json(body))


def test_a_note_of_before_it_knew_whom_it_is_about_is_read() -> None:
    assert NoteBody("words") == notification.body_of('{"text": "words", "kind": "note"}')


def test_every_kind_of_body_is_tried() -> None:
    kinds = {json.loads(notification.body_json(body))["kind"] for body in BODIES.values()}
    assert {"alert", "table", "changes", "digest", "note"} == kinds


def test_a_destination_is_written_with_its_receiver() -> None:
    finops = Destination("finops", Via.SLACK, "#neo-spend")
    assert "finops>slack:#neo-spend" == str(finops)


@given(st.from_regex(r"[a-z0-9_-]+", fullmatch=True), st.sampled_from(Via), st.text())
def test_a_destination_comes_back_from_its_text(receiver: str, via: Via, address: str) -> None:
    place = Destination(receiver, via, address)
    assert place == Destination.parse(str(place))


def test_a_sink_says_whether_trying_again_helps() -> None:
    plain = SinkError("channel_not_found", retryable=False)
    assert ("channel_not_found", False, None, False) == (
        str(plain),
        plain.retryable,
        plain.retry_after,
        plain.unsure,
    )
    busy = SinkError("ratelimited", retryable=True, retry_after=30.0, unsure=True)
    assert (True, 30.0, True) == (busy.retryable, busy.retry_after, busy.unsure)
