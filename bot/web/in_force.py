"""What answers need from the configuration, as it is in force at the moment of asking."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.answers.status import Running
from bot.notify.quiet import Quiet
from rules import window
from rules.rule import Rule
from rules.window import Period


@dataclass(frozen=True, slots=True)
class InForce:
    """`faults` are those of a rules file that was refused; `default` names the receivers of rules that name none.

    `zone` is the one in which windows begin and end. A source is stale after `stale_after` without a complete poll.
    A period's figure is final `settle` after its end. `judged` is when this process last judged the rules.
    While it is `quiet` nothing is told. `backup_error` is why there is no backup of today, if one was tried.
    """

    version: str
    zone: ZoneInfo
    sources: Sequence[str]
    stale_after: timedelta
    rules: Sequence[Rule] = ()
    faults: Sequence[object] = ()
    default: Sequence[str] = ()
    digests: Mapping[str, Period] | None = None
    settle: timedelta = timedelta(0)
    judged: datetime | None = None
    quiet: Quiet | None = None
    backup_error: str = ""

    @property
    def running(self) -> Running:
        return Running(
            self.version,
            self.zone,
            self.sources,
            len(self.rules),
            self.stale_after,
            self.faults,
            self.judged,
            by_plan=any(window.is_by_plan(rule.window) for rule in self.rules),
            backup_error=self.backup_error,
        )
