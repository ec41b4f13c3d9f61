import pytest
from pydantic import ValidationError

from rules import selection
from rules.labels import Label, Pattern, Selector
from rules.metric import METRICS


def test_patterns_are_globs_lists_and_negations() -> None:
    found = selection.patterns({"user": "*@ACME.test", "model": ["a", "!b"], "byok": True})
    assert found == Selector.of(
        {
            Label.USER: Pattern(("*@acme.test",)),
            Label.MODEL: Pattern(("a",), ("b",)),
            Label.BYOK: Pattern(("true",)),
        }
    )


def test_byok_can_be_selected_by_its_negation() -> None:
    found = selection.patterns({"byok": "!true"})
    assert Selector.of({Label.BYOK: Pattern((), ("true",))}) == found


def test_every_fault_of_a_where_is_told() -> None:
    with pytest.raises(ValidationError) as caught:
        selection.patterns({"usr": "a", "byok": "maybe", "user": {}})
    assert [("usr", "[key]"), ("byok",), ("user",)] == [
        error["loc"] for error in caught.value.errors()
    ]


def test_false_is_a_value() -> None:
    found = selection.patterns({"byok": False})
    assert Selector.of({Label.BYOK: Pattern(("false",))}) == found


def test_an_empty_list_selects_nothing() -> None:
    with pytest.raises(ValidationError, match="an empty list selects nothing: give a pattern"):
        selection.patterns({"user": [], "model": "opus"})


def test_a_label_that_does_not_fit_is_told_at_its_key_beside_other_faults() -> None:
    def check(name: Label) -> None:
        if name is not Label.USER:
            raise ValueError(f"not by {name}")

    with pytest.raises(ValidationError) as caught:
        selection.patterns({"model": "a", "user": [], "task": "b"}, check)
    assert [("model", "[key]"), ("user",), ("task", "[key]")] == [
        error["loc"] for error in caught.value.errors()
    ]


@pytest.mark.parametrize(
    ("metric", "unfit"),
    [
        ("spend", set()),
        ("tasks", set()),
        ("blocked", {Label.TOOL, Label.AGENT}),
        ("data_age", set(Label) - {Label.SOURCE}),
    ],
)
def test_some_metrics_cannot_be_selected_by_every_label(metric: str, unfit: set[Label]) -> None:
    refused = set()
    for name in Label:
        try:
            selection.check_where(name, METRICS[metric])
        except ValueError as error:
            assert f"{metric} cannot be selected by {name}" == str(error)  # noqa: PT017 - of many
            refused.add(name)
    assert unfit == refused
