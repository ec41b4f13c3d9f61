"""Neo's side: credential, role, what is shown, and how it is to be read."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.demo.neo import faults
from bot.demo.neo.accounts import Role
from bot.doctor.check import Check, Mark
from tests import stage
from tests.doctor.ward import Ward

ADA = "ada@acme.test"
OWN_KEYS = {"byok": True, "credits": None, "llm_cost": Decimal(4), "neo_cost": Decimal(1)}


async def neo(patient: Ward) -> dict[str, Check]:
    """The checks of the source, by what they are about."""
    found = await patient.examined()
    name = "acme: "
    return {
        about.removeprefix(name): each for about, each in found.items() if about.startswith(name)
    }


@pytest.mark.parametrize(
    ("break_", "about", "mark", "words"),
    [
        pytest.param(
            lambda ward: ward.house.neo.accounts.expire(stage.KEY),
            "credential",
            Mark.FAIL,
            "answered 401",
            id="refused",
        ),
        pytest.param(
            lambda ward: ward.source(base_url="http://127.0.0.1:1"),
            "usage",
            Mark.FAIL,
            "check base_url",
            id="unreachable",
        ),
        pytest.param(
            lambda ward: ward.house.neo.faults.add(faults.answer(503), times=None),
            "usage",
            Mark.FAIL,
            "answered 503",
            id="broken",
        ),
        pytest.param(
            lambda ward: ward.house.neo.faults.add(
                faults.answer(429, retry_after="600"), times=None
            ),
            "usage",
            Mark.WARN,
            "answered 429",
            id="too many requests",
        ),
    ],
)
async def test_where_nothing_can_be_asked_only_that_is_told(
    patient: Ward, break_: Callable[[Ward], object], about: str, mark: Mark, words: str
) -> None:
    break_(patient)
    found = await neo(patient)
    assert {about} == set(found) - {"clock"}
    assert (mark, True) == (found[about].mark, words in found[about].found)


@pytest.mark.parametrize(
    ("role", "mark", "usage", "words"),
    [
        (Role.ADMIN, Mark.OK, Mark.OK, "everyone's usage"),
        (Role.SOLO, Mark.OK, Mark.OK, "its own usage"),
        (Role.MEMBER, Mark.FAIL, Mark.FAIL, "shows it no usage"),
        (Role.VIEWER, Mark.FAIL, Mark.FAIL, "shows it no usage"),
    ],
)
async def test_a_role_says_what_it_sees(
    patient: Ward, role: Role, mark: Mark, usage: Mark, words: str
) -> None:
    patient.house.neo.accounts.set_role(ADA, role)
    found = await neo(patient)
    assert (mark, usage) == (found["role"].mark, found["usage"].mark)
    assert ADA in found["role"].found
    assert words in found["role"].found
    assert (mark is Mark.FAIL) is ("team admin" in found["role"].mend)


async def test_a_role_of_another_name_that_may_read_usage_is_well(patient: Ward) -> None:
    owner = faults.lie(team={"role": "owner"})
    patient.house.neo.faults.add(owner, when=faults.on("/user"), times=None)
    role = (await neo(patient))["role"]
    assert (Mark.OK, True) == (role.mark, "is owner" in role.found)


@pytest.mark.parametrize("status", [403, 404])
async def test_who_the_credential_is_may_stay_unknown(patient: Ward, status: int) -> None:
    patient.house.neo.accounts.close(ADA, "user", status)
    role = (await neo(patient))["role"]
    assert (Mark.WARN, True) == (role.mark, "counts as `me`" in role.found)


async def test_who_is_shown_emails_is_taken_for_an_admin(patient: Ward) -> None:
    patient.house.neo.accounts.close(ADA, "user", 403)
    patient.stream(1)
    role = (await neo(patient))["role"]
    assert (Mark.OK, True) == (role.mark, "of `unknown`" in role.found)


LOSSES = {
    "usage/tasks": "titles",
    "billing/credits": "runway",
    "billing/subscription": "calendar month",
    "usage/summary": "totals",
}


@pytest.mark.parametrize(("path", "loss"), LOSSES.items(), ids=LOSSES)
@pytest.mark.parametrize("status", [403, 404, 500])
async def test_what_is_lost_without_an_endpoint_is_told(
    patient: Ward, path: str, loss: str, status: int
) -> None:
    patient.house.neo.faults.add(faults.answer(status), when=faults.on(path), times=None)
    found = await neo(patient)
    assert Mark.WARN is found[path].mark
    assert loss in found[path].found
    assert {Mark.OK} == {each.mark for about, each in found.items() if about != path}


async def test_while_streams_are_refused_tasks_stand_in(patient: Ward) -> None:
    patient.house.neo.accounts.close(ADA, "usage/streams", 403)
    found = await neo(patient)
    assert Mark.WARN is found["usage"].mark
    assert "tasks are the ledger" in found["usage"].found
    assert not {"unit", "times (A1)"} & set(found)


@pytest.mark.parametrize(
    ("total", "says"),
    [
        pytest.param(0, "at least 2 streams", id="a total that is wrong"),
        pytest.param(7, ": 7 streams", id="a total"),
    ],
)
async def test_a_page_that_is_not_all_is_not_taken_for_it(
    patient: Ward, total: int, says: str
) -> None:
    for number in (1, 2):
        patient.stream(number)
    more = faults.lie(total=total, has_more=True)
    patient.house.neo.faults.add(more, when=faults.on("/usage/streams"), times=None)
    assert says in (await neo(patient))["usage"].found


async def test_rows_that_cannot_be_read_are_told(patient: Ward) -> None:
    for number in (1, 2):
        patient.stream(number)
    bad = faults.set_fields(slice(0, 1), created_at="yesterday")
    patient.house.neo.faults.add(bad, when=faults.on("/usage/streams"))
    usage = (await neo(patient))["usage"]
    assert (Mark.WARN, True) == (usage.mark, "1 of 2 streams" in usage.found)


@pytest.mark.parametrize("unit", ["credits", "usd"])
async def test_costs_with_own_keys_are_shown_by_both_readings(patient: Ward, unit: str) -> None:
    patient.stream(1, **OWN_KEYS)
    patient.stream(2, **{**OWN_KEYS, "llm_cost": Decimal("0.5")})
    patient.stream(3)
    patient.stream(4, **{**OWN_KEYS, "llm_cost": None, "neo_cost": None})
    patient.changes["money"] = {"byok_unit": unit, "usd_per_credit": 8}
    found = (await neo(patient))["unit"]
    assert "2 BYOK streams is $36.00 read as credits, $4.50 read as usd" in found.found
    assert found.found.endswith(f"byok_unit is {unit}")
    assert "bill" in found.mend


async def test_without_own_keys_the_unit_changes_nothing(patient: Ward) -> None:
    patient.stream(1)
    assert "no BYOK usage" in (await neo(patient))["unit"].found


async def test_the_unit_may_not_be_to_be_had(patient: Ward) -> None:
    when = faults.on("/usage/streams", is_byok="true")
    patient.house.neo.faults.add(faults.answer(500), when=when, times=None)
    assert Mark.WARN is (await neo(patient))["unit"].mark


@pytest.mark.parametrize(
    ("ages", "mark", "words"),
    [
        pytest.param([(1, 2)], Mark.OK, "times of their own", id="they differ"),
        pytest.param([(1, 1), (2, 2), (3, 3)], Mark.WARN, "first seen", id="they are shared"),
        pytest.param([(1,), (2,)], Mark.OK, "cannot be told", id="one stream each"),
    ],
)
async def test_assumption_a1_is_checked_on_live_data(
    patient: Ward, ages: list[tuple[int, ...]], mark: Mark, words: str
) -> None:
    now = patient.clock()
    number = 0
    for task, hours in enumerate(ages):
        for age in hours:
            number += 1
            patient.stream(number, task_id=f"t{task}", created=now - timedelta(hours=age))
    found = (await neo(patient))["times (A1)"]
    assert (mark, True) == (found.mark, words in found.found)
