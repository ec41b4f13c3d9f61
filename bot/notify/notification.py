"""One message to one destination, and where destinations lie."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, TypeAdapter

from bot.notify.facts import AlertFacts, ChangesFacts, DigestFacts, TableFacts
from bot.notify.unreachable import Unreachable


class Via(StrEnum):
    """The kind of sink that a destination needs."""

    SLACK = "slack"
    DM = "dm"
    WEBHOOK = "webhook"


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a notification goes. `address` is a channel name or id, a person's email for a DM, or a webhook's name.

    Written `finops>slack:#neo-spend`; this text is its identity.
    """

    receiver: str
    via: Via
    address: str

    def __str__(self) -> str:
        return f"{self.receiver}>{self.via}:{self.address}"

    @property
    def shown(self) -> str:
        """The receiver's name, and where that is if it says more: `finops (#neo-spend)`."""
        return (
            self.receiver if self.receiver == self.address else f"{self.receiver} ({self.address})"
        )

    @classmethod
    def parse(cls, text: str) -> "Destination":
        receiver, _, rest = text.partition(">")
        via, _, address = rest.partition(":")
        return cls(receiver, Via(via), address)


@dataclass(frozen=True, slots=True)
class AlertBody:
    """One alert: posted, or replied to its own message."""

    alert: AlertFacts
    kind: Literal["alert"] = "alert"


@dataclass(frozen=True, slots=True)
class TableBody:
    """Many alerts of one rule."""

    table: TableFacts
    kind: Literal["table"] = "table"


@dataclass(frozen=True, slots=True)
class ChangesBody:
    """What became of many alerts: a reply to their table, or a post where each has a message of its own."""

    changes: ChangesFacts
    kind: Literal["changes"] = "changes"


@dataclass(frozen=True, slots=True)
class DigestBody:
    """A digest."""

    digest: DigestFacts
    kind: Literal["digest"] = "digest"


@dataclass(frozen=True, slots=True)
class NoteBody:
    """Plain words from the bot about itself: an undeliverable message, a skipped digest.

    `unreachable` is whom they are about where they only say who cannot be reached.
    """

    text: str
    unreachable: Unreachable | None = None
    kind: Literal["note"] = "note"


Body = Annotated[
    AlertBody | TableBody | ChangesBody | DigestBody | NoteBody, Field(discriminator="kind")
]

_BODY: TypeAdapter[Body] = TypeAdapter(Body, config=ConfigDict(defer_build=True))
"""Built when it is first used, which takes longer than all else that starting needs of this module."""


def body_json(body: Body) -> str:
    return _BODY.dump_json(body).decode()


def body_of(json: str) -> Body:
    return _BODY.validate_json(json)


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG for the thread of a message; `alt` says in words what can be seen."""

    name: str
    title: str
    alt: str
    png: bytes


@dataclass(frozen=True, slots=True)
class Receipt:
    """Where a sink put a message: Slack's channel id and ts; empty for webhooks."""

    channel: str = ""
    ts: str = ""


@dataclass(frozen=True, slots=True)
class Notification:
    """One message that is to be delivered.

    `id` goes along as Slack metadata and as a webhook's Idempotency-Key. `parent` is set for a reply: the message whose
    thread it belongs to. `attempted` is when it was last tried, if it was. `late` is how long it could not be delivered, where
    that is worth saying. `about` is the same for the same news, whenever that was decided; where it is `wary`, a message that
    is about the same is taken for it when it is looked for.
    """

    id: str
    destination: Destination
    body: Body
    parent: Receipt | None
    broadcast: bool
    created: datetime
    attempted: datetime | None
    late: timedelta = timedelta(0)
    about: str = ""
    wary: bool = False


class SinkError(Exception):
    """A sink could not deliver.

    `retryable`: trying again may help, after `retry_after` seconds when that is known. `unsure`: the message may have
    arrived all the same (a lost reply), so it must be looked for before it is sent again. `afresh`: what it belongs to is
    gone or closed, and its message is posted anew instead.
    """

    def __init__(
        self,
        message: str,
        *,
        retryable: bool,
        retry_after: float | None = None,
        unsure: bool = False,
        afresh: bool = False,
    ) -> None:
        super().__init__(message)
        self.retryable = retryable
        self.retry_after = retry_after
        self.unsure = unsure
        self.afresh = afresh
