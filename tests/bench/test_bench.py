"""A tiny form of `make bench`: that every row is still measured, whatever it comes to on so little."""

import pytest

from bot.slack import verbs
from tests.bench import __main__ as bench


@pytest.mark.slow
def test_every_row_is_measured(capsys: pytest.CaptureFixture[str]) -> None:
    rows = bench.main("--tiny")
    assert len(rows) == len(capsys.readouterr().out.splitlines()) - 2
    exact = {row.what: row for row in rows}
    assert exact["rows written by 100 unchanged pages"].holds
    assert exact["messages for 200 alerts at once"].holds
    told = [row.what for row in rows if "this one answer" in row.what]
    assert [f"`{verb}`, read for this one answer" for verb in verbs.VERBS] == told
    assert all(row.ratio > 0 for row in rows if row.goal or row.what in told)
    assert exact["replay: 2 days × 10 users × 20 rules"].ratio > 1


@pytest.mark.parametrize(
    ("ratio", "goal", "least", "says"),
    [
        pytest.param(2.0, 2, False, "ok", id="a limit may be reached"),
        pytest.param(2.1, 2, False, "MISS", id="and not be passed"),
        pytest.param(0.3, 0.28, True, "ok", id="some figures are to be large"),
        pytest.param(0.2, 0.28, True, "MISS", id="and are too small"),
    ],
)
def test_a_row_says_whether_its_goal_holds(
    ratio: float, goal: float, least: bool, says: str
) -> None:
    assert str(bench.Row("what", "1", "2", ratio, goal, least)).endswith(f"  {says}")


def test_a_row_without_a_goal_only_says_what_it_costs() -> None:
    row = bench.Row("what", "1", "2", 1_800)
    assert row.holds
    assert ["what", "1", "2", "1,800", "–", "–"] == str(row).split()
