"""What the configuration says about speaking: to whom by default, and when not."""

from datetime import time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from bot.notify.outgoing import Outgoing
from bot.notify.quiet import Quiet
from rules import quantity, reading, terms
from rules.terms import Severity

_CONFIG = ConfigDict(frozen=True, extra="forbid", defer_build=True)


def _hours(value: object) -> tuple[time, time]:
    start, dash, end = str(value).partition("-")
    if not dash:
        raise ValueError(f'"{value}" is not a span of hours, such as "22:00-06:00"')
    hours = reading.clock_time(start), reading.clock_time(end)
    if hours[0] == hours[1]:
        raise ValueError("the hours begin and end at the same time; leave them out for whole days")
    return hours


class QuietSettings(BaseModel):
    """When messages wait: on whole `days` (Monday is 0) and in `hours` of every day, but for some severities."""

    model_config = _CONFIG

    days: tuple[Annotated[int, BeforeValidator(reading.weekday)], ...] = ()
    hours: Annotated[tuple[time, time], BeforeValidator(_hours)] | None = None
    except_: tuple[Annotated[Severity, BeforeValidator(terms.severity)], ...] = Field(
        default=(), alias="except"
    )

    def in_zone(self, zone: ZoneInfo) -> Quiet:
        return Quiet(zone, frozenset(self.days), self.hours, frozenset(self.except_))


class HeartbeatSettings(Outgoing):
    """A page that is asked for as long as the bot is well."""

    EXAMPLE = "https://hc.acme.test/ping/1"

    every: Annotated[
        timedelta, BeforeValidator(quantity.duration), Field(ge=timedelta(seconds=1))
    ] = timedelta(minutes=5)


class NotifySettings(BaseModel):
    """The section `notify`; names are those of receivers."""

    model_config = _CONFIG

    default: tuple[str, ...] = ()
    fallback: str | None = None
    quiet: QuietSettings | None = None
    heartbeat: HeartbeatSettings | None = None

    def quiet_in(self, zone: ZoneInfo) -> Quiet | None:
        return self.quiet.in_zone(zone) if self.quiet else None
