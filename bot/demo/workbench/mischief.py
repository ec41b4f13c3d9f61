"""What goes wrong on purpose: a plan of effects, asked at every API call.

plan.add("chat.postMessage", DropReply())                      # the message is there, the answer is not
plan.add("*", RateLimited(30), times=3)
plan.add("chat.update", Refuse("edit_window_closed"), when=lambda sent: sent["ts"] == ts)
plan.lag = 2                                                    # history shows a message at the third look
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from bot.demo.workbench.message import Message

ALWAYS = 1_000_000


@dataclass(frozen=True, slots=True)
class Refuse:
    """`ok: false` with this error; nothing is done."""

    error: str


@dataclass(frozen=True, slots=True)
class RateLimited:
    """HTTP 429 with this `Retry-After`, as written."""

    retry_after: int | str = 1


@dataclass(frozen=True, slots=True)
class Broken:
    """An HTTP error with a body that is no JSON."""

    status: int = 503


@dataclass(frozen=True, slots=True)
class DropCall:
    """The connection breaks before anything is done."""


@dataclass(frozen=True, slots=True)
class DropReply:
    """The call is done; then the connection breaks."""


@dataclass(frozen=True, slots=True)
class Slow:
    """The answer begins after so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Hold:
    """The answer begins when the test says so: `hold.release.set()`."""

    release: asyncio.Event = field(default_factory=asyncio.Event)


Effect: TypeAlias = Refuse | RateLimited | Broken | DropCall | DropReply | Slow | Hold
Sent: TypeAlias = Mapping[str, object]


@dataclass(slots=True)
class Rule:
    """Effects for the next `left` calls that match."""

    method: str
    effects: tuple[Effect, ...]
    left: int
    when: Callable[[Sent], bool]

    def matches(self, method: str, sent: Sent) -> bool:
        return self.left > 0 and self.method in ("*", method) and self.when(sent)


class Mischief:
    """The plan. The first rule that matches a call is used up once, with all its effects in order."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []
        self.lag = 0
        self._looks: dict[tuple[str, str], int] = {}

    def add(
        self,
        method: str,
        *effects: Effect,
        times: int = 1,
        when: Callable[[Sent], bool] = lambda _sent: True,
    ) -> None:
        """Plan effects for the next `times` calls of a method (`*`: any) whose arguments satisfy `when`."""
        self.rules.append(Rule(method, effects, times, when))

    def clear(self) -> None:
        self.rules.clear()
        self.lag = 0

    def take(self, method: str, sent: Sent) -> tuple[Effect, ...]:
        for rule in self.rules:
            if rule.matches(method, sent):
                rule.left -= 1
                return rule.effects
        return ()

    def seen(self, messages: Iterable[Message]) -> list[Message]:
        """Leave out what a lagging history does not show yet; every look brings it nearer."""
        shown = []
        for message in messages:
            key = (message.channel, message.ts)
            self._looks[key] = looks = self._looks.get(key, 0) + 1
            if looks > self.lag:
                shown.append(message)
        return shown
