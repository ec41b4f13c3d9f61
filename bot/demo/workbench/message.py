"""What is said in a channel: messages, their files, and drafts of them."""

from dataclasses import dataclass, field
from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class File:
    """An uploaded file, whole."""

    id: str
    name: str
    title: str
    mimetype: str
    content: bytes = field(repr=False)
    alt_text: str = ""


@dataclass(frozen=True, slots=True)
class Edit:
    """Who changed a message last, and when."""

    user: str
    ts: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A message that has no `ts` yet."""

    channel: str
    user: str
    text: str
    blocks: list[Json] = field(default_factory=list)
    thread_ts: str | None = None
    broadcast: bool = False
    metadata: Json | None = None
    files: tuple[File, ...] = ()
    only_for: str | None = None  # set: ephemeral


@dataclass(frozen=True, slots=True)
class Message:
    """One version of a message; `ts` names it within its channel for ever."""

    channel: str
    ts: str
    user: str
    text: str
    blocks: list[Json] = field(default_factory=list)
    thread_ts: str | None = None
    broadcast: bool = False
    metadata: Json | None = None
    files: tuple[File, ...] = ()
    only_for: str | None = None
    edited: Edit | None = None

    @property
    def is_reply(self) -> bool:
        return self.thread_ts is not None and self.thread_ts != self.ts

    @property
    def is_ephemeral(self) -> bool:
        return self.only_for is not None
