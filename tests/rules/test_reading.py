from datetime import time
from typing import Any

import pytest
from pydantic import BaseModel, ValidationInfo, field_validator

from rules import metric, reading


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        pytest.param("wek", '; did you mean "week"?', id="a letter is missing"),
        pytest.param("WEEK", '; did you mean "week"?', id="capitals do not matter"),
        pytest.param("dst", '; did you mean "DST"?', id="nor those of the word that is meant"),
        pytest.param("fortnight", "", id="nothing is near"),
    ],
)
def test_the_nearest_word_is_named(word: str, expected: str) -> None:
    assert expected == reading.nearest(word, ["day", "week", "DST"])


def test_a_choice_is_read_in_any_case() -> None:
    assert "week" == reading.choice(" Week ", ["day", "week"], "a window")


def test_another_choice_is_refused_with_all_there_are() -> None:
    with pytest.raises(ValueError, match=r'^"x" is not a window; expected one of day, week$'):
        reading.choice("x", ["day", "week"], "a window")


@pytest.mark.parametrize("name", ["user-daily-spend", "a", "r2-d2", "a_b", "7d"])
def test_a_slug_is_a_name(name: str) -> None:
    assert name == reading.slug(name)


@pytest.mark.parametrize("name", ["", "A", "a b", "-a", "a-", "a--b", "ä", "a\n"])
def test_anything_else_is_not(name: str) -> None:
    with pytest.raises(ValueError, match="is not a name"):
        reading.slug(name)


@pytest.mark.parametrize(
    ("value", "expected"), [("true", True), (True, True), ("false", False), (False, False)]
)
def test_truth_has_two_words(value: object, expected: bool) -> None:
    assert expected is reading.truth(value)


@pytest.mark.parametrize("value", ["yes", "no", "on", "1", "True", None, 0])
def test_truth_has_no_others(value: object) -> None:
    with pytest.raises(ValueError, match="is not true or false"):
        reading.truth(value)


@pytest.mark.parametrize(("word", "expected"), [("mon", 0), ("Sunday", 6), ("WED", 2)])
def test_a_weekday_counts_from_monday(word: str, expected: int) -> None:
    assert expected == reading.weekday(word)


@pytest.mark.parametrize("word", ["monster", "7", None])
def test_what_only_begins_like_a_weekday_is_none(word: object) -> None:
    with pytest.raises(ValueError, match=r"is not a day of the week|expected one word"):
        reading.weekday(word)


@pytest.mark.parametrize(
    ("text", "expected"), [("09:00", time(9)), ("9:05", time(9, 5)), ("23:59", time(23, 59))]
)
def test_a_time_of_day_is_read(text: str, expected: time) -> None:
    assert expected == reading.clock_time(text)


@pytest.mark.parametrize("text", ["24:00", "9", "09:60", "09:00:00", "nine"])
def test_what_is_no_time_of_day_says_so(text: str) -> None:
    with pytest.raises(ValueError, match="is not a time of day, such as 09:00"):
        reading.clock_time(text)


@pytest.mark.parametrize("name", ["Mars/Olympus", "../etc/passwd", "", "Europe"])
def test_what_is_no_time_zone_says_so(name: str) -> None:
    with pytest.raises(ValueError, match=r"is not a time zone|expected one word"):
        reading.zone(name)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("Europe/Berln", '; did you mean "Europe/Berlin"?', id="a letter is missing"),
        pytest.param("europe/BERLIN ", '; did you mean "Europe/Berlin"?', id="capitals and blanks"),
        pytest.param("Xanadu", ", such as Europe/Berlin or UTC", id="nothing is near"),
    ],
)
def test_the_nearest_time_zone_is_named(name: str, expected: str) -> None:
    with pytest.raises(ValueError, match="is not a time zone") as caught:
        reading.zone(name)
    assert f'"{name}" is not a time zone{expected}' == str(caught.value)


def test_rules_are_not_read_without_a_reading() -> None:
    class Model(BaseModel):
        metric: Any

        @field_validator("metric")
        @classmethod
        def _read(cls, value: object, info: ValidationInfo) -> metric.Metric:
            return reading.metric(value, info)

    with pytest.raises(TypeError, match="validated with a Reading"):
        Model.model_validate({"metric": "spend"})
