"""What a digest counts beside what it tells one by one."""

from dataclasses import replace

from bot.slack import digest_blocks
from rules.terms import Severity
from tests.slack import samples


def test_budgets_that_are_not_told_are_counted_and_so_are_all_in_the_verdict() -> None:
    reached = ((Severity.CRITICAL, 700), (Severity.WARNING, 250), (Severity.INFO, 50))
    facts = replace(samples.DIGEST, more_budgets=1_000, reached=reached, alerts=(), more_alerts=0)
    said = digest_blocks.digest(facts)
    assert said.text.endswith("🔴 700 budgets at critical, 300 budgets to watch.")
    assert "+1,000 more budgets" in str(said.blocks)
