"""Silences: who muted which alerts until when, and why; and how people write when one ends."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from rules import labels, quantity, reading, selection, window
from rules.alert import Alert
from rules.labels import Label, Selector

LONGEST = timedelta(days=90)
"""What is muted longer than this is a rule that should be changed."""

_EXPECTED = "expected how long, such as `2h`, `until 14:00` or `until period ends`"


@dataclass(frozen=True, slots=True)
class Silence:
    """Mutes the alerts that fit all of `rule` (a glob), `match` (labels with globs) and `alert` (an id, empty for any).

    It holds from `starts` to before `ends`. `id` is 0 until it is kept.
    """

    id: int
    starts: datetime
    ends: datetime
    author: str
    reason: str
    rule: str = "*"
    match: Selector = labels.EVERYTHING
    alert: str = ""

    @property
    def name(self) -> str:
        """What people call it: `S3`."""
        return f"S{self.id}"

    def holds(self, at: datetime) -> bool:
        """Whether it lasts at `at`."""
        return self.starts <= at < self.ends

    def mutes(self, alert: Alert, at: datetime, about: Mapping[str, str] | None = None) -> bool:
        """Whether it holds at `at` and the alert fits."""
        return self.holds(at) and self.fits(alert, about)

    def fits(self, alert: Alert, about: Mapping[str, str] | None = None) -> bool:
        """Whether it is about the alert, at whatever time. A label that the alert does not have fits nothing.

        `about` are those of its series and the one person that it is about, where that is known.
        """
        series = alert.series
        known = about or series.labels
        named = {Label(name): value for name, value in known.items()}
        return (
            self.alert in ("", alert.id)
            and labels.glob_matches(self.rule, series.rule)
            and all(label in named for label, _ in self.match.patterns)
            and self.match.matches(named)
        )

    @property
    def target(self) -> str:
        """What it mutes, as people write it: `rule=user-* user=ana@acme.test`."""
        parts = [
            f"alert={self.alert}" if self.alert else "",
            f"rule={self.rule}" if self.rule != "*" else "",
            str(self.match),
        ]
        return " ".join(part for part in parts if part) or "everything"


def muting(
    silences: Iterable[Silence], alert: Alert, at: datetime, named: Mapping[str, str] | None = None
) -> Silence | None:
    """The silence that mutes an alert for longest, if one does; `named` are its labels, as `fits` takes them."""
    found = [silence for silence in silences if silence.mutes(alert, at, named)]
    return max(found, key=lambda silence: (silence.ends, silence.id), default=None)


def selector(patterns: Iterable[tuple[Label, str]]) -> Selector:
    """`[(user, "*@acme.test")]` as what a silence matches."""
    return selection.patterns({str(label): glob for label, glob in patterns})


def end(words: str, now: datetime, zone: ZoneInfo, period_end: datetime | None) -> datetime:
    """When a silence ends that is asked for at `now` as `2h`, `until 14:00` or `until period ends`, in UTC.

    Clock words are meant in `zone`; `period_end` is where the period ends that what is muted lives in, if it is one.
    Raises ValueError that says what was expected.
    """
    text = " ".join(words.lower().split()).removeprefix("for ")
    if text in ("until period ends", "until the period ends"):
        if period_end is None or period_end <= now:
            raise ValueError("there is no one period that ends: say how long, or until what time")
        return period_end
    if text.startswith("until "):
        return _next(text.removeprefix("until ").strip(), now, zone)
    try:
        length = quantity.duration(text)
    except ValueError:
        raise ValueError(f'"{words}" is not how long a silence lasts; {_EXPECTED}') from None
    if not timedelta(0) < length <= LONGEST:
        raise ValueError(f"a silence lasts longer than nothing and at most {LONGEST.days} days")
    return now + length


def _next(text: str, now: datetime, zone: ZoneInfo) -> datetime:
    """The next time that the clock shows `text`."""
    try:
        clock = reading.clock_time(text)
    except ValueError:
        raise ValueError(f'"until {text}" is not when a silence ends; {_EXPECTED}') from None
    today = window.local_date(zone, now)
    moments = (
        datetime.combine(today + timedelta(days=ahead), clock, tzinfo=zone).astimezone(UTC)
        for ahead in range(3)
    )
    return next(moment for moment in moments if moment > now)
