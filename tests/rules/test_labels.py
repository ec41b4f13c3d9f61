import pytest

from rules import labels
from rules.labels import Label, Pattern, Selector


@pytest.mark.parametrize(
    ("glob", "value", "expected"),
    [
        pytest.param("ana@acme.test", "ana@acme.test", True, id="a plain word is itself"),
        pytest.param("ana@acme.test", "ana@acme.testing", False, id="and not a beginning"),
        pytest.param("*@acme.test", "ana@acme.test", True, id="a star stands for a run"),
        pytest.param("*@acme.test", "ana@acmeXtest", False, id="a dot is only a dot"),
        pytest.param("c*i", "ci", True, id="a star may stand for nothing"),
        pytest.param("*a*b*", "xxaxxbxx", True, id="many stars"),
        pytest.param("a*", "a\nb", True, id="a star crosses lines"),
        pytest.param("gpt-[45]", "gpt-4", False, id="brackets are only brackets"),
        pytest.param("gpt-?", "gpt-4", False, id="a question mark is only that"),
    ],
)
def test_a_glob_matches(glob: str, value: str, expected: bool) -> None:
    assert expected == labels.glob_matches(glob, value)


@pytest.mark.parametrize(
    ("pattern", "values", "expected"),
    [
        pytest.param(Pattern(), ["a"], True, id="no globs take everything"),
        pytest.param(Pattern(("a", "b*")), ["bc"], True, id="one included glob is enough"),
        pytest.param(Pattern(("a",)), ["b"], False, id="what is not included is out"),
        pytest.param(Pattern(exclude=("a",)), ["b"], True, id="what is not excluded is in"),
        pytest.param(Pattern(("*",), ("a",)), ["a"], False, id="exclusion wins"),
        pytest.param(Pattern(("nmap",)), ["curl", "nmap"], True, id="one tool of many is enough"),
        pytest.param(
            Pattern(exclude=("nmap",)), ["curl", "nmap"], False, id="one excluded tool is too much"
        ),
        pytest.param(Pattern(("nmap",)), [], False, id="no tools cannot include one"),
        pytest.param(Pattern(), [], True, id="no globs take no tools too"),
    ],
)
def test_a_pattern_takes_values(pattern: Pattern, values: list[str], expected: bool) -> None:
    assert expected == pattern.matches_any(values)


def test_a_pattern_is_written_as_in_yaml() -> None:
    assert "a,b*,!c" == str(Pattern(("a", "b*"), ("c",)))


def test_a_selector_holds_every_label_it_knows_of() -> None:
    selector = Selector.of({Label.USER: Pattern(("ana*",)), Label.BYOK: Pattern(("true",))})
    assert selector.matches({Label.USER: "ana@acme.test", Label.BYOK: "true"})
    assert not selector.matches({Label.USER: "ana@acme.test", Label.BYOK: "false"})
    assert selector.matches({Label.USER: "ana@acme.test"})
    assert not selector.matches({Label.USER: "ben@acme.test"})


def test_equal_selectors_are_equal_values() -> None:
    user, byok = Pattern(("a",)), Pattern(("true",))
    one = Selector.of({Label.USER: user, Label.BYOK: byok})
    assert one == Selector.of({Label.BYOK: byok, Label.USER: user})
    assert "byok=true user=a" == str(one)


def test_a_selector_gives_the_pattern_of_a_label() -> None:
    selector = Selector.of({Label.USER: Pattern(("a",))})
    assert Pattern(("a",)) == selector.pattern(Label.USER)
    assert selector.pattern(Label.BYOK) is None


def test_everything_selects_everything() -> None:
    assert labels.EVERYTHING.matches({Label.USER: "a"})
    assert "" == str(labels.EVERYTHING)


def test_series_are_written_with_their_labels() -> None:
    named = labels.named((Label.USER, Label.BYOK), ("ana@acme.test", "true"))
    assert {"user": "ana@acme.test", "byok": "true"} == named
    assert "a-rule{user=ana@acme.test,byok=true}" == labels.series_text("a-rule", named)
    assert "a-rule" == labels.series_text("a-rule", {})


def test_byok_is_true_or_false() -> None:
    assert ["true", "false"] == [labels.byok_value(True), labels.byok_value(False)]
