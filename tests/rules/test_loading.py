from pathlib import Path

import pytest

from rules import composer, loading
from rules.reading import Defaults

BAD = Path(__file__).parent.parent / "data" / "rules" / "bad"
GOOD = "{name: NAME, metric: spend, window: day, thresholds: {info: 1 USD}}"
RECEIVERS = ["finops", "owner"]


@pytest.mark.parametrize("path", sorted(BAD.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_fault_is_told_at_its_place(path: Path) -> None:
    text = path.read_bytes().decode()
    loaded = loading.load([(path.name, text)], Defaults(), RECEIVERS)
    assert path.with_suffix(".txt").read_text().splitlines() == [
        str(fault) for fault in loaded.faults
    ]


def test_every_bad_file_has_its_faults_beside_it() -> None:
    assert {path.stem for path in BAD.glob("*.yaml")} == {path.stem for path in BAD.glob("*.txt")}


def test_rules_of_all_files_are_read_in_order() -> None:
    texts = [(name, f"rules: [{GOOD.replace('NAME', name)}]") for name in ("b", "a")]
    loaded = loading.load(texts, Defaults())
    assert () == loaded.faults
    assert ["b", "a"] == [rule.name for rule in loaded.rules]


def test_faults_of_all_files_are_told_at_once() -> None:
    texts = [("b.yaml", "rules: 7"), ("a.yaml", "rules: ["), ("c.yaml", f"rules: [{GOOD}]")]
    loaded = loading.load(texts, Defaults())
    assert ["a.yaml", "b.yaml", "c.yaml"] == [fault.file for fault in loaded.faults]


def test_a_name_is_taken_over_all_files() -> None:
    texts = [(file, f"rules: [{GOOD.replace('NAME', 'a')}]") for file in ("one.yaml", "two.yaml")]
    (fault,) = loading.load(texts, Defaults()).faults
    assert "two.yaml:1:16: the name `a` is taken: one.yaml, line 1" == str(fault)


def test_rules_without_fault_are_given_beside_the_faults_of_others() -> None:
    loaded = loading.load([("a.yaml", f"rules: [{GOOD.replace('NAME', 'a')}, x]")], Defaults())
    assert ["a"] == [rule.name for rule in loaded.rules]
    assert 1 == len(loaded.faults)


def test_receivers_are_checked_only_where_they_are_known() -> None:
    text = "rules: [{name: a, metric: spend, window: day, thresholds: {info: 1 USD}, notify: [x]}]"
    assert () == loading.load([("a.yaml", text)], Defaults()).faults
    (fault,) = loading.load([("a.yaml", text)], Defaults(), []).faults
    assert "there is no receiver `x`; define it under `receivers:`" == fault.message


def test_an_empty_list_is_no_fault() -> None:
    assert loading.Loaded((), ()) == loading.load([("a.yaml", "rules: []")], Defaults())


def test_rules_can_stand_inside_another_document() -> None:
    text = "log: x\nrules:\n  - {name: a, metric: spent, window: day, thresholds: {info: 1}}\n"
    document = composer.read("config.yaml", text)
    (fault,) = loading.load_tree(document, ("rules",), Defaults()).faults
    assert 'config.yaml:3:23: "spent" is not a metric; did you mean "spend"?' == str(fault)


def test_what_stands_there_must_be_a_list() -> None:
    document = composer.read("config.yaml", "rules: {a: b}")
    (fault,) = loading.load_tree(document, ("rules",), Defaults()).faults
    assert "config.yaml:1:8: expected `rules:` with a list of rules below it" == str(fault)


@pytest.mark.parametrize("name", loading.packs())
def test_every_pack_is_without_fault_and_explains_its_rules(name: str) -> None:
    loaded = loading.load([(f"{name}.yaml", loading.pack(name))], Defaults())
    assert () == loaded.faults
    assert all(rule.summary for rule in loaded.rules)


def test_the_packs_hold_the_rules_they_promise() -> None:
    names = {
        name: [rule.name for rule in loading.load([(name, loading.pack(name))], Defaults()).rules]
        for name in loading.packs()
    }
    assert {"demo", "team"} == set(names)
    assert {
        "user-daily-spend",
        "team-monthly-budget",
        "user-error-rate",
        "byok-platform-cost",
        "runaway-task",
    } == set(names["demo"])
    assert {*names["demo"], "spend-spike", "new-user"} == set(names["team"])
