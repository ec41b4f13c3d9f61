"""users.* and usergroups.*, by slack-sdk's own client."""

import dataclasses

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.workbench.bench import Bench
from tests.demo.workbench.stand_ins import refusal


async def test_a_person_is_found_by_email_in_any_case(slack: AsyncWebClient) -> None:
    assert "U0ANA" == (await slack.users_lookupByEmail(email="Ana@Acme.test"))["user"]["id"]


@pytest.mark.parametrize("email", ["nobody@acme.test", "erin@acme.test", "gus@partner.test"])
async def test_strangers_and_those_who_left_are_not_found_by_email(
    slack: AsyncWebClient, email: str
) -> None:
    assert "users_not_found" == await refusal(slack.users_lookupByEmail(email=email))


async def test_a_person_has_a_zone_a_team_and_an_email(slack: AsyncWebClient) -> None:
    user = (await slack.users_info(user="U0BEN"))["user"]

    assert ("America/New_York", -18_000) == (user["tz"], user["tz_offset"])
    assert "ben@acme.test" == user["profile"]["email"]
    assert "T0PARTNER" == (await slack.users_info(user="U0GUEST"))["user"]["team_id"]
    assert "user_not_found" == await refusal(slack.users_info(user="U404"))


async def test_who_is_at_home_in_another_workspace_of_the_organisation_is_a_member(
    bench: Bench, slack: AsyncWebClient
) -> None:
    gus = bench.workspace.people["U0GUEST"]
    bench.workspace.people[gus.id] = dataclasses.replace(gus, teams=("T0PARTNER", "T0ACME"))
    user = (await slack.users_info(user=gus.id))["user"]

    assert ("T0PARTNER", False) == (user["team_id"], user["is_stranger"])
    assert ["T0PARTNER", "T0ACME"] == user["enterprise_user"]["teams"]
    assert gus.id == (await slack.users_lookupByEmail(email="gus@partner.test"))["user"]["id"]
    assert gus.id in {each["id"] for each in (await slack.users_list())["members"]}
    assert "enterprise_user" not in (await slack.users_info(user="U0ANA"))["user"]


async def test_emails_are_hidden_without_their_scope(bench: Bench, slack: AsyncWebClient) -> None:
    app = bench.workspace.app
    bench.workspace.app = dataclasses.replace(app, scopes=app.scopes - {"users:read.email"})

    assert "email" not in (await slack.users_profile_get(user="U0BEN"))["profile"]


async def test_the_people_of_the_workspace_are_listed_in_pages(slack: AsyncWebClient) -> None:
    pages = [page["members"] async for page in await slack.users_list(limit=4)]
    ids = [member["id"] for page in pages for member in page]

    assert ["U0ADA", "U0ANA", "U0BEN", "U0CHLOE", "U0DEV", "U0ERIN", "U0NEOBOT"] == ids


async def test_groups_tell_their_members(slack: AsyncWebClient) -> None:
    [group] = (await slack.usergroups_list(include_users=True))["usergroups"]

    assert ["U0ADA", "U0CHLOE"] == group["users"]
    assert group["users"] == (await slack.usergroups_users_list(usergroup=group["id"]))["users"]
    assert "no_such_subteam" == await refusal(slack.usergroups_users_list(usergroup="S404"))
