"""Times on a terminal, in the zone that they are asked in."""

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.notify.facts import Stretch


def shown(at: datetime, zone: str) -> str:
    """`2026-11-22 09:15`."""
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"


def day(at: datetime, zone: str) -> str:
    """`2026-11-22`, the local date."""
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d}"


def as_of(at: datetime | None, zone: str) -> str:
    """How fresh figures are."""
    return "no complete poll yet" if at is None else f"usage as of {shown(at, zone)}"


def stretch(period: Stretch) -> str:
    """A period by name, ends and zone: `today: 2026-11-22 00:00 to 2026-11-23 00:00, UTC`."""
    start, end = shown(period.start, period.zone), shown(period.end, period.zone)
    return f"{period.name}: {start} to {end}, {period.zone}"
