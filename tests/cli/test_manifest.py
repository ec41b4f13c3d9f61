"""`slack manifest`: what Slack has to be told."""

import json
from pathlib import Path

import pytest
import yaml

from tests.cli.conftest import Run

URL = "https://bot.acme.test/"


def slash(run: Run, **environ: str) -> str:
    """The name of the command in the manifest."""
    found = run("slack", "manifest", "--url", URL, **environ)
    assert (0, "") == (found.exit_code, found.stderr)
    name: str = json.loads(found.stdout)["features"]["slash_commands"][0]["command"]
    return name


def test_it_names_the_command_and_where_the_bot_is(run: Run) -> None:
    found = json.loads(run("slack", "manifest", "--url", URL).stdout)
    [command] = found["features"]["slash_commands"]
    assert ("/spend", f"{URL}slack/commands") == (command["command"], command["url"])


@pytest.mark.parametrize(
    ("url", "says"),
    [("http://bot.acme.test", "only over https"), ("bot.acme.test", "expected an address")],
)
def test_slack_reaches_the_bot_over_https_alone(run: Run, url: str, says: str) -> None:
    found = run("slack", "manifest", "--url", url)
    assert (2, "") == (found.exit_code, found.stdout)
    assert says in found.stderr


def test_buttons_are_pressed_where_commands_are_given(run: Run) -> None:
    found = json.loads(run("slack", "manifest", "--url", URL).stdout)
    assert {"is_enabled": True, "request_url": f"{URL}slack/interactions"} == found["settings"][
        "interactivity"
    ]


def test_with_socket_mode_slack_needs_no_address(run: Run) -> None:
    found = json.loads(run("slack", "manifest", "--socket").stdout)
    assert found["settings"]["socket_mode_enabled"] is True
    assert found["settings"]["interactivity"] == {"is_enabled": True}
    assert "http" not in json.dumps(found)


@pytest.mark.parametrize("transport", [("--socket",), ("--url", URL)], ids=" ".join)
def test_both_forms_say_the_same(run: Run, transport: tuple[str, ...]) -> None:
    as_json, as_yaml = (
        run("slack", "manifest", *transport, "--format", form).stdout for form in ("json", "yaml")
    )
    assert json.loads(as_json) == yaml.safe_load(as_yaml)
    assert as_yaml.startswith("display_information:\n  name: Neo budget bot\n")


def test_socket_mode_and_an_address_are_not_for_one_app(run: Run) -> None:
    found = run("slack", "manifest", "--socket", "--url", URL)
    assert (2, "") == (found.exit_code, found.stdout)
    assert "with --socket Slack needs no --url" in found.stderr


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("timezone: UTC\n", "/neo-budget", id="no section"),
        pytest.param("slack: {bot_token: '${NOT_SET}'}\n", "/neo-budget", id="no command"),
        pytest.param(
            "sources: [{api_key: '${NOT_SET}'}]\nslack: {command: /money, bot_token: '${NOT_SET}'}\n",
            "/money",
            id="secrets that are not set yet",
        ),
        pytest.param("slack: {command: '${SLASH:-/cost}'}\n", "/cost", id="a variable"),
    ],
)
def test_a_configuration_that_is_not_whole_will_do(run: Run, text: str, expected: str) -> None:
    Path("config.yaml").write_text(text)
    assert expected == slash(run)


def test_without_a_configuration_the_command_has_its_usual_name(run: Run) -> None:
    Path("config.yaml").unlink()
    assert "/neo-budget" == slash(run)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param(
            "slack:\n  command: money\n",
            "config.yaml:2:12: expected a slash command, such as /neo-budget\n",
            id="no slash command",
        ),
        pytest.param(
            "slack:\n  command: ${NOT_SET}\n",
            "config.yaml:2:12: the variable NOT_SET is not set: set it, or give a default: ${NOT_SET:-…}\n",
            id="a variable that is not set",
        ),
        pytest.param("slack: [\n", "config.yaml:", id="no YAML"),
    ],
)
def test_a_command_that_cannot_be_read_is_a_fault(run: Run, text: str, says: str) -> None:
    Path("config.yaml").write_text(text)
    found = run("slack", "manifest")
    assert (2, "") == (found.exit_code, found.stdout)
    assert found.stderr.startswith(says)
