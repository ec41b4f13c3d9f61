from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.notify import retry, unreachable
from bot.notify.facts import AlertFacts
from bot.notify.notification import (
    AlertBody,
    Body,
    ChangesBody,
    Destination,
    DigestBody,
    NoteBody,
    Notification,
    TableBody,
    Via,
)
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


_DATE = "Fri, 20 Nov 2026 12:00:30 GMT"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        pytest.param("7", 7, id="seconds"),
        pytest.param(" 3.5 ", 3.5, id="a part of a second"),
        pytest.param("0", 0, id="no wait"),
        pytest.param("3601", 3600, id="an hour at most"),
        pytest.param("9" * 400, 3600, id="more than a float can hold"),
        pytest.param(_DATE, 30, id="a date"),
        pytest.param("Fri, 20 Nov 2026 11:00:00 GMT", 0, id="a date in the past"),
        pytest.param("Fri, 31 Dec 9999 23:59:59 GMT", 3600, id="a date beyond all others"),
        pytest.param("Fri, 20 Nov 2026 12:00:30 -0000", None, id="a date of no zone"),
        pytest.param("Fri, 20 Nov 2026 12:00:30 +" + "9" * 30, None, id="a zone that is none"),
        pytest.param("-5", None, id="less than nothing"),
        pytest.param("nan", None, id="no number"),
        pytest.param("soon", None, id="words"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_how_long_the_other_side_asks_to_wait(written: str, expected: float | None) -> None:
    assert expected == retry.asked({"Retry-After": written}, NOW)


def test_a_date_is_held_against_the_answers_own_clock() -> None:
    headers = {"Retry-After": _DATE, "Date": "Fri, 20 Nov 2026 12:00:21 GMT"}
    assert 9 == retry.asked(headers) == retry.asked(headers, NOW)
    assert retry.asked({"Retry-After": _DATE}) is None


@given(st.text(max_size=60))
def test_no_header_is_a_fault_of_ours(written: str) -> None:
    wait = retry.asked({"Retry-After": written, "Date": written}, NOW)
    assert wait is None or 0 <= wait <= 3600


@pytest.mark.parametrize(
    ("wait", "said"), [(None, False), (0.0, False), (3599.0, False), (3600.0, True)]
)
def test_a_wait_that_is_cut_short_is_said(wait: float | None, said: bool) -> None:
    assert said == ("the bot waits an hour" in retry.remark(wait))


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


@pytest.mark.parametrize(
    ("waited", "late"),
    [
        pytest.param(timedelta(minutes=118), timedelta(minutes=118), id="for long"),
        pytest.param(timedelta(minutes=10), timedelta(minutes=10), id="for ten minutes"),
        pytest.param(timedelta(minutes=9, seconds=59), timedelta(0), id="for less"),
        pytest.param(timedelta(hours=-1), timedelta(0), id="the clock was set back"),
    ],
)
def test_what_waited_is_late(waited: timedelta, late: timedelta) -> None:
    place = Destination("finops", Via.SLACK, "#neo-spend")
    letter = Notification("n", place, NOTE, None, broadcast=False, created=NOW, attempted=None)
    assert late == retry.lateness(letter, NOW + waited)


def test_the_fallback_is_told_whom_a_message_was_meant_for_and_why() -> None:
    ana = Destination("owner", Via.DM, "ana@acme.test")
    found = retry.as_rerouted(AlertBody(samples.FIRING), ana, "users_not_found")
    note = "meant for owner (ana@acme.test), which cannot be reached: users_not_found"
    assert AlertBody(replace(samples.FIRING, note=note)) == found
    for told, expected in (
        (TableBody(samples.TABLE), TableBody(replace(samples.TABLE, note=note))),
        (DigestBody(samples.DIGEST), DigestBody(replace(samples.DIGEST, note=note))),
        (NOTE, NoteBody(f"words ({note})")),
        (ChangesBody(samples.CHANGES), ChangesBody(replace(samples.CHANGES, note=note))),
    ):
        assert expected == retry.as_rerouted(told, ana, "users_not_found")


@pytest.mark.parametrize(
    ("place", "error", "about"),
    [
        pytest.param(
            Destination("owner", Via.DM, "ana@acme.test"),
            "Slack knows nobody with the email ana@acme.test: add them",
            ("ana@acme.test", "Slack knows nobody with the email: add them"),
            id="a person, and the reason as it is of many",
        ),
        pytest.param(
            Destination("lost", Via.SLACK, "#gone"),
            "Slack has no channel #gone",
            ("lost (#gone)", "Slack has no channel #gone"),
            id="a channel",
        ),
    ],
)
def test_a_fallback_that_knows_of_the_alerts_is_told_who_cannot_be_reached(
    place: Destination, error: str, about: tuple[str, str]
) -> None:
    found = retry.as_notice(place, error, NOW.date())
    assert "{} cannot be reached: {}".format(*about) == found.text
    assert unreachable.one(*about, NOW.date()) == found.unreachable
