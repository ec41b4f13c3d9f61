"""Numbers and times in words: bars, changes, spans in their own zone, moments in the reader's."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from bot.notify.facts import Stretch
from rules import metric
from rules.metric import Value
from rules.money import Money

CELLS = 10
FULL, EMPTY = "▰", "▱"
MOMENT, DATE = "{date_short_pretty} {time}", "{date_short}"
RISE = ", may still rise"
AS_FACTOR = 3  # from here on `4.2×` reads better than `+320%`
_DAY, _MINUTE = timedelta(days=1), timedelta(minutes=1)


def bar(part: Value, whole: Value) -> str:
    """`▰▰▰▰▱▱▱▱▱▱ 42%`: cells and percent are rounded down, so that only what is full looks full."""
    percent = percentage(part, whole)
    cells = min(CELLS, max(0, percent * CELLS // 100))
    return f"{FULL * cells}{EMPTY * (CELLS - cells)} {percent:,}%"


def percentage(part: Value, whole: Value) -> int:
    """`part` of `whole` in whole percent, rounded down; all of nothing is 100, nothing of nothing is 0."""
    size = metric.size(whole)
    if not size:
        return 100 if metric.size(part) > 0 else 0
    return int(Fraction(metric.size(part)) * 100 // Fraction(size))


def change(now: Money, before: Money) -> str:
    """`+12%`, `−40%`, `6.2×`, `new`, `same`."""
    if now == before:
        return "same"
    if before.nano <= 0:
        return "new"
    times = Fraction(now.nano, before.nano)
    if times >= AS_FACTOR:
        return f"{float(times):,.1f}×"
    percent = round((times - 1) * 100)
    if percent == 0:
        return "about the same"
    return f"+{percent}%" if percent > 0 else f"−{-percent}%"


def share(percent: Fraction) -> str:
    return f"{float(percent):.0f}%" if percent >= 1 or not percent else "<1%"


def number(count: int, one: str, many: str = "") -> str:
    """`1 task`, `1,204 tasks`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def more(left: int) -> str:
    """`+302 more`, or nothing."""
    return f"+{left:,} more" if left else ""


def lasting(start: datetime, end: datetime) -> str:
    """How long it was: `23m`, and only of less than a minute the seconds."""
    span = end - start
    return metric.duration_text(span - span % _MINUTE if span >= _MINUTE else span)


def left(span: timedelta) -> str:
    """`12 days left`; on the last day `9h 58m left`."""
    days = span // _DAY
    return f"{number(days, 'day')} left" if days else f"{metric.duration_text(span)} left"


def span(stretch: Stretch) -> str:
    """The ends of a stretch in its own zone: `Tue 3 Mar 2026`, `1 – 31 Mar 2026`, `Tue 3 Mar 08:05 – 14:05`."""
    zone = ZoneInfo(stretch.zone)
    start, end = stretch.start.astimezone(zone), stretch.end.astimezone(zone)
    if start.time() == end.time() == datetime.min.time() and end > start:
        return _days(start, end - _DAY)
    return f"{_minute(start)} – {end:%H:%M}" if start.date() == end.date() else _across(start, end)


def period(stretch: Stretch) -> str:
    """A stretch by its name, its ends and its zone."""
    ends, zone = span(stretch), stretch.zone.replace("_", " ")
    return f"{ends}, {zone}" if stretch.name in ends else f"{stretch.name}: {ends}, {zone}"


def named(stretch: Stretch) -> tuple[str, str]:
    """The two parts of a field: what the stretch is called, and its ends and its zone."""
    ends = f"{span(stretch)}, {stretch.zone.replace('_', ' ')}"
    return ("Period", ends) if stretch.name in ends else (_sentence_case(stretch.name), ends)


def _sentence_case(name: str) -> str:
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]


def _days(first: datetime, last: datetime) -> str:
    if first.date() == last.date():
        return day(first)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} – {last.day} {last:%b %Y}"
    if first.year == last.year:
        return f"{first.day} {first:%b} – {last.day} {last:%b %Y}"
    return f"{first.day} {first:%b %Y} – {last.day} {last:%b %Y}"


def _across(start: datetime, end: datetime) -> str:
    return f"{_minute(start)} – {_minute(end)}"


def day(at: datetime) -> str:
    return f"{at:%a} {at.day} {at:%b %Y}"


def _minute(at: datetime) -> str:
    return f"{at:%a} {at.day} {at:%b} {at:%H:%M}"


def utc(at: datetime) -> str:
    """What stands where the reader's own time cannot: `2026-03-03 13:05 UTC`."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def moment(at: datetime, form: str = MOMENT) -> str:
    """A moment in the reader's own time, in mrkdwn."""
    return f"<!date^{int(at.timestamp())}^{form}|{utc(at)}>"
