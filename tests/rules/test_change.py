import pytest

from rules.change import Change
from rules.labels import Label
from tests.rules import samples


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        (Label.SOURCE, "acme"),
        (Label.USER, "ana@acme.test"),
        (Label.MODEL, "gpt-5"),
        (Label.BYOK, "true"),
        (Label.STATUS, "completed"),
        (Label.TASK, "task-1"),
    ],
)
def test_a_change_tells_its_labels(label: Label, expected: str) -> None:
    change = Change(
        source="acme",
        user="ana@acme.test",
        model="gpt-5",
        byok="true",
        status="completed",
        task="task-1",
        first=samples.NOON,
        last=samples.NOON,
    )
    assert expected == change.label(label)
