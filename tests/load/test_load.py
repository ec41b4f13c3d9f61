"""A tiny form of `make load`: that it still runs, and tells what was missed."""

import pytest

from bot.clock import SystemClock
from bot.demo.workbench import acme
from bot.demo.workbench.bench import Bench
from bot.demo.workbench.workspace import Workspace
from tests.load import __main__ as load
from tests.load.__main__ import TINY, Seen
from tests.load.asking import Asking

FINE = Seen({"0", "1", "2", "3", "4"}, {"0", "1", "2", "3", "4"}, [70.0, 90.0, 71.0])


@pytest.mark.slow
def test_it_runs_and_everybody_is_answered(capsys: pytest.CaptureFixture[str]) -> None:
    load.main("--tiny")
    told = dict(line.rsplit("  ", 1) for line in capsys.readouterr().out.splitlines())
    figures = {what.strip(): figure.strip() for what, figure in told.items()}
    assert int(figures["commands, 10 a second"]) > 10
    assert "0" == figures["commands that failed"]
    assert figures["evaluations, one in 1 s"][0] in "123456789"


def asked(*took: float, failed: str = "") -> Asking:
    asking = Asking(Bench(Workspace(acme.directory(), now=SystemClock().now)), ["U0ANA"], ["U0ADA"])
    asking.took = list(took)
    asking.failed = [failed] if failed else []
    return asking


@pytest.mark.parametrize(
    ("asking", "seen", "verdict"),
    [
        pytest.param(asked(0.1, 3.0), FINE, "ok", id="all is well"),
        pytest.param(asked(0.1, 3.1), FINE, "MISS", id="an answer was late"),
        pytest.param(asked(0.1, failed="no"), FINE, "MISS", id="somebody got none"),
        pytest.param(
            asked(0.1),
            Seen({"0", "1", "2", "3"}, FINE.polled, [1.0]),
            "MISS",
            id="a tick was missed",
        ),
        pytest.param(asked(0.1), Seen(FINE.judged, {"0"}, [1.0]), "MISS", id="polls were missed"),
        pytest.param(
            asked(0.1), Seen(FINE.judged, FINE.polled, [70.0, 78.0]), "MISS", id="memory grew"
        ),
    ],
)
def test_it_tells_what_was_missed(
    asking: Asking, seen: Seen, verdict: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (verdict != "ok") == load.told(TINY, asking, seen)
    assert verdict == capsys.readouterr().out.split()[-1]
