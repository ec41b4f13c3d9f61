"""A moment by somebody's clock."""

from datetime import datetime
from zoneinfo import ZoneInfo


def shown(at: datetime, zone: ZoneInfo) -> str:
    """By the clock of whoever meant it: `Tue 3 Mar 2026 14:00, Europe/Berlin`."""
    local = at.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b %Y %H:%M}, {zone.key}"
