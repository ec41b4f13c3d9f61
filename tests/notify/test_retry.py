from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.notify import retry
from bot.notify.facts import AlertFacts
from bot.notify.notification import AlertBody, Body, Destination, NoteBody, Via
from rules.alert import Reason
from tests.slack import samples

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
NOTE = NoteBody("words")


@pytest.mark.parametrize(
    ("tries", "retry_after", "seconds"),
    [
        pytest.param(1, None, 2, id="soon after the first failure"),
        pytest.param(2, None, 4, id="twice as long after the second"),
        pytest.param(8, None, 256, id="ever longer"),
        pytest.param(9, None, 300, id="at most five minutes"),
        pytest.param(100_000, None, 300, id="for ever"),
        pytest.param(1, 30.5, 30.5, id="as long as the other side asks"),
        pytest.param(9, 7.0, 300, id="no sooner than by itself"),
        pytest.param(9, 900.0, 900, id="longer than by itself"),
    ],
)
def test_when_a_delivery_is_tried_again(
    tries: int, retry_after: float | None, seconds: float
) -> None:
    assert NOW + timedelta(seconds=seconds) == retry.next_try(tries, retry_after, NOW)


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        pytest.param(samples.FIRING, Reason.FIRST, id="what fires is told of as it is"),
        pytest.param(samples.ESCALATED, Reason.ESCALATED, id="what rose is"),
        pytest.param(samples.LATE, Reason.LATE, id="late money is"),
        pytest.param(samples.RESOLVED, Reason.DELAYED, id="what is over is told of as both"),
        pytest.param(samples.CORRECTED, Reason.DELAYED, id="what was taken back is"),
        pytest.param(samples.CLOSED, Reason.DELAYED, id="what ended with its period is"),
        pytest.param(samples.REMOVED, Reason.DELAYED, id="what went with its rule is"),
    ],
)
def test_what_a_post_says_when_it_is_sent(facts: AlertFacts, reason: Reason) -> None:
    assert AlertBody(replace(facts, reason=reason)) == retry.as_post(AlertBody(facts))


@pytest.mark.parametrize("body", [samples.POSTS["table"], samples.POSTS["digest"], NOTE])
def test_what_is_not_about_one_alert_is_posted_as_it_is(body: Body) -> None:
    assert body is retry.as_post(body)


def test_the_fallback_is_told_whom_an_alert_was_meant_for_and_why() -> None:
    ana = Destination("owner", Via.DM, "ana@acme.test")
    found = retry.as_rerouted(AlertBody(samples.FIRING), ana, "users_not_found")
    note = "meant for owner (ana@acme.test), which cannot be reached: users_not_found"
    assert AlertBody(replace(samples.FIRING, note=note)) == found
    assert NOTE is retry.as_rerouted(NOTE, ana, "users_not_found")
    words = "owner (ana@acme.test) cannot be reached: users_not_found"
    assert NoteBody(words) == retry.as_notice(ana, "users_not_found")
