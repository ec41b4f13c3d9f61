from datetime import UTC, datetime, timedelta

from bot.counts import Count, Counts, What
from tests.fakes import FakeClock

START = datetime(2026, 11, 18, 9, tzinfo=UTC)


def test_each_is_counted_by_its_labels_with_when_it_last_happened() -> None:
    clock = FakeClock(START)
    counts = Counts(clock.now)
    counts.expect(What.POLLS, "blue", "failed")
    for _ in range(2):
        counts.add(What.POLLS, "acme", "complete")
        clock.advance(timedelta(minutes=1))
    counts.expect(What.POLLS, "acme", "complete")
    counts.add(What.EVALUATIONS, "done")
    assert [
        Count(("acme", "complete"), 2, START + timedelta(minutes=1)),
        Count(("blue", "failed"), 0, None),
    ] == list(counts.of(What.POLLS))
