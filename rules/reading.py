"""Reads the fields of a rule from text: what each key may say, and the nearest word when it says something else."""

import re
import zoneinfo
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from decimal import Decimal
from difflib import get_close_matches
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import ValidationInfo

from rules import quantity
from rules.labels import Label
from rules.metric import METRICS, Metric, Unit, size
from rules.quantity import Amount
from rules.window import Every, Period, Rolling, Window

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WHOLE_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_ALL = 100
_SLUG = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Defaults:
    """What a rule falls back to; comes from the configuration. `credit_anchor` is a turn of the credit month."""

    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    usd_per_credit: Decimal = Decimal(10)
    credit_anchor: datetime | None = None


@dataclass(slots=True)
class Reading:
    """The rule being read: later fields are checked against what earlier ones said. None is "not valid"."""

    defaults: Defaults
    metric: Metric | None = None
    grouped: tuple[Label, ...] = tuple(Label)
    rule_has_budget: bool = False
    has_budget: bool = False


def of(info: ValidationInfo) -> Reading:
    """The reading that a validation runs under."""
    if not isinstance(info.context, Reading):
        raise TypeError("rules are validated with a Reading as context")
    return info.context


def nearest(word: str, known: Iterable[str]) -> str:
    """`; did you mean "week"?` when one known word is close, in any case, else the empty string."""
    written = {each.lower(): each for each in known}
    close = get_close_matches(word.lower(), list(written), n=1, cutoff=0.6)
    return f'; did you mean "{written[close[0]]}"?' if close else ""


def choice(word: str, known: Iterable[str], what: str) -> str:
    """`word` if it is one of `known`, in any case; ValueError naming the nearest if not."""
    known = list(known)
    if word.strip().lower() in known:
        return word.strip().lower()
    raise ValueError(
        f'"{word}" is not {what}{nearest(word, known) or "; expected one of " + ", ".join(known)}'
    )


def slug(text: str) -> str:
    if not _SLUG.fullmatch(text):
        raise ValueError(
            f'"{text}" is not a name: use lower-case letters, digits and single hyphens, such as user-daily-spend'
        )
    return text


def pause(length: timedelta) -> timedelta:
    """How long a repeat waits: what is said every minute is read by nobody."""
    if length < timedelta(minutes=1):
        raise ValueError("a repeat waits for a minute or longer, such as 4h")
    return length


def truth(value: object) -> bool:
    """`true` or `false`, and nothing else that YAML dialects take for them."""
    if value is True or value == "true":
        return True
    if value is False or value == "false":
        return False
    raise ValueError(f'"{value}" is not true or false')


def metric(word: object, info: ValidationInfo) -> Metric:
    found = METRICS[choice(scalar(word), METRICS, "a metric")]
    of(info).metric = found
    return found


def receivers(names: tuple[str, ...]) -> tuple[str, ...]:
    """Nobody is no receiver: a rule that nobody hears of is a slip."""
    if not names:
        raise ValueError("name at least one receiver, or leave it out")
    return names


def zone(name: object) -> ZoneInfo:
    try:
        return ZoneInfo(scalar(name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        close = nearest(str(name), zoneinfo.available_timezones())
        raise ValueError(
            f'"{name}" is not a time zone{close or ", such as Europe/Berlin or UTC"}'
        ) from None


def weekday(word: object) -> int:
    """Reads `mon` or `monday`; Monday is 0."""
    text = scalar(word).strip().lower()
    if text in _WHOLE_WEEKDAYS:
        return _WHOLE_WEEKDAYS.index(text)
    return WEEKDAYS.index(choice(text, WEEKDAYS, "a day of the week"))


def clock_time(text: object) -> time:
    """Reads `09:00`, to the minute."""
    match = _CLOCK.fullmatch(scalar(text).strip())
    if match is None:
        raise ValueError(f'"{text}" is not a time of day, such as 09:00')
    return time(int(match[1]), int(match[2]))


def window(
    text: object, zone_: ZoneInfo, week_starts: int, month_starts: int, anchor: datetime | None
) -> Window:
    """A calendar period by name, or a rolling duration."""
    word = scalar(text).strip().lower()
    if word in list(Every):
        return Period(
            Every(word),
            zone_,
            week_starts,
            month_starts,
            anchor if word == Every.CREDIT_MONTH else None,
        )
    try:
        length = quantity.duration(word)
    except ValueError:
        names = [every.value for every in Every]
        raise ValueError(
            f'"{text}" is not a window'
            + (nearest(word, names) or f"; expected {', '.join(names)}, or a duration such as 24h")
        ) from None
    if length <= timedelta(0):
        raise ValueError("a rolling window must be longer than nothing")
    return Rolling(length, word)


def limit(value: object, info: ValidationInfo) -> Amount:
    """A threshold in the metric's unit, or a percentage of the budget when there is one."""
    reading, text = of(info), scalar(value)
    if reading.metric is None:
        return Amount(text, None)
    if (
        text.strip().endswith("%")
        and reading.metric.unit is not Unit.PERCENT
        and not reading.has_budget
    ):
        raise ValueError(
            f"`{text}` is a percentage, but the rule has no budget that it could be of"
        )
    amount = quantity.amount(
        text, reading.metric.unit, reading.defaults.usd_per_credit, of_budget=reading.has_budget
    )
    if (
        reading.metric.unit is Unit.PERCENT
        and amount.value is not None
        and size(amount.value) > _ALL
    ):
        raise ValueError(f"{reading.metric.name} is never more than 100%")
    return amount


def budget(value: object, info: ValidationInfo) -> Amount:
    """The amount that percentages are of, in the metric's unit."""
    of_metric = of(info).metric
    if of_metric is not None and of_metric.unit is Unit.PERCENT:
        raise ValueError(f"{of_metric.name} is a percentage already, so it can have no budget")
    amount = measured(value, info)
    if amount.value is not None and size(amount.value) <= 0:
        raise ValueError("a budget must be more than nothing")
    return amount


def measured(value: object, info: ValidationInfo) -> Amount:
    """An amount in the metric's own unit, never of a budget."""
    reading, text = of(info), scalar(value)
    if reading.metric is None:
        return Amount(text, None)
    return quantity.amount(
        text, reading.metric.unit, reading.defaults.usd_per_credit, of_budget=False
    )


def scalar(value: object) -> str:
    """One word or value as it was written, whatever it may say."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float | Decimal) and str(value).strip():
        return str(value)
    raise ValueError("expected one word or value here")
