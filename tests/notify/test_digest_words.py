"""One wording for the digest, wherever it is read."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.notify import acted, digest_words
from bot.notify.digest_words import Daily
from bot.notify.facts import Stretch
from tests.slack import samples
from tests.slack.samples import usd


@pytest.mark.parametrize(
    ("every", "before", "mean"),
    [
        ("day", "Same day a week before", "28-day mean"),
        ("week", "The 7 days before", "Mean week of the 28 days before"),
        ("month", "February 2026", "28-day mean"),
    ],
)
def test_each_digest_is_held_against_what_is_like_it(every: str, before: str, mean: str) -> None:
    facts = replace(samples.MONTHLY, every=every)
    assert (before, mean) == (digest_words.before(facts), digest_words.mean(facts))


@pytest.mark.parametrize(
    ("every", "final", "quiet"),
    [
        ("day", True, "a quiet day, nothing was used"),
        ("week", False, "a quiet week, nothing was used so far"),
        ("month", True, "a quiet month, nothing was used"),
    ],
)
def test_a_digest_without_usage_says_so(every: str, final: bool, quiet: str) -> None:
    assert quiet == digest_words.quiet(replace(samples.QUIET, every=every, final=final))


def month(first: int, after: int, spend: str, before: str | None, every: str = "month") -> object:
    start, end = (datetime(2026, number, 1, tzinfo=UTC) for number in (first, after))
    facts = replace(
        samples.DIGEST,
        every=every,
        period=Stretch("a month", start, end, "UTC"),
        spend=usd(spend),
        before=None if before is None else usd(before),
    )
    return digest_words.daily(facts)


def test_months_of_another_length_are_held_against_each_other_by_the_day() -> None:
    assert Daily(usd("10"), usd("5")) == month(3, 4, "310", "140")
    assert month(8, 9, "310", "140") is None, "July and August are of one length"
    assert month(3, 4, "310", None) is None
    assert month(3, 4, "310", "140", every="week") is None


@pytest.mark.parametrize(
    ("acked", "silenced", "words"),
    [(0, 0, ""), (2, 0, ", 2 acknowledged"), (1, 1_200, ", 1 acknowledged, 1,200 silenced")],
)
def test_what_was_done_about_open_alerts_is_counted(acked: int, silenced: int, words: str) -> None:
    facts = replace(samples.QUIET, acked=acked, silenced=silenced)
    assert words == acted.counted(facts)


@pytest.mark.parametrize(
    ("differs", "healed", "said", "remark"),
    [
        pytest.param(None, "0", "", False, id="not known"),
        pytest.param(None, "5", "", False, id="not known any more"),
        pytest.param("0", "0", "equals Neo's own totals", False, id="equal"),
        pytest.param(
            "0", "5", "equals Neo's own totals, after $5.00 was healed", True, id="healed"
        ),
        pytest.param("2", "0", "differs from Neo's own totals by $2.00", True, id="differs"),
        pytest.param(
            "2",
            "5",
            "differs from Neo's own totals by $2.00, after $5.00 was healed",
            True,
            id="both",
        ),
    ],
)
def test_how_the_ledger_compares_is_told(
    differs: str | None, healed: str, said: str, remark: bool
) -> None:
    reconciled = None if differs is None else usd(differs)
    facts = replace(samples.QUIET, reconciled=reconciled, healed=usd(healed))
    assert said == digest_words.reconciled(facts)
    assert (f" The ledger {said}." if remark else "") == digest_words.remark(facts)
