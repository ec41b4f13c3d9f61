from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.notify.answer import SourceLine, StatusAnswer

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SOURCE = SourceLine("acme", "admin", NOW, 12.0, False, True, "", 900, 3, 2)
WELL = StatusAnswer("1.0.0", (SOURCE,), 7, (), 3, 2, NOW, 0, NOW, "UTC")


@pytest.mark.parametrize(
    ("status", "well"),
    [
        pytest.param(WELL, True, id="open alerts and waiting messages are no illness"),
        pytest.param(replace(WELL, faults=("rules.yaml:3: …",)), False, id="a refused file"),
        pytest.param(replace(WELL, undeliverable=1), False, id="an undeliverable message"),
        pytest.param(replace(WELL, backup_error="the disk is full"), False, id="no backup"),
        pytest.param(
            replace(WELL, sources=(SOURCE, replace(SOURCE, stale=True))), False, id="a stale source"
        ),
        pytest.param(
            replace(WELL, sources=(replace(SOURCE, error="refused"),)), False, id="a source's error"
        ),
    ],
)
def test_when_the_bot_is_well(status: StatusAnswer, well: bool) -> None:
    assert well == status.well
