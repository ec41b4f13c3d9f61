"""What the configuration names in Slack is there: channels, admins, people."""

from dataclasses import replace

import pytest

from bot.demo.workbench.directory import UserGroup
from bot.demo.workbench.mischief import RateLimited
from bot.doctor.check import Mark
from tests.doctor.test_slack import grant
from tests.doctor.ward import Ward


@pytest.mark.parametrize(
    ("address", "mark", "words"),
    [
        ("#neo-spend", Mark.OK, "the bot is in #neo-spend"),
        ("C0SPEND", Mark.OK, "the bot is in #neo-spend"),
        ("G0LEADS", Mark.OK, "the bot is in #sec-leads"),
        ("D0ANA", Mark.OK, "the bot is in #D0ANA"),
        ("#nowhere", Mark.FAIL, "check the name, or invite the bot"),
        ("#neo-pilot", Mark.FAIL, "archived"),
        ("#general", Mark.FAIL, "not in the channel"),
        ("G0BOARD", Mark.FAIL, "private and the bot is not in it"),
        ("C0NOWHERE", Mark.FAIL, "the channel does not exist"),
    ],
)
async def test_a_channel_is_there_and_the_bot_is_in_it(
    patient: Ward, address: str, mark: Mark, words: str
) -> None:
    patient.receive({"slack": address})
    found = (await patient.examined())[f"finops: {address}"]
    assert (mark, True) == (found.mark, words in found.found)


async def test_names_lead_nowhere_without_the_scope_to_list(patient: Ward) -> None:
    grant(patient, without="groups:read")
    found = (await patient.examined())["finops: #neo-spend"]
    assert (Mark.WARN, True) == (found.mark, "scopes" in found.found)


async def test_direct_messages_name_no_channel(patient: Ward) -> None:
    patient.changes["receivers"] = {"finops": {"slack": "#neo-spend"}, "owner": {"slack": "dm"}}
    assert [] == [about for about in await patient.examined() if about.startswith("owner")]


@pytest.mark.parametrize(
    ("admin", "mark"),
    [
        ("admin U0ADA", Mark.OK),
        ("admin U0NOBODY", Mark.FAIL),
        ("admin U0ERIN", Mark.FAIL),
        ("admins S0FINOPS", Mark.OK),
        ("admins S0EMPTY", Mark.WARN),
        ("admins S0NOBODY", Mark.FAIL),
    ],
)
async def test_admins_are_there(patient: Ward, admin: str, mark: Mark) -> None:
    workspace = patient.bench.workspace
    groups = (*workspace.directory.groups, UserGroup("S0EMPTY", "empty", "Empty", ()))
    workspace.directory = replace(workspace.directory, groups=groups)
    patient.slack(admins=[admin.split()[1]])
    assert mark is (await patient.examined())[f"slack: {admin}"].mark


async def test_without_admins_nobody_sees_the_team(patient: Ward) -> None:
    patient.slack(admins=[])
    assert Mark.WARN is (await patient.examined())["slack: admins"].mark


async def test_people_are_there_one_line_for_all_and_one_for_each_who_is_not(patient: Ward) -> None:
    patient.changes["people"] = {"a@x.test": "U0ANA", "b@x.test": "U0BEN", "c@x.test": "U0ERIN"}
    found = await patient.examined()
    assert "2 of 3 are there" == found["people"].found
    assert Mark.FAIL is found["people: c@x.test"].mark
    assert "people: a@x.test" not in found


async def test_only_missing_people_need_no_line_for_all(patient: Ward) -> None:
    patient.changes["people"] = {"c@x.test": "U0NOBODY"}
    found = await patient.examined()
    assert ["people: c@x.test"] == [about for about in found if about.startswith("people")]


@pytest.mark.parametrize(
    ("method", "about"),
    [
        ("conversations.info", "finops: #neo-spend"),
        ("conversations.list", "finops: #neo-spend"),
        ("usergroups.users.list", "slack: admins S0FINOPS"),
        ("users.info", "people: a@x.test"),
    ],
)
async def test_what_slack_will_not_tell_just_now_is_no_fault(
    patient: Ward, method: str, about: str
) -> None:
    patient.slack(admins=["S0FINOPS"])
    patient.changes["people"] = {"a@x.test": "U0ANA"}
    patient.bench.mischief.add(method, RateLimited(30))
    found = (await patient.examined())[about]
    assert (Mark.WARN, True) == (found.mark, "asks to wait" in found.found)
