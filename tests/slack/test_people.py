from dataclasses import replace
from datetime import timedelta

import aiohttp
import pytest
from aiohttp import web as http
from aiohttp.test_utils import TestServer
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.workbench import mischief
from bot.demo.workbench.bench import Bench
from bot.notify.notification import SinkError
from bot.slack.people import Directory, Person
from tests.slack import samples

NOW = samples.at(13, 5)


@pytest.fixture
def directory(web: AsyncWebClient) -> Directory:
    return Directory(web, ["U0BEN", "S0FINOPS"], {"Dev@Neo.test": "U0DEV"})


@pytest.mark.parametrize(
    ("user", "expected"),
    [
        pytest.param("U0ANA", Person("U0ANA", "ana@acme.test", "UTC"), id="a colleague"),
        pytest.param(
            "U0DEV", Person("U0DEV", "dev@neo.test", "Asia/Kolkata"), id="one of the people map"
        ),
        pytest.param("U0NEOBOT", None, id="a bot"),
        pytest.param("U0GUEST", None, id="someone of another team"),
        pytest.param("U0ERIN", None, id="someone who left"),
        pytest.param("U0NOBODY", None, id="an unknown id"),
    ],
)
async def test_who_asks(directory: Directory, user: str, expected: Person | None) -> None:
    found = await directory.person(user, NOW)
    assert expected == (found and replace(found, zone=expected.zone if expected else "", teams=()))


async def test_a_zone_comes_from_the_profile(directory: Directory) -> None:
    found = await directory.person("U0CHLOE", NOW)
    assert found is not None
    assert "Europe/Paris" == found.zone


@pytest.mark.parametrize(
    ("user", "expected"),
    [
        pytest.param("U0BEN", True, id="named"),
        pytest.param("U0CHLOE", True, id="in a named group"),
        pytest.param("U0ANA", False, id="neither"),
        pytest.param("U0GUEST", False, id="a stranger"),
    ],
)
async def test_who_is_an_admin(directory: Directory, user: str, expected: bool) -> None:
    assert expected == await directory.is_admin(user, NOW)


async def test_people_and_groups_are_remembered_for_five_minutes(
    bench: Bench, directory: Directory
) -> None:
    for minutes, calls in ((0, 1), (4, 1), (5, 2)):
        at = NOW + timedelta(minutes=minutes)
        await directory.person("U0ANA", at)
        await directory.is_admin("U0ANA", at)
        assert calls == len(bench.calls_of("users.info"))
        assert calls == len(bench.calls_of("usergroups.users.list"))


async def test_when_slack_does_not_answer_nobody_is_known(
    bench: Bench, directory: Directory
) -> None:
    bench.mischief.add("users.info", mischief.Broken())
    with pytest.raises(SinkError):
        await directory.person("U0ANA", NOW)
    assert await directory.person("U0ANA", NOW) is not None


async def test_a_group_that_slack_refuses_for_good_is_empty_and_is_told(
    bench: Bench, web: AsyncWebClient, caplog: pytest.LogCaptureFixture
) -> None:
    directory = Directory(web, ["S0GONE", "S0FINOPS"], {})
    for minutes, calls in ((0, 1), (4, 1), (5, 2)):
        at = NOW + timedelta(minutes=minutes)
        assert not await directory.is_admin("U0ANA", at)
        assert await directory.is_admin("U0CHLOE", at)
        asked = [sent["usergroup"] for sent in bench.calls_of("usergroups.users.list")]
        assert calls == asked.count("S0GONE")
    told = [(record.levelname, record.__dict__["group"]) for record in caplog.records]
    assert [("WARNING", "S0GONE")] * 2 == told
    assert "no_such_subteam" in str(caplog.records[0].__dict__["error"])


async def test_a_group_that_slack_does_not_answer_for_is_not_taken_for_empty(
    bench: Bench, directory: Directory
) -> None:
    bench.mischief.add("usergroups.users.list", mischief.RateLimited(3))
    with pytest.raises(SinkError):
        await directory.is_admin("U0CHLOE", NOW)
    assert await directory.is_admin("U0CHLOE", NOW)


async def test_the_own_team_is_asked_for_once(bench: Bench, directory: Directory) -> None:
    assert ["T0ACME"] * 3 == [await directory.team() for _ in range(3)]
    assert 1 == len(bench.calls_of("auth.test"))


@pytest.mark.parametrize(
    ("user", "known"),
    [
        pytest.param({"team_id": "T0ACME"}, True, id="of our team"),
        pytest.param({}, True, id="of no team that is told: the workspace found them by their id"),
        pytest.param({"team_id": "T0OTHER"}, False, id="of another team"),
        pytest.param(
            {"team_id": "T0HOME", "enterprise_user": {"teams": ["T0HOME", "T0ACME"]}},
            True,
            id="of another workspace of the organisation, and of ours",
        ),
        pytest.param(
            {"team_id": "T0HOME", "enterprise_user": {"teams": ["T0HOME"]}},
            False,
            id="of another workspace of the organisation only",
        ),
        pytest.param(
            {"is_stranger": True, "enterprise_user": {"teams": ["T0ACME"]}},
            False,
            id="marked a stranger all the same",
        ),
        pytest.param({"team_id": "T0ACME", "is_stranger": True}, False, id="marked a stranger"),
        pytest.param({"team_id": "T0ACME", "is_bot": True}, False, id="marked a bot"),
    ],
)
async def test_people_of_other_teams_are_nobody(
    session: aiohttp.ClientSession, user: dict[str, object], known: bool
) -> None:
    async def answer(request: http.Request) -> http.Response:
        shown = {"id": "U1", "profile": {}, **user}
        return http.json_response({"ok": True, "team_id": "T0ACME", "user": shown})

    app = http.Application()
    app.router.add_post("/api/{method}", answer)
    app.router.add_get("/api/{method}", answer)
    async with TestServer(app) as server:
        web = AsyncWebClient("xoxb-1", str(server.make_url("/api/")), session=session)
        found = await Directory(web, [], {}).person("U1", NOW)
    assert known == (found is not None)
    assert found is None or found.zone == ""


async def test_a_hidden_email_is_none(bench: Bench, directory: Directory) -> None:
    app = bench.workspace.app
    hidden = replace(app, scopes=app.scopes - {"users:read.email"})
    bench.workspace.directory = replace(bench.workspace.directory, app=hidden)
    bench.workspace.app = hidden
    found = await directory.person("U0ANA", NOW)
    assert found is not None
    assert found.email is None
