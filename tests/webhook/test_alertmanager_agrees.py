"""Our payload for Alertmanager's receivers is what a real Alertmanager sends for the same alerts, but for what is named here.

`python -m tests.webhook.capture` captures it anew.
"""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from bot.notify.notification import Body
from tests.house import tree
from tests.webhook import capture

CAPTURED = json.loads(tree.text(capture.CAPTURED))

DIFFERS = {
    "externalURL": "Alertmanager's is the address of its page; the bot has no page, so ours is empty",
    "alerts.fingerprint": "ours leaves the label severity out: a warning that gets critical is the same alert",
}
"""Fields whose values are not those of Alertmanager, and why; they are of the same type and form all the same."""

TIMES = ("startsAt", "endsAt")
FORMS = {
    # Go's RFC3339Nano in UTC.
    "startsAt": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z",
    "endsAt": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z",
    "fingerprint": r"[0-9a-f]{16}",
    "groupKey": r"\{\}:\{.*\}",
    "status": "firing|resolved",
    "version": "4",
}


def real(name: str) -> dict[str, Any]:
    found: dict[str, Any] = CAPTURED["captured"][name]
    return found


def fields(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value of a payload with its path, those of alerts one after the other, in the order of their labels."""
    if isinstance(value, dict):
        for name in sorted(value):
            yield from fields(value[name], f"{path}.{name}".lstrip("."))
    elif isinstance(value, list):
        for each in sorted(value, key=lambda alert: json.dumps(alert["labels"], sort_keys=True)):
            yield from fields(each, path)
    else:
        yield path, value


def meant(path: str, value: Any) -> Any:
    """The moment that a time says: Go writes as many digits of a second as it needs, we write six or none."""
    is_time = path.rpartition(".")[2] in TIMES
    return datetime.fromisoformat(value) if is_time else value


@pytest.mark.parametrize(("name", "body"), capture.CASES.items(), ids=capture.CASES)
def test_every_field_is_what_alertmanager_sends(name: str, body: Body) -> None:
    theirs = list(fields(real(name)["body"]))
    ours = list(fields(json.loads(json.dumps(capture.ours(body)))))
    assert [path for path, _ in theirs] == [path for path, _ in ours]
    assert [type(value) for _, value in theirs] == [type(value) for _, value in ours]
    differing = {
        path
        for (path, value), (_, own) in zip(theirs, ours, strict=True)
        if meant(path, value) != meant(path, own)
    }
    assert set(DIFFERS) == differing


@pytest.mark.parametrize("name", capture.CASES)
def test_every_form_is_that_of_alertmanager(name: str) -> None:
    for payload in (real(name)["body"], capture.ours(capture.CASES[name])):
        for path, value in fields(payload):
            form = FORMS.get(path.rpartition(".")[2])
            assert form is None or re.fullmatch(form, value), (path, value)


def test_it_is_posted_as_alertmanager_posts_it() -> None:
    sent = {(each["method"], each["content_type"]) for each in CAPTURED["captured"].values()}
    assert {("POST", "application/json")} == sent


def test_the_capture_says_which_alertmanager_it_is_from() -> None:
    assert re.match(r"alertmanager, version \d+\.\d+", CAPTURED["version"])
    assert list(capture.CASES) == list(CAPTURED["captured"])
