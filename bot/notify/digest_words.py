"""What a digest calls its figures, in Slack and on a terminal alike."""

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from bot.notify.facts import DigestFacts
from rules.money import Money

TO_DATE_BEFORE = "The month before, by then"

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Daily:
    """What a day cost on average, and what one of the period before did."""

    spend: Money
    before: Money


def before(facts: DigestFacts) -> str:
    """What the spend is held against: like with like."""
    match facts.every:
        case "month":
            return f"{_months(facts)[0]:%B %Y}"
        case "week":
            return "The 7 days before"
        case _:
            return "Same day a week before"


def mean(facts: DigestFacts) -> str:
    return "Mean week of the 28 days before" if facts.every == "week" else "28-day mean"


def daily(facts: DigestFacts) -> Daily | None:
    """What a day cost, for a month that is longer or shorter than the one before: their totals are not alike."""
    if facts.every != "month" or facts.before is None:
        return None
    earlier, first, after = _months(facts)
    days, days_before = (after - first).days, (first - earlier).days
    if days == days_before:
        return None
    return Daily(_each(facts.spend, days), _each(facts.before, days_before))


def quiet(facts: DigestFacts) -> str:
    """What there is to say where nothing was used."""
    return f"a quiet {facts.every}, nothing was used{'' if facts.final else ' so far'}"


def reconciled(facts: DigestFacts) -> str:
    """How the ledger and Neo's own totals compare; nothing where that is not known."""
    if facts.reconciled is None:
        return ""
    by = facts.reconciled
    agrees = f"differs from Neo's own totals by {by}" if by else "equals Neo's own totals"
    return f"{agrees}, after {facts.healed} was healed" if facts.healed else agrees


def remark(facts: DigestFacts) -> str:
    """The same as a sentence, where it is worth one by itself; with a space before it."""
    said = reconciled(facts) if facts.reconciled or facts.healed else ""
    return f" The ledger {said}." if said else ""


def _months(facts: DigestFacts) -> tuple[date, date, date]:
    """Where the month before, the month that is told of and the one after it begin."""
    zone = ZoneInfo(facts.period.zone)
    first, after = (at.astimezone(zone).date() for at in (facts.period.start, facts.period.end))
    return (first - _DAY).replace(day=1), first, after


def _each(total: Money, days: int) -> Money:
    return Money(round(Fraction(total.nano, days)))
