from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.notify import silence
from bot.notify.silence import Silence
from rules.labels import Label
from tests.rules import making

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
BERLIN = ZoneInfo("Europe/Berlin")
ALERT = making.alert()
ALL = Silence(1, NOON, NOON + HOUR, "ada@acme.test", "migration")


def of(**patterns: str) -> Silence:
    chosen = [(Label(name), glob) for name, glob in patterns.items()]
    return replace(ALL, match=silence.selector(chosen))


@pytest.mark.parametrize(
    ("muted", "expected"),
    [
        pytest.param(ALL, True, id="everything"),
        pytest.param(replace(ALL, rule=ALERT.series.rule), True, id="its rule"),
        pytest.param(replace(ALL, rule=ALERT.series.rule[:3] + "*"), True, id="rules like its own"),
        pytest.param(replace(ALL, rule="other"), False, id="another rule"),
        pytest.param(replace(ALL, alert=ALERT.id), True, id="its id"),
        pytest.param(replace(ALL, alert="aaaaaaaaaa"), False, id="another id"),
        pytest.param(of(user="ana@acme.test"), True, id="its user"),
        pytest.param(of(user="*@acme.test"), True, id="a glob that fits"),
        pytest.param(of(user="!ana@acme.test"), False, id="everybody else"),
        pytest.param(of(user="bob@acme.test"), False, id="another user"),
        pytest.param(of(model="*"), False, id="a label that it does not have"),
    ],
)
def test_an_alert_is_muted_that_fits_all_of_it(muted: Silence, expected: bool) -> None:
    assert expected is muted.mutes(ALERT, NOON)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        pytest.param(NOON - timedelta(seconds=1), False, id="before it starts"),
        pytest.param(NOON, True, id="as it starts"),
        pytest.param(NOON + HOUR - timedelta(seconds=1), True, id="just before it ends"),
        pytest.param(NOON + HOUR, False, id="as it ends"),
    ],
)
def test_it_ends_by_itself(at: datetime, expected: bool) -> None:
    assert expected is ALL.mutes(ALERT, at)


def test_what_it_is_about_does_not_depend_on_the_time() -> None:
    assert ALL.fits(ALERT)
    assert not of(user="bob@acme.test").fits(ALERT)


def test_people_call_it_by_its_number() -> None:
    assert "S1" == ALL.name


def test_the_one_that_lasts_longest_is_named() -> None:
    longer = replace(ALL, id=2, ends=NOON + 2 * HOUR)
    assert longer == silence.muting([ALL, longer, replace(ALL, id=3)], ALERT, NOON)
    assert silence.muting([ALL], ALERT, NOON - HOUR) is None


@pytest.mark.parametrize(
    ("muted", "expected"),
    [
        pytest.param(ALL, "everything", id="everything"),
        pytest.param(replace(ALL, alert="abc"), "alert=abc", id="an alert"),
        pytest.param(
            replace(of(user="*@x", model="m"), rule="user-*"),
            "rule=user-* model=m user=*@x",
            id="a rule and labels",
        ),
    ],
)
def test_its_target_reads_as_it_is_written(muted: Silence, expected: str) -> None:
    assert expected == muted.target


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param("2h", NOON + 2 * HOUR, id="a duration"),
        pytest.param("for 1h30m", NOON + 1.5 * HOUR, id="with a small word"),
        pytest.param("Until 14:00", NOON + HOUR, id="a time later today in Berlin"),
        pytest.param("until 9:30", NOON + 20.5 * HOUR, id="a time that is past comes tomorrow"),
        pytest.param("until 13:00", NOON + 24 * HOUR, id="the time that it is comes tomorrow"),
        pytest.param("until period ends", making.DAY.end, id="the end of its period"),
        pytest.param("until the  period ends", making.DAY.end, id="the same with an article"),
    ],
)
def test_its_end_is_read_as_people_write_it(words: str, expected: datetime) -> None:
    assert expected == silence.end(words, NOON, BERLIN, making.DAY.end)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param("later", '"later" is not how long a silence lasts; expected', id="no length"),
        pytest.param(
            "until noon", '"until noon" is not when a silence ends; expected', id="no time"
        ),
        pytest.param("0s", "longer than nothing and at most 90 days", id="nothing"),
        pytest.param("91d", "longer than nothing and at most 90 days", id="too long"),
        pytest.param("until period ends", "there is no one period that ends", id="no period"),
    ],
)
def test_what_is_no_end_says_what_was_expected(words: str, expected: str) -> None:
    with pytest.raises(ValueError, match=expected):
        silence.end(words, NOON, BERLIN, None)


def test_a_period_that_is_over_ends_nothing() -> None:
    with pytest.raises(ValueError, match="there is no one period that ends"):
        silence.end("until period ends", NOON, BERLIN, NOON)
