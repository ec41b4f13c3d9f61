"""Every fault of a file is told, at its line."""

from pathlib import Path

import pytest

from bot.config import ConfigError
from bot.rehearsal import loading
from tests.rehearsal.conftest import Write

USAGE = "{user: ana, spend: 1 USD, at: 10m, id: a}"


def faults(path: Path) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        loading.load(path)
    return [str(fault).removeprefix(f"{path}:").partition(": ")[2] for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        pytest.param("{usr: ana}", 'unknown key `usr`; did you mean "user"?', id="an unknown key"),
        pytest.param("{spend: 1 USD}", "a required key is missing: user", id="nobody"),
        pytest.param(
            "{user: a, spend: 60}",
            "`60` is not an amount with its unit, such as `50 USD` or `5 credits`",
            id="no unit",
        ),
        pytest.param(
            "{user: a, every: 1h, at: 1h}",
            "with `every` say `from` and `until`, not `at` or `seen`",
            id="two times",
        ),
        pytest.param(
            "{user: a, until: 1h}", "`from`, `until` and `grows` need `every`", id="no `every`"
        ),
        pytest.param(
            "{correct: a, user: b, at: 1h}",
            "`correct` or `remove` names a record, `at` says when; `correct` takes `spend` and `status`",
            id="a correction of what cannot be corrected",
        ),
        pytest.param(
            "{correct: x, at: 1h}", "no record above has the id `x`", id="an unknown record"
        ),
        pytest.param(
            "{remove: a, at: 9m}",
            "the record `a` is not there yet at this time",
            id="a removal before the record",
        ),
        pytest.param(
            "{user: a, id: a}", "the id `a` is taken; with many, use {n}", id="an id twice"
        ),
        pytest.param(
            "{user: a, at: 25h}",
            "this is after the end of the test; set `until` of the test later",
            id="too late",
        ),
        pytest.param("{user: a, every: 1ms}", "these are more than 100,000 records", id="too many"),
    ],
)
def test_usage_that_cannot_be_is_a_fault(write: Write, usage: str, expected: str) -> None:
    assert expected in faults(write(f"{USAGE}, {usage}"))


@pytest.mark.parametrize(
    ("expect", "expected"),
    [
        pytest.param(
            "{reason: frst}", '"frst" is not a reason; did you mean "first"?', id="a reason"
        ),
        pytest.param(
            "{to: chanel}",
            'there is no receiver `chanel`; did you mean "channel"?',
            id="a receiver",
        ),
        pytest.param("{rule: dya}", 'there is no rule `dya`; did you mean "day"?', id="a rule"),
        pytest.param("{rule: month}", "there is no rule `month`; there are: day", id="no rule"),
        pytest.param(
            "{at: 2d}",
            "this is outside of the test; see its `start` and `until`",
            id="after the end",
        ),
        pytest.param(
            "{rule: day, value: 20%}",
            "`20%` is not an amount with its unit, such as `50 USD` or `5 credits`",
            id="a value in another unit",
        ),
    ],
)
def test_what_could_never_be_told_is_a_fault(write: Write, expect: str, expected: str) -> None:
    assert [expected] == faults(write(USAGE, expect))


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        pytest.param({"test": "until: -1h,"}, "the test ends before it begins", id="its end"),
        pytest.param(
            {"test": "only: [dya],"}, 'there is no rule `dya`; did you mean "day"?', id="its rules"
        ),
        pytest.param(
            {"head": "notify: {default: [chanel]}"},
            'there is no receiver `chanel`; did you mean "channel"?',
            id="a default that is nobody",
        ),
        pytest.param(
            {"head": "notify: {fallback: chanel}"},
            'there is no receiver `chanel`; did you mean "channel"?',
            id="a fallback that is nobody",
        ),
        pytest.param(
            {"rules": "{name: day, metric: spnd, window: day, thresholds: {info: 1 USD}}"},
            '"spnd" is not a metric; did you mean "spend"?',
            id="a fault of a rule",
        ),
    ],
)
def test_other_faults_are_told(write: Write, parts: dict[str, str], expected: str) -> None:
    assert [expected] == faults(write(**parts))


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        pytest.param(
            "silences: [{until: 1h}],",
            'say what is muted: `rule`, `match` or both; `rule: "*"` mutes everything',
            id="a silence over nothing",
        ),
        pytest.param(
            "silences: [{rule: mon*, until: 1h}],",
            "no rule fits `mon*`; there are: day",
            id="a silence over no rule",
        ),
        pytest.param(
            "silences: [{match: {usr: a}, until: 1h}],",
            '"usr" is not a label; did you mean "user"?',
            id="a silence by what is no label",
        ),
        pytest.param(
            "silences: [{rule: day, from: 2h, until: 1h}],",
            "this ends before it begins",
            id="a silence that ends first",
        ),
        pytest.param(
            "acks: [{rule: dya, at: 1h}],",
            'there is no rule `dya`; did you mean "day"?',
            id="an alert of no rule",
        ),
        pytest.param(
            "acks: [{rule: day, labels: {model: a}, at: 1h}],",
            "alerts of day have no label `model`; they have: user",
            id="an alert with other labels",
        ),
        pytest.param(
            "acks: [{rule: day, at: 25h}],",
            "this is outside of the test; see its `start` and `until`",
            id="an alert after the end",
        ),
        pytest.param(
            "acks: [{rule: day, at: 2h, undo: 1h}],",
            "the alert is given back before it is taken on",
            id="an alert that is given back first",
        ),
        pytest.param(
            "credits: [{balance: 400, at: 1h}],",
            "`400` is not an amount with its unit, such as `50 USD` or `5 credits`",
            id="credits without a unit",
        ),
        pytest.param(
            "credits: [{balance: 400 USD, at: 25h}],",
            "this is outside of the test; see its `start` and `until`",
            id="credits after the end",
        ),
        pytest.param(
            "outages: [{from: 2h, until: 2h}],",
            "this ends before it begins",
            id="an outage of no length",
        ),
    ],
)
def test_what_cannot_be_done_is_a_fault(write: Write, test: str, expected: str) -> None:
    path = write(USAGE, test=test)
    assert [expected] == faults(path)
    with pytest.raises(ConfigError) as caught:
        loading.load(path)
    line = path.read_text(encoding="utf-8").splitlines()[caught.value.faults[0].line - 1]
    assert test.partition(":")[0] in line


