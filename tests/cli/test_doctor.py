"""`doctor` prints one line for each check, and ends as they came out."""

import json
from pathlib import Path

import pytest

from bot.cli import doctor
from bot.doctor import check
from tests.cli import processes
from tests.cli.conftest import Run


def test_lines_stand_under_each_other_with_what_to_do() -> None:
    found = [
        check.ok("store", "can be read"),
        check.warn("acme: role", "nobody\x1b[31m", "ask\nNeo"),
        check.fail("slack: token", "bad xoxb-1234-secret", "renew it"),
    ]
    assert doctor.as_table(found).splitlines() == [
        "ok    store         can be read",
        "warn  acme: role    nobody [31m → ask Neo",
        "fail  slack: token  bad xoxb-*** → renew it",
        "",
        "1 of 3 checks failed.",
    ]


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ([check.ok("a", "b")], "Nothing failed: 1 check."),
        ([check.ok("a", "b"), check.warn("a", "b")], "Nothing failed: 2 checks, 1 warning."),
    ],
)
def test_the_last_line_sums_up(found: list[check.Check], words: str) -> None:
    assert words == doctor.as_table(found).splitlines()[-1]


def test_json_is_a_list_of_the_same(run: Run) -> None:
    result = run("doctor", "--format", "json")
    assert 1 == result.exit_code
    rows = json.loads(result.stdout)
    assert {"mark", "about", "found", "mend"} == set(rows[0])
    assert {"fail"} == {row["mark"] for row in rows if "token" in row["about"]}


def test_a_fault_of_the_configuration_comes_first(run: Run, tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("sources: [{name: acme, api_key: '${NOT_THERE}'}]")
    result = run("doctor")
    assert 2 == result.exit_code
    assert "the variable NOT_THERE is not set" in result.stderr


async def test_it_ends_well_where_nothing_failed(tmp_path: Path) -> None:
    async with (
        processes.built(tmp_path) as house,
        processes.started("--config", house.config(), "doctor") as process,
    ):
        assert 0 == await process.ends()
