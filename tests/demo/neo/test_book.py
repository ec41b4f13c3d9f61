from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.demo.neo import book, usage


def stream(number: int, created: int = 0, task: str = "task-1") -> usage.Stream:
    return usage.Stream(
        stream_id=usage.stream_id(number), task_id=task, created=created, email="a@acme.test"
    )


PAID = replace(stream(1), credits=Decimal(1))
BYOK = replace(stream(1), byok=True, llm_cost=Decimal(2), neo_cost=Decimal("0.4"))


def test_a_stream_is_added_only_once() -> None:
    filled = book.Book()
    filled.add(stream(1))

    with pytest.raises(ValueError, match="is in the book already"):
        filled.add(stream(1))


def test_a_removed_stream_is_gone_and_its_task_begins_later() -> None:
    filled = book.Book()
    filled.add(stream(1, 10), stream(2, 20), stream(3, 30))

    filled.remove(usage.stream_id(1))
    assert (2, ["task-1"]) == (len(filled), filled.task_ids(20, 20))
    assert filled.find_stream(usage.stream_id(1)) is None

    filled.remove(usage.stream_id(2))
    filled.remove(usage.stream_id(3))
    assert ([], [], None) == (filled.task_ids(), filled.stream_ids(), filled.find_task("task-1"))
    with pytest.raises(KeyError):
        filled.task("task-1")


def test_a_replaced_stream_moves_in_time_and_to_another_task() -> None:
    filled = book.Book()
    filled.add(stream(1, 10), stream(2, 20))

    filled.replace(stream(1, 30, task="task-2"))

    assert [usage.stream_id(2), usage.stream_id(1)] == filled.stream_ids()
    assert (["task-1"], ["task-2"]) == (filled.task_ids(20, 20), filled.task_ids(30, 30))


def test_a_correction_of_credits_leaves_the_rest() -> None:
    filled = book.Book()
    filled.add(PAID)

    corrected = filled.correct(usage.stream_id(1), Decimal("0.3"))

    assert replace(PAID, credits=Decimal("0.3")) == corrected == filled.stream(usage.stream_id(1))


def test_a_correction_of_a_byok_stream_keeps_the_rate() -> None:
    filled = book.Book()
    filled.add(BYOK)

    corrected = filled.correct(usage.stream_id(1), Decimal(3))
    assert (Decimal(3), Decimal("0.6"), None) == (
        corrected.llm_cost, corrected.neo_cost, corrected.credits,
    )  # fmt: skip

    unpriced = filled.correct(usage.stream_id(1), None)
    assert (None, None) == (unpriced.llm_cost, unpriced.neo_cost)
    with pytest.raises(ValueError, match="no price to scale"):
        filled.correct(usage.stream_id(1), Decimal(1))


def test_streams_of_a_task_can_share_its_time() -> None:
    filled = book.Book(book.Habits(own_times=False))
    filled.add(stream(2, 20), stream(1, 10))
    filled.add(stream(3, 90), stream(4, 40, task="task-2"))

    assert [10, 10, 10] == [each.created for each in filled.streams_of("task-1")]
    assert [40] == [each.created for each in filled.streams_of("task-2")]


steps = st.lists(
    st.tuples(st.integers(0, 7), st.integers(0, 5), st.sampled_from("ab")), max_size=40
)


@given(steps, st.integers(0, 5), st.integers(0, 5), st.booleans())
def test_windows_agree_with_a_plain_scan_after_any_changes(
    changes: list[tuple[int, int, str]], since: int, until: int, inclusive: bool
) -> None:
    filled = book.Book(book.Habits(until_inclusive=inclusive))
    plain: dict[str, usage.Stream] = {}
    for number, created, task in changes:
        changed = stream(number, created, task)
        if changed.stream_id not in plain:
            filled.add(changed)
        elif plain[changed.stream_id] == changed:
            filled.remove(changed.stream_id)
            del plain[changed.stream_id]
            continue
        else:
            filled.replace(changed)
        plain[changed.stream_id] = changed

    def within(created: int) -> bool:
        return since <= created and (created <= until if inclusive else created < until)

    begun = {
        task: min(each.created for each in plain.values() if each.task_id == task)
        for task in {each.task_id for each in plain.values()}
    }
    expected = sorted((each.created, each.stream_id) for each in plain.values())
    assert [key for at, key in expected if within(at)] == filled.stream_ids(since, until)
    assert sorted(task for task, at in begun.items() if within(at)) == sorted(
        filled.task_ids(since, until)
    )
    assert all(
        within(each.created) == filled.covers(each.created, since, until) for each in plain.values()
    )


def test_a_cost_is_what_neo_charges() -> None:
    assert Decimal(1) == PAID.cost
    assert Decimal("0.4") == BYOK.cost
    assert Decimal(0) == stream(1).cost
