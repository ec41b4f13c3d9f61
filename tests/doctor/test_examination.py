"""All checks together: what is well is said to be, nothing is changed, and no secret comes out."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.demo.neo import faults
from bot.doctor.check import Mark
from bot.store.database import Database
from tests import stage
from tests.doctor.ward import Ward

READS = {
    "apps.connections.open",
    "auth.test",
    "conversations.info",
    "conversations.list",
    "usergroups.users.list",
    "users.info",
}


async def test_all_that_is_well_is_told_so(patient: Ward, tmp_path: Path) -> None:
    patient.stream(1)
    patient.slack(app_token="xapp-workbench-0001", app_id="A0NEOBOT")
    found = await patient.examined()
    assert [
        "store",
        "acme: credential",
        "acme: role",
        "acme: usage",
        "acme: usage/tasks",
        "acme: billing/credits",
        "acme: billing/subscription",
        "acme: usage/summary",
        "acme: unit",
        "acme: times (A1)",
        "acme: clock",
        "slack: token",
        "slack: app_id",
        "slack: scopes",
        "slack: app_token",
        "finops: #neo-spend",
        "slack: admin U0ADA",
        "slack: clock",
    ] == list(found)
    assert ["store"] == [about for about, each in found.items() if each.mark is not Mark.OK]


async def test_it_only_reads(patient: Ward) -> None:
    patient.slack(app_token="xapp-workbench-0001", admins=["U0ADA", "S0FINOPS"])
    await patient.examined()
    assert {call.method for call in patient.bench.calls} <= READS
    assert [] == patient.house.neo.log.violations
    assert not patient.house.store.exists()


async def test_it_works_beside_a_bot_that_runs(patient: Ward) -> None:
    database = await Database.open(patient.house.store, write=True)
    try:
        found = await patient.examined()
    finally:
        await database.close()
    assert Mark.OK is found["store"].mark


async def test_nobody_to_tell_is_told(patient: Ward) -> None:
    patient.changes |= {"receivers": {}, "notify": {}}
    assert Mark.WARN is (await patient.examined())["receivers"].mark


async def test_without_slack_nothing_is_asked_of_it(patient: Ward) -> None:
    patient.changes |= {"slack": None, "receivers": {}, "notify": {}}
    assert [] == [about for about in await patient.examined() if about.startswith("slack")]


async def test_no_secret_comes_out(patient: Ward) -> None:
    secret_url = "http://nowhere.invalid/hooks/very-secret"
    patient.changes["receivers"] = {
        "finops": {"slack": "#neo-spend"},
        "pager": {"webhook": {"url": secret_url, "allow_http": True, "secret": "hush-hush"}},
    }
    patient.slack(bot_token="xoxb-wrong", app_token="xapp-wrong")
    patient.house.neo.faults.add(faults.answer(401, f"bad key {stage.KEY}"), times=None)
    said = str(await patient.examined())
    secrets = [stage.KEY, "xoxb-wrong", "xapp-wrong", "very-secret", "hush-hush"]
    assert [] == [each for each in secrets if each in said]


@pytest.mark.parametrize(
    ("off", "mark", "words"),
    [
        pytest.param(timedelta(seconds=10), Mark.OK, "s ahead of it", id="a little"),
        pytest.param(timedelta(minutes=2), Mark.WARN, "s ahead of it", id="minutes"),
        pytest.param(timedelta(hours=-1), Mark.FAIL, "s behind it", id="an hour"),
    ],
)
async def test_clocks_are_held_against_each_other(
    patient: Ward, off: timedelta, mark: Mark, words: str
) -> None:
    right = patient.clock
    patient.clock = lambda: right() + off
    found = await patient.examined()
    clocks = [found["acme: clock"], found["slack: clock"]]
    assert {mark} == {each.mark for each in clocks}
    assert (mark is not Mark.OK) is all("NTP" in each.mend for each in clocks)
    assert [] == [each for each in clocks if words not in each.found]
