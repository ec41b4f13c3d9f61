"""Buckets of calls: a burst, then a pace."""

from datetime import UTC, datetime, timedelta

from bot.demo.workbench.limits import BURST, Limits, Tier

NOON = datetime(2026, 2, 3, 12, tzinfo=UTC)


def test_a_channel_takes_a_burst_then_one_post_a_second() -> None:
    limits = Limits()
    waits = [limits.wait("chat.postMessage", "C1", Tier.POST, NOON) for _ in range(BURST + 1)]

    assert [0] * BURST + [1] == waits
    assert 0 == limits.wait("chat.postMessage", "C1", Tier.POST, NOON + timedelta(seconds=1))
    assert 1 == limits.wait("chat.postMessage", "C1", Tier.POST, NOON + timedelta(seconds=1.5))


def test_each_channel_has_its_own_bucket_for_posts() -> None:
    limits = Limits()
    for _ in range(BURST):
        limits.wait("chat.postMessage", "C1", Tier.POST, NOON)

    assert 0 == limits.wait("chat.postMessage", "C2", Tier.POST, NOON)


def test_a_tier_is_counted_for_the_method_whatever_the_channel() -> None:
    limits = Limits()
    waits = [limits.wait("chat.update", f"C{n}", Tier.THREE, NOON) for n in range(51)]

    assert [0] * 50 + [2] == waits


def test_nothing_waits_where_limits_are_off() -> None:
    limits = Limits(enforced=False)

    assert {0} == {limits.wait("conversations.list", "", Tier.TWO, NOON) for _ in range(100)}
