"""Slack's side: token, scopes, app, and the way that commands come in."""

from dataclasses import replace

import pytest

from bot.demo.workbench import api
from bot.demo.workbench.mischief import Refuse
from bot.doctor.check import Check, Mark
from tests.doctor.ward import Ward


async def slack(patient: Ward) -> dict[str, Check]:
    return {
        about.removeprefix("slack: "): each
        for about, each in (await patient.examined()).items()
        if about.startswith("slack: ")
    }


def grant(patient: Ward, *more: str, without: str = "") -> None:
    """Changes the scopes of the installed app."""
    workspace = patient.bench.workspace
    scopes = (workspace.app.scopes | set(more)) - {without}
    workspace.app = replace(workspace.app, scopes=scopes)


async def test_a_token_that_slack_refuses_is_all_that_is_told(patient: Ward) -> None:
    patient.slack(bot_token="xoxb-of-somebody")
    found = await slack(patient)
    assert {"token"} == set(found) - {"clock"}
    assert Mark.FAIL is found["token"].mark
    assert "check slack.bot_token" in found["token"].found


async def test_a_slack_that_cannot_be_reached_is_told(patient: Ward) -> None:
    patient.slack(api_url="http://127.0.0.1:1/")
    found = await slack(patient)
    assert ["token"] == list(found), "there is nobody whose clock could be told"
    assert "cannot be reached" in found["token"].found


@pytest.mark.parametrize("key", ["bot_token", "app_token"])
async def test_a_token_whose_file_is_gone_is_told(patient: Ward, key: str) -> None:
    file = patient.house.folder / "token"
    file.write_text("xoxb-workbench-0001")
    patient.slack(**{key: None, f"{key}_file": str(file)})
    read = patient.read()
    file.unlink()
    found = await patient.examined(read)
    about = "slack: token" if key == "bot_token" else "slack: app_token"
    assert Mark.FAIL is found[about].mark
    assert f"slack.{key}: cannot read" in found[about].found


async def test_a_missing_scope_is_named_with_what_it_is_for(patient: Ward) -> None:
    grant(patient, without="files:write")
    found = (await slack(patient))["scopes"]
    assert Mark.FAIL is found.mark
    assert "missing: files:write (to show the chart of a digest)" == found.found
    assert "slack manifest" in found.mend


async def test_a_scope_that_is_not_needed_is_told(patient: Ward) -> None:
    grant(patient, "chat:write.public")
    found = (await slack(patient))["scopes"]
    assert (Mark.OK, True) == (found.mark, found.found.endswith("not needed: chat:write.public"))


async def test_scopes_may_stay_unknown(patient: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "_headers", lambda _bench: {})
    assert Mark.WARN is (await slack(patient))["scopes"].mark


@pytest.mark.parametrize(
    ("app_id", "mark"), [("A0NEOBOT", Mark.OK), ("A0OTHER", Mark.FAIL), ("", None)]
)
async def test_the_token_belongs_to_the_app_that_is_named(
    patient: Ward, app_id: str, mark: Mark | None
) -> None:
    patient.slack(app_id=app_id)
    found = (await slack(patient)).get("app_id")
    assert mark == (found and found.mark)


async def test_the_app_may_stay_unknown(patient: Ward) -> None:
    patient.slack(app_id="A0NEOBOT")
    patient.bench.mischief.add(
        "users.info", Refuse("user_not_found"), when=lambda sent: sent["user"] == "U0NEOBOT"
    )
    assert Mark.FAIL is (await slack(patient))["app_id"].mark


@pytest.mark.parametrize(
    ("token", "mark", "words"),
    [
        ("xapp-workbench-0001", Mark.OK, "opens connections"),
        ("xapp-of-somebody", Mark.FAIL, "check slack.app_token"),
        ("xoxb-workbench-0001", Mark.FAIL, "begins with xapp-"),
    ],
)
async def test_an_app_token_must_open_socket_mode(
    patient: Ward, token: str, mark: Mark, words: str
) -> None:
    patient.slack(app_token=token, signing_secret=None)
    found = (await slack(patient))["app_token"]
    assert (mark, True) == (found.mark, words in found.found)
    assert [] == list(patient.bench.sockets.open)


async def test_a_signing_secret_is_proved_by_slack_alone(patient: Ward) -> None:
    patient.slack(command="/spend")
    found = (await slack(patient))["commands"]
    assert (Mark.OK, True) == (found.mark, found.found.endswith("shows at the first /spend"))
