"""tests/scenarios/README.md has every scenario, by the topic that it is about, and every key that one may use."""

import pytest
import yaml

from tests.docs import documents
from tests.house import tree

DOCUMENT = "tests/scenarios/README.md"
FOLDER = tree.ROOT / "tests" / "scenarios"
FILES = sorted(path.name for path in FOLDER.glob("*.yaml"))
SCENARIOS = {name: yaml.safe_load((FOLDER / name).read_text(encoding="utf-8")) for name in FILES}


def test_every_scenario_is_in_the_table_of_topics() -> None:
    cells = " ".join(" ".join(row) for row in documents.table(DOCUMENT, "topic"))
    listed = [code for code in documents.codes(cells) if code.endswith(".yaml")]
    assert FILES == sorted(listed)


@pytest.mark.parametrize("name", FILES)
def test_a_scenario_begins_with_its_story(name: str) -> None:
    first = (FOLDER / name).read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith("# ")


def test_every_key_of_a_scenario_is_explained() -> None:
    steps = [step for scenario in SCENARIOS.values() for step in scenario["steps"]]
    usage = [line for step in steps for line in step.get("usage", [])]
    for heading, found in (("key", SCENARIOS.values()), ("step key", steps), ("usage key", usage)):
        cells = documents.column(DOCUMENT, heading)
        listed = {code for cell in cells for code in documents.codes(cell)}
        assert {key for each in found for key in each} == listed
