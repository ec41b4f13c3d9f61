"""What was told: each notification as a test compares it, taken from a sink that renders and keeps it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.notify.facts import AlertFacts
from bot.notify.figure import Figure
from bot.notify.notification import (
    AlertBody,
    Body,
    ChangesBody,
    Destination,
    Notification,
    Picture,
    Receipt,
    TableBody,
    Via,
)
from bot.slack import render, settings
from bot.webhook import payload

_SHOWN = frozenset({"text", "fallback", "title", "url"})
"""Where Slack's blocks hold words."""


@dataclass(frozen=True, slots=True)
class Told:
    """One notification. Of a table or of several changes, `value` is the sum where there is one.

    `text` is all that can be read in it; `headline` the one line that notifications show.
    """

    at: datetime
    to: str
    headline: str
    text: str
    rule: str = ""
    reason: str = ""
    severity: str = ""
    metric: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    value: Figure | None = None
    count: int = 1


class Recorder:
    """A sink that sends nothing: it renders what it is given as the real one would, and keeps it."""

    def __init__(self) -> None:
        self._told: list[Told] = []

    def take(self) -> list[Told]:
        """What was told since it was last asked."""
        told, self._told = self._told, []
        return told

    async def post(self, notification: Notification) -> Receipt:
        self._told.append(_told(notification))
        if notification.destination.via is Via.WEBHOOK:
            return Receipt()
        return notification.parent or Receipt(str(notification.destination), notification.id)

    async def edit(self, _destination: Destination, receipt: Receipt, body: Body) -> bool:
        """An edit tells nobody anything; it is rendered, so that one that cannot be is seen."""
        render.post(body, settings.COMMAND)
        return bool(receipt)

    async def find(self, _notification: Notification, _since: datetime) -> Receipt | None:
        return None

    async def attach(self, _receipt: Receipt, _picture: Picture) -> None:
        """Only digests have pictures, and rules are tested without them."""


def _told(letter: Notification) -> Told:
    headline, text = _rendered(letter)
    about = _about(letter.body)
    return Told(letter.created, letter.destination.receiver, headline, text, **about)


def _rendered(letter: Notification) -> tuple[str, str]:
    """The line for notifications, and all words, as the destination gets to see them."""
    draw = render.reply if letter.parent else render.post
    message = draw(letter.body, settings.COMMAND)
    if letter.destination.via is Via.WEBHOOK:
        return message.text, " ".join(_strings(payload.payload(letter)))
    return message.text, " ".join((message.text, *_words(message.blocks)))


def _about(body: Body) -> dict[str, Any]:
    match body:
        case AlertBody(alert):
            return _alert(alert)
        case TableBody(table):
            return {
                "rule": table.rule,
                "reason": str(table.rows[0].reason),
                "severity": str(table.severity),
                "metric": table.metric,
                "value": table.total,
                "count": table.count,
            }
        case ChangesBody(changes):
            first = {**_alert(changes.rows[0]), "count": changes.count}
            return first if changes.count == 1 else {**first, "labels": {}, "value": changes.total}
        case _:
            return {}


def _alert(alert: AlertFacts) -> dict[str, Any]:
    return {
        "rule": alert.rule,
        "reason": str(alert.reason),
        "severity": str(alert.severity or alert.peak),
        "metric": alert.metric,
        "labels": alert.labels,
        "value": alert.value,
    }


def _words(part: object) -> Iterator[str]:
    """The words in Slack's blocks, in their order."""
    match part:
        case dict():
            for key, value in part.items():
                if isinstance(value, str):
                    yield from (value,) if key in _SHOWN else ()
                else:
                    yield from _words(value)
        case list():
            for item in part:
                yield from _words(item)
        case _:
            return


def _strings(part: object) -> Iterator[str]:
    """Every word and number in JSON."""
    match part:
        case dict():
            for value in part.values():
                yield from _strings(value)
        case list():
            for item in part:
                yield from _strings(item)
        case None:
            return
        case _:
            yield str(part)
