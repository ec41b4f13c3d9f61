import json
from pathlib import Path
from typing import Any

import pytest

from bot import config

_SLACK = {"bot_token": "xoxb-1", "signing_secret": "secret"}


@pytest.mark.parametrize(
    ("sections", "told"),
    [
        pytest.param({"slack": _SLACK}, [], id="nothing to say of what works"),
        pytest.param({"notify": {"quiet": {"days": ["sat"]}}}, [], id="nothing of quiet times"),
        pytest.param(
            {"notify": {"heartbeat": {"url": "https://hc.acme.test/1"}}},
            [],
            id="nothing of the heartbeat",
        ),
        pytest.param(
            {"slack": {"bot_token": "xoxb-1", "app_token": "xapp-1"}},
            [],
            id="nothing of Socket Mode",
        ),
        pytest.param({"poll": {"every": "30s", "settle": "1h"}}, [], id="nothing of poll"),
        pytest.param({"store": {"keep": "90d"}}, [], id="nothing of pruning"),
        pytest.param({"store": {"backups": "3"}}, [], id="nothing of backups"),
        pytest.param(
            {
                "receivers": {"ops": {"webhook": {"url": "https://alerts.acme.test/in"}}},
                "rules": [
                    {
                        "name": "a",
                        "metric": "streams",
                        "window": "day",
                        "thresholds": {"info": "1"},
                        "repeat": "4h",
                    }
                ],
            },
            [],
            id="nothing of repeats",
        ),
        pytest.param(
            {"slack": _SLACK, "receivers": {"owner": {"slack": "dm"}}},
            ["the rules data-age, drift"],
            id="nobody to tell that Neo cannot be read",
        ),
        pytest.param(
            {
                "slack": _SLACK,
                "receivers": {"owner": {"slack": "dm"}, "finops": {"slack": "#neo-spend"}},
            },
            [],
            id="a channel beside a person",
        ),
    ],
)
def test_a_setting_without_effect_is_told(
    sections: dict[str, Any], told: list[str], tmp_path: Path
) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(json.dumps(sections), encoding="utf-8")
    said = config.unheeded(config.load(path, {}))
    assert told == [line.partition(":")[0].partition(" and ")[0] for line in said]
