"""Moments of a test: so long after its start, or a local date and time."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from rules import metric, quantity, reading

_FORMS = ("%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d")

_YEARS = range(2000, 2101)


@dataclass(frozen=True, slots=True)
class Origin:
    """What moments are counted from, and the zone of local times."""

    start: datetime
    zone: ZoneInfo

    def moment(self, when: "When") -> datetime:
        if isinstance(when, timedelta):
            return self.start + when
        return local(when, self.zone)

    def shown(self, at: datetime) -> str:
        """`10m (2026-11-18 09:10)`."""
        return (
            f"{metric.duration_text(at - self.start)} ({at.astimezone(self.zone):%Y-%m-%d %H:%M})"
        )


When = timedelta | datetime
"""A span since the start, or a local time, which knows no zone yet."""


def read(value: object) -> When:
    """Reads `10m`, `-28d`, `0` or `2026-11-18 09:10`."""
    text = reading.scalar(value).strip()
    if text == "0":
        return timedelta(0)
    if text.startswith("-"):
        return -quantity.duration(text[1:])
    try:
        return quantity.duration(text)
    except ValueError:
        return read_local(text)


def read_local(value: object) -> datetime:
    """Reads `2026-11-18 09:10`, or the beginning of a day as `2026-11-18`."""
    text = reading.scalar(value).strip()
    for form in _FORMS:
        try:
            at = datetime.strptime(text, form)  # noqa: DTZ007 - the zone stands elsewhere in the file
        except ValueError:
            continue
        if at.year in _YEARS:
            return at
    raise ValueError(f'"{text}" is not a time, such as 10m after the start, or 2026-11-18 09:10')


def local(at: datetime, zone: ZoneInfo) -> datetime:
    """The moment of a local time; of one that comes twice, the first."""
    return at.replace(tzinfo=zone).astimezone(UTC)
