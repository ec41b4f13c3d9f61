"""What a digest calls its figures, in Slack and on a terminal alike."""

from datetime import timedelta

from bot.notify.facts import DigestFacts

MEAN = "28-day mean"

_DAY = timedelta(days=1, hours=2)  # a day with a change of clock is no longer than this


def unit(facts: DigestFacts) -> str:
    return "day" if facts.period.end - facts.period.start <= _DAY else "period"


def before(facts: DigestFacts) -> str:
    """What the spend is held against."""
    return "Same day a week before" if unit(facts) == "day" else "The period before"


def quiet(facts: DigestFacts) -> str:
    """What there is to say where nothing was used."""
    return f"a quiet {unit(facts)}, nothing was used{'' if facts.final else ' so far'}"
