"""`rules test`: files of tests are played, and those of the packs pass."""

from pathlib import Path

import pytest

from bot.rehearsal import loading
from rules import loading as rule_files
from rules.reading import Defaults
from tests.cli.conftest import Run
from tests.house import tree

FILE = """\
rules: [{name: day, metric: spend, window: day, thresholds: {info: 50 USD}}]
tests:
  - {name: enough, start: 2026-11-18, usage: [{user: a, spend: 50 USD}], expect: [{value: 50 USD}]}
  - {name: not enough, start: 2026-11-18, usage: [{user: a, spend: 49 USD}], expect: [{value: 50 USD}]}
"""


@pytest.mark.parametrize("pack", rule_files.packs())
def test_the_tests_of_a_pack_pass_and_cover_every_rule(run: Run, pack: str) -> None:
    path = tree.ROOT / "rules" / "tests" / f"{pack}.yaml"
    tests = loading.load(path)
    spoken = {rule.name for test in tests if test.expect for rule in test.rules}
    loaded = rule_files.load([(pack, rule_files.pack(pack))], Defaults())
    assert {rule.name for rule in loaded.rules} == spoken
    found = run("rules", "test", str(path))
    assert (0, f"{len(tests)} tests, 0 failed") == (
        found.exit_code,
        found.stdout.splitlines()[-1],
    ), found.stdout


def test_a_test_that_fails_is_shown_and_ends_with_1(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(FILE)
    found = run("rules", "test", "a.yaml")
    assert (
        1,
        """\
a.yaml
  ok  enough
  FAILED  not enough (a.yaml:4)
    - value 50 USD
2 tests, 1 failed
""",
    ) == (found.exit_code, found.stdout)


def test_what_nobody_could_do_is_shown(run: Run, tmp_path: Path) -> None:
    taken = "acks: [{rule: day, at: 1h, undo: 2h}], expect: []}"
    (tmp_path / "a.yaml").write_text(FILE.replace("expect: [{value: 50 USD}]}", taken))
    found = run("rules", "test", "a.yaml")
    assert (1, 2) == (found.exit_code, found.stdout.count("no such alert"))
    line = "    nobody could give back day at 2h (2026-11-18 02:00): no such alert fires then"
    assert line in found.stdout.splitlines()


def test_faults_of_all_files_end_with_2_and_nothing_is_played(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(FILE)
    (tmp_path / "b.yaml").write_text(FILE.replace("name: day", "nme: day"))
    found = run("rules", "test", "a.yaml", "b.yaml", "c.yaml")
    assert (2, "") == (found.exit_code, found.stdout)
    assert [
        "b.yaml:1:9: a required key is missing: name",
        'b.yaml:1:10: unknown key `nme`; did you mean "name"?',
        "cannot read c.yaml: No such file or directory",
    ] == found.stderr.splitlines()


def test_a_file_has_to_be_named(run: Run) -> None:
    assert 2 == run("rules", "test").exit_code
