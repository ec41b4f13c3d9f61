"""Who acts, when, and under which rules."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.answers.who import Asker
from bot.notify import moment
from bot.notify.acted import Acted
from bot.notify.answer import Refusal
from bot.store import audit
from bot.store.connection import Connection
from rules.rule import Rule

Deed = Callable[[Connection, datetime], Acted | Refusal]
"""An act that only waits for its transaction and its moment."""


@dataclass(frozen=True, slots=True)
class Acting:
    """`id` is the actor's in Slack, `zone` the one that they mean clock words in; `rules` are those in force at `now`."""

    id: str
    asker: Asker
    zone: ZoneInfo
    rules: Sequence[Rule]
    now: datetime

    @property
    def name(self) -> str:
        """What the actor is called wherever the act is shown."""
        return self.asker.email or self.id

    def clock(self, at: datetime) -> str:
        """A moment as the actor's clock shows it."""
        return moment.shown(at, self.zone)

    def rule(self, name: str) -> Rule | None:
        return next((rule for rule in self.rules if rule.name == name), None)

    def write_down(self, db: Connection, action: str, detail: str) -> None:
        """The one line of audit that an act leaves."""
        audit.add(db, self.now, self.id, action, detail)