def test_without_sound_rules_nobody_knows_what_a_silence_fits(write: Write) -> None:
    path = write(USAGE, rules="{name: day}", test="silences: [{rule: x, until: 1h}],")
    assert not [fault for fault in faults(path) if "no rule fits" in fault]


def test_a_fault_has_its_place(write: Write) -> None:
    path = write("{correct: x, at: 1h}")
    with pytest.raises(ConfigError) as caught:
        loading.load(path)
    [fault] = caught.value.faults
    line = path.read_text(encoding="utf-8").splitlines()[fault.line - 1]
    assert line[fault.column - 1 :].startswith("{correct: x")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(b"rules: [", "a value is expected here", id="no YAML"),
        pytest.param(b"\xff", "cannot read {path}: it is not UTF-8 text", id="no text"),
        pytest.param(b"[]", "expected keys with values here", id="a list"),
        pytest.param(b"rules: a.yaml\ntests: []", "must not be empty", id="no test"),
        pytest.param(b"rules: a.yaml", "a required key is missing: tests", id="no `tests`"),
        pytest.param(
            b"rules: a.yaml\ntests: [{name: a, start: 2026-11-18, expect: []}]",
            "cannot read {folder}/a.yaml: No such file or directory",
            id="a file of rules that is not there",
        ),
    ],
)
def test_a_file_that_is_none_is_told(tmp_path: Path, text: bytes, expected: str) -> None:
    path = tmp_path / "a.test.yaml"
    path.write_bytes(text)
    with pytest.raises(ConfigError) as caught:
        loading.load(path)
    assert str(caught.value).endswith(expected.format(path=path, folder=tmp_path))


def test_a_rule_with_a_fault_is_not_told_to_be_unknown(write: Write) -> None:
    path = write(rules="{name: day}", test="only: [day],")
    assert not [fault for fault in faults(path) if "no rule" in fault]


def test_rules_of_a_file_are_found_beside_the_test(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "rules.yaml").write_text(
        "rules: [{name: own, metric: spend, window: day, thresholds: {info: 1 credits}}]"
    )
    path = tmp_path / "tests" / "a.yaml"
    path.write_text(
        "rules: ../rules.yaml\ntimezone: Europe/Berlin\nreceivers:\n"
        "tests: [{name: a, start: 2026-11-18, expect: []}]"
    )
    [test] = loading.load(path)
    assert ["own"] == [rule.name for rule in test.rules]
    assert "Europe/Berlin" == test.rules[0].zone.key
    assert ["channel"] == list(test.routes.receivers)
