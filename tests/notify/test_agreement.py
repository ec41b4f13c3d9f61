"""What is a difference, how much of it is left, and how it is told."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.notify import agreement
from bot.notify.agreement import About, Agreement, Difference, Told
from rules.metric import Totals
from rules.money import NANO, ZERO, Money
from rules.window import Span

NOW = datetime(2026, 11, 18, 3, tzinfo=UTC)
SPAN = Span(datetime(2026, 7, 21, tzinfo=UTC), NOW)


def usd(dollars: float) -> Money:
    return Money(round(dollars * NANO))


def cost(streams: int = 1, **dollars: float) -> Totals:
    return Totals(streams=streams, **{kind: round(each * NANO) for kind, each in dollars.items()})


def difference(name: str, by: float, left: float = 0, about: About = About.TASK) -> Difference:
    return Difference(about, name, usd(by), ZERO, usd(by), usd(left))


@pytest.mark.parametrize(
    ("neo", "ours", "by"),
    [
        pytest.param(cost(credits=5), cost(credits=5), 0, id="the same"),
        pytest.param(cost(credits=5), cost(credits=4), 1, id="more at Neo"),
        pytest.param(cost(credits=5), cost(credits=7), 2, id="less at Neo"),
        pytest.param(cost(credits=5, llm_cost=1), cost(credits=1, llm_cost=5), 8, id="of other kinds"),
        pytest.param(cost(neo_cost=3), Totals(), 3, id="not in the ledger"),
        pytest.param(cost(credits=7, llm_cost=5), cost(credits=2, llm_cost=5), 0, id="BYOK's base amount in its credits too"),
        pytest.param(cost(llm_cost=5), cost(credits=5, llm_cost=5), 0, id="credits that equal BYOK's base amount"),
        pytest.param(cost(credits=8, llm_cost=5), cost(credits=2, llm_cost=5), 6, id="neither reading"),
        pytest.param(cost(credits=1.000001), cost(credits=1), 0, id="noise of one stream"),
        pytest.param(cost(credits=1.000002), cost(credits=1), 0.000002, id="more than noise of one"),
        pytest.param(cost(credits=1.000002), cost(2, credits=1), 0, id="noise of two streams"),
    ],
)  # fmt: skip
def test_a_task_differs_by_all_that_it_costs(neo: Totals, ours: Totals, by: float) -> None:
    found = agreement.of_task("t", neo, ours)
    assert usd(by) == (found.by if found else ZERO)


def test_a_task_that_neo_does_not_have_differs_by_what_it_cost() -> None:
    assert usd(3) == agreement.gone("t", cost(credits=1, llm_cost=2)).left
    assert ZERO == agreement.gone("t", cost()).by


def told(credits_: float, neo: float | None = 0, llm: float | None = 0, **users: float) -> Told:
    def nano(dollars: float | None) -> int | None:
        return None if dollars is None else round(dollars * NANO)

    by_user = {f"{user}@acme.test": round(each * NANO) for user, each in users.items()}
    return Told(round(credits_ * NANO), nano(neo), nano(llm), by_user)


OURS = {
    "ana@acme.test": cost(2, credits=5, neo_cost=1, llm_cost=4),
    "ben@acme.test": cost(credits=3),
}
NOBODYS = {**OURS, "unknown": cost(credits=2)}


@pytest.mark.parametrize(
    ("neo", "ours", "expected"),
    [
        pytest.param(told(8, 1, 4, ana=5, ben=3), OURS, {}, id="the same"),
        pytest.param(told(9, 1, 4, ana=6, ben=3), OURS, {"credits": 1, "ana@acme.test": 1}, id="a person's"),
        pytest.param(told(8, 2, 3), OURS, {"neo_cost": 1, "llm_cost": 1}, id="of BYOK, and nothing of people"),
        pytest.param(told(8, None, None), OURS, {}, id="nothing of BYOK"),
        pytest.param(told(8, 1, 4, ana=8), OURS, {"ana@acme.test": 3, "ben@acme.test": 3}, id="someone else's"),
        pytest.param(told(8, 1, 4, ana=5, ben=3, eve=1), OURS, {"eve@acme.test": 1}, id="somebody new"),
        pytest.param(told(10, 1, 4, ana=5, ben=5), NOBODYS, {}, id="whose the rows without an email are"),
        pytest.param(told(10, 1, 4, ana=5, ben=6), NOBODYS, {"ben@acme.test": 3}, id="more than such rows come to"),
        pytest.param(told(10, 1, 4, ana=4, ben=3), NOBODYS, {"ana@acme.test": 1}, id="less than the rows with it"),
        pytest.param(told(8.000003, 1, 4), OURS, {}, id="noise of three streams"),
        pytest.param(told(8, 1, 4, ana=5.000002, ben=3.000002), OURS, {"ben@acme.test": 0.000002}, id="noise of two"),
    ],
)  # fmt: skip
def test_totals_differ_by_kind_and_by_person(
    neo: Told, ours: dict[str, Totals], expected: dict[str, float]
) -> None:
    found = {each.name: each.by for each in agreement.of_totals(neo, ours)}
    assert {name: usd(by) for name, by in expected.items()} == found


def test_what_is_left_is_what_differs_still() -> None:
    before = [difference("a", 5, 5), difference("b", 3, 3), difference("c", 2, 2)]
    after = [difference("b", 1, 1), difference("new", 4, 4)]
    found = agreement.merged(before, after)
    assert [("a", 0), ("b", 1), ("c", 0), ("new", 4)] == [
        (each.name, each.left.nano // NANO) for each in found
    ]
    assert [5, 2, 2, 0] == [each.healed.nano // NANO for each in found]


def test_what_stays_is_told_by_what_the_ledger_has_since_it_was_read_again() -> None:
    before = agreement.of_task("t-9", cost(credits=7), cost(credits=2))
    after = agreement.of_task("t-9", cost(credits=7), cost(credits=5))
    assert before
    assert after
    found = agreement.conclude(NOW, SPAN, (1, agreement.merged([before], [after])), None)
    assert "by $2.00: task t-9 (Neo $7.00, the ledger $5.00)" in agreement.words(found)
    assert usd(3) == found.healed


def concluded(tasks: list[Difference], others: list[Difference] | None, **more: Any) -> Agreement:
    return agreement.conclude(NOW, SPAN, (7, tasks), others, **more)


def test_the_largest_of_tasks_people_and_totals_is_the_drift() -> None:
    tasks = [difference("a", 5, 2), difference("b", 1, 1)]
    people = [difference("ana", 4, 4, About.USER), difference("ben", 2, 2, About.USER)]
    found = concluded(tasks, [*people, difference("credits", 5, 5, About.TOTAL)])
    assert (usd(6), usd(3)) == (found.drift, found.healed)
    assert ["credits", "ana", "a", "ben", "b"] == [each.name for each in found.differences]
    assert "a" in [each.name for each in found.staying]
    assert (7, True) == (found.tasks, found.totals)


def test_what_is_healed_by_totals_is_more_than_what_tasks_showed() -> None:
    others = [difference("ana", 3, 1, About.USER), difference("credits", 4, 0, About.TOTAL)]
    assert usd(9) == concluded([difference("a", 5)], others).healed


def test_only_so_many_differences_are_kept_by_name() -> None:
    found = concluded([difference(f"t{number}", number, number) for number in range(60)], None)
    assert (50, 10) == (len(found.differences), found.more)
    assert usd(sum(range(60))) == found.drift
    assert agreement.words(found).endswith("+57 more")


def test_where_neo_tells_nothing_nothing_is_known() -> None:
    found = agreement.conclude(NOW, SPAN, None, None, ["why"])
    assert (False, ZERO, ("why",)) == (found.known, found.drift, found.notes)
    assert agreement.conclude(NOW, SPAN, (0, []), None).known
    assert agreement.conclude(NOW, SPAN, None, []).known


def test_it_is_told_by_name_and_with_what_to_do() -> None:
    ours = Difference(About.TASK, "t-9", usd(7), usd(2), usd(5), usd(5))
    people = [difference("ana@acme.test", 1, 1, About.USER)]
    found = concluded([ours], [*people, difference("credits", 1, 1, About.TOTAL)])
    said = (
        "differs from Neo's own totals by $5.00: task t-9 (Neo $7.00, the ledger $2.00),"
        " total credits (Neo $1.00, the ledger $0.00), ana@acme.test (Neo $1.00, the ledger $0.00)"
    )
    assert said == agreement.words(found)
    assert agreement.remedy(found, "acme").startswith(f"The ledger of acme {said}. Reading")
    assert "Ask Neo's support" in agreement.remedy(found, "acme")
    well = concluded([difference("a", 5)], [])
    assert "" == agreement.words(well) == agreement.remedy(well, "acme")
