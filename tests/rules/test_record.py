import pytest

from rules import record
from rules.labels import Label
from rules.money import Money
from tests.rules import samples


def test_spend_is_what_neo_charges() -> None:
    found = samples.record(credits=Money(3), neo_cost=Money(4), llm_cost=Money(50))
    assert Money(7) == found.spend


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        (Label.SOURCE, "acme"),
        (Label.USER, "ana@acme.test"),
        (Label.MODEL, "gpt-5"),
        (Label.STATUS, "completed"),
        (Label.TASK, "task-1"),
    ],
)
def test_records_and_tasks_tell_their_labels(label: Label, expected: str) -> None:
    assert expected == samples.record().label(label)
    assert expected == samples.task().label(label)


def test_byok_is_a_word_as_a_label() -> None:
    assert "false" == samples.record().label(Label.BYOK)
    assert "true" == samples.task().label(Label.BYOK)


def test_a_task_in_the_ledger_has_a_key_of_its_own() -> None:
    assert "task:t1" == record.task_key("t1")
