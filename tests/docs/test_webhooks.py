"""docs/webhooks.md shows what is sent, names every key of it, and its example verifies the signature."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from bot.notify.notification import Body, Notification
from bot.webhook import alertmanager, payload, sink
from tests.docs import documents
from tests.slack import samples

DOCUMENT = "docs/webhooks.md"
BODY = '{"title": "Crawl für acme"}'.encode()
NOW = 1_772_543_160


def test_the_payloads_shown_are_those_that_are_sent() -> None:
    sent = documents.notification()
    assert [payload.payload(sent), alertmanager.message(sent)] == [
        json.loads(block.text) for block in documents.blocks("json")
    ]


def keys(value: object) -> set[str]:
    """Every key in a JSON value, but for those of labels."""
    if isinstance(value, list):
        return {key for item in value for key in keys(item)}
    if not isinstance(value, dict):
        return set()
    inner = {name: part for name, part in value.items() if name != "labels"}
    return {*value, *(key for part in inner.values() for key in keys(part))}


def notification(body: Body) -> Notification:
    return Notification(
        "n-0001",
        documents.notification().destination,
        body,
        None,
        broadcast=False,
        created=samples.at(13),
        attempted=None,
    )


@pytest.mark.parametrize("name", ["alert-critical", "table", "digest", "note"])
def test_every_key_of_the_generic_format_is_explained(name: str) -> None:
    named = set(documents.codes(documents.prose(DOCUMENT)))
    assert keys(payload.payload(notification(samples.POSTS[name]))) <= named


def test_every_key_of_changes_is_explained() -> None:
    named = set(documents.codes(documents.prose(DOCUMENT)))
    assert keys(payload.payload(notification(samples.REPLIES["reply-changes"]))) <= named


def genuine(monkeypatch: pytest.MonkeyPatch) -> Callable[[Mapping[str, str], bytes, str], bool]:
    """The function of the example, with the time at NOW."""
    [block] = documents.blocks("python")
    names: dict[str, Any] = {}
    exec(block.text, names)
    monkeypatch.setattr(names["time"], "time", lambda: NOW)
    found: Callable[[Mapping[str, str], bytes, str], bool] = names["is_genuine"]
    return found


def headers(timestamp: str) -> dict[str, str]:
    return {
        "X-Neo-Budget-Timestamp": timestamp,
        "X-Neo-Budget-Signature": sink.sign(BODY, "s3cret", timestamp),
    }


def test_the_example_takes_what_the_bot_signs(monkeypatch: pytest.MonkeyPatch) -> None:
    assert genuine(monkeypatch)(headers(str(NOW)), BODY, "s3cret")


@pytest.mark.parametrize(
    ("sent", "body", "secret"),
    [
        pytest.param(headers(str(NOW)), BODY + b" ", "s3cret", id="another body"),
        pytest.param(headers(str(NOW)), BODY, "other", id="another secret"),
        pytest.param(headers(str(NOW - 301)), BODY, "s3cret", id="an old one"),
        pytest.param(headers(str(NOW + 301)), BODY, "s3cret", id="one of the future"),
        pytest.param(
            {**headers(str(NOW - 301)), "X-Neo-Budget-Timestamp": str(NOW)},
            BODY,
            "s3cret",
            id="an old one made fresh",
        ),
        pytest.param(
            {**headers(str(NOW)), "X-Neo-Budget-Signature": "v1=é"}, BODY, "s3cret", id="nonsense"
        ),
        pytest.param({}, BODY, "s3cret", id="no headers"),
    ],
)
def test_the_example_refuses(
    monkeypatch: pytest.MonkeyPatch, sent: dict[str, str], body: bytes, secret: str
) -> None:
    assert not genuine(monkeypatch)(sent, body, secret)
