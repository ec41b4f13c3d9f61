"""`slack manifest`: what Slack has to be told."""

import json
from pathlib import Path

from tests.cli.conftest import Run


def test_the_manifest_goes_by_the_configuration(run: Run) -> None:
    found = json.loads(run("slack", "manifest").stdout)
    assert "/spend" == found["features"]["slash_commands"][0]["command"]
    assert found["settings"]["socket_mode_enabled"] is True


def test_over_http_it_names_where_the_bot_is(run: Run) -> None:
    text = Path("config.yaml").read_text()
    Path("config.yaml").write_text(text.replace("app_token: xapp-1", "signing_secret: s"))
    found = json.loads(run("slack", "manifest", "--url", "https://bot.acme.test/").stdout)
    assert "https://bot.acme.test/slack/commands" == found["features"]["slash_commands"][0]["url"]


def test_without_slack_it_says_what_is_missing(run: Run) -> None:
    Path("config.yaml").write_text("timezone: UTC\n")
    found = run("slack", "manifest")
    assert (1, "") == (found.exit_code, found.stdout)
    assert "config.yaml has no section `slack`" in found.stderr
