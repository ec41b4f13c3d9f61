"""One wording for the digest, wherever it is read."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.notify import digest_words
from tests.slack import samples


@pytest.mark.parametrize(
    ("hours", "final", "unit", "before", "quiet"),
    [
        (23, True, "day", "Same day a week before", "a quiet day, nothing was used"),
        (25, False, "day", "Same day a week before", "a quiet day, nothing was used so far"),
        (168, True, "period", "The period before", "a quiet period, nothing was used"),
    ],
)
def test_a_digest_is_about_a_day_or_a_period(
    hours: int, final: bool, unit: str, before: str, quiet: str
) -> None:
    end = samples.QUIET.period.start + timedelta(hours=hours)
    facts = replace(samples.QUIET, period=replace(samples.QUIET.period, end=end), final=final)
    assert (unit, before, quiet) == (
        digest_words.unit(facts),
        digest_words.before(facts),
        digest_words.quiet(facts),
    )
