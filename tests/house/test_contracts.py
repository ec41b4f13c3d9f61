"""The house of imports stands whole: no contract is dropped, loosened or given exceptions."""

from typing import Any

from tests.house import tree

CONTRACTS = {
    "The service stands on the rule engine, never the other way": "layers",
    "Inside the service: doors, edges, policy": "layers",
    "Inside the rule engine: verbs stand on nouns": "layers",
    "No circles between siblings": "acyclic_siblings",
    "The core is pure: no I/O, no framework, no clock": "forbidden",
    "The demo's servers are strangers to what they serve": "forbidden",
    "Only the store speaks SQL": "protected",
    "Only the slack edge knows slack_sdk": "protected",
    "Only the chart knows resvg": "protected",
    "Only the timetable knows apscheduler": "protected",
    "Only the doors and the composition root read the clock": "protected",
}


def linter() -> dict[str, Any]:
    settings: dict[str, Any] = tree.pyproject()["tool"]["importlinter"]
    return settings


def test_every_contract_is_active() -> None:
    assert CONTRACTS.items() <= {c["name"]: c["type"] for c in linter()["contracts"]}.items()


def test_no_contract_has_exceptions() -> None:
    assert linter()["exclude_type_checking_imports"] is False
    assert [] == [c["name"] for c in linter()["contracts"] if "ignore_imports" in c]


def test_every_module_of_both_packages_has_its_layer() -> None:
    inside = [c for c in linter()["contracts"] if "containers" in c]
    assert [["bot"], ["rules"]] == [c["containers"] for c in inside]
    assert all(c["exhaustive"] for c in inside)
