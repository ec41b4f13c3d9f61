from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from bot.demo.neo import book, pages, query, state, usage

T30, T20, T15, T10 = (f"2026-03-20T14:{minute}:00Z" for minute in (30, 40, 45, 50))


def numbers(answered: Any) -> list[int]:
    known = {usage.stream_id(number): number for number in range(1, 10)}
    return [known[row["stream_id"]] for row in answered.body["data"]]


def tasks(answered: Any) -> list[str]:
    return [row["task_id"] for row in answered.body["data"]]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        pytest.param("", [2, 4, 3, 1], id="newest first"),
        pytest.param("sort=created_at", [2, 4, 3, 1], id="newest first when said"),
        pytest.param("sort=cost", [1, 2, 3, 4], id="dearest first"),
        pytest.param("task_id=task-a", [2, 1], id="by task"),
        pytest.param("task_id=task-none", [], id="by a task that is not"),
        pytest.param(f"stream_id={usage.stream_id(3)}", [3], id="by stream"),
        pytest.param(f"stream_id={usage.stream_id(3).upper()}", [3], id="by stream in capitals"),
        pytest.param(f"stream_id={usage.stream_id(9)}", [], id="by a stream that is not"),
        pytest.param(f"stream_id={usage.stream_id(3)}&task_id=task-a", [], id="by both, at odds"),
        pytest.param("status=failed", [4], id="by status"),
        pytest.param("model=gpt-5", [2, 3], id="by model"),
        pytest.param("model=gpt", [], id="the model is exact"),
        pytest.param("email=wei@acme.test", [3], id="by email"),
        pytest.param("email=WEI@acme.test", [], id="the email is exact"),
        pytest.param("is_byok=false", [2, 4, 1], id="without BYOK"),
        pytest.param(f"from={T20}", [2, 4, 3], id="from is inclusive"),
        pytest.param(f"to={T20}", [3, 1], id="to is inclusive"),
        pytest.param(f"from={T20}&to={T20}", [3], id="one instant"),
        pytest.param(f"from={T20}&to={T15}&status=failed", [4], id="a window and a status"),
        pytest.param(f"task_id=task-a&to={T20}", [1], id="a task and a window"),
        pytest.param("from=2026-03-20T15:45:00%2B01:00", [2, 4], id="another offset"),
        pytest.param("limit=2", [2, 4], id="the first page"),
        pytest.param("limit=2&offset=3", [1], id="the last page"),
        pytest.param("offset=9", [], id="behind the end"),
        pytest.param("sort=cost&limit=1&offset=1&is_byok=false", [2], id="a page of some, by cost"),
    ],
)
async def test_streams_are_picked_and_sorted(ask: Any, question: str, expected: list[int]) -> None:
    assert expected == numbers(await ask(f"usage/streams?{question}"))


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        pytest.param("", ["task-f", "task-w", "task-a"], id="newest first"),
        pytest.param("search=TASK-W", ["task-w"], id="search in ids, any case"),
        pytest.param("search=Ana@", ["task-f", "task-a"], id="search in emails, any case"),
        pytest.param("search=zzz", [], id="search in vain"),
        pytest.param("status=failed", ["task-f"], id="by status"),
        pytest.param("model=gpt-5", ["task-w", "task-a"], id="by the model of the latest stream"),
        pytest.param("is_byok=true", ["task-w"], id="by BYOK"),
        pytest.param("email=wei@acme.test", ["task-w"], id="by email"),
        pytest.param("task_id=task-f", ["task-f"], id="by id"),
        pytest.param("task_id=task-zzz", [], id="by an id that is not"),
        pytest.param(f"task_id=task-f&to={T20}", [], id="by an id outside the window"),
        pytest.param(f"from={T10}", [], id="a task is dated by its first stream"),
        pytest.param(f"from={T30}&to={T20}", ["task-w", "task-a"], id="both edges are inclusive"),
        pytest.param("limit=1&offset=1", ["task-w"], id="a page"),
    ],
)
async def test_tasks_are_picked(ask: Any, question: str, expected: list[str]) -> None:
    assert expected == tasks(await ask(f"usage/tasks?{question}"))


@pytest.mark.parametrize(
    ("question", "total", "more"),
    [
        pytest.param("limit=3", 4, True, id="a page of more"),
        pytest.param("limit=4", 4, False, id="exactly one page"),
        pytest.param("limit=2&offset=2", 4, False, id="the last page"),
        pytest.param("limit=1&email=ana@acme.test", 3, True, id="of those picked"),
        pytest.param("offset=100", 4, False, id="behind the end"),
    ],
)
async def test_a_page_tells_the_total_and_whether_there_is_more(
    ask: Any, question: str, total: int, more: bool
) -> None:
    page = (await ask(f"usage/streams?{question}")).body
    assert (total, more) == (page["total"], page["has_more"])


async def test_undocumented_habits_can_be_turned_round(ask: Any, neo: state.Neo) -> None:
    neo.book.habits = book.Habits(descending=False, until_inclusive=False)

    assert [1, 3, 4, 2] == numbers(await ask("usage/streams"))
    assert [4, 3, 2, 1] == numbers(await ask("usage/streams?sort=cost"))
    assert [1] == numbers(await ask(f"usage/streams?to={T20}"))
    assert [] == numbers(await ask(f"usage/streams?stream_id={usage.stream_id(3)}&to={T20}"))
    assert ["task-a"] == tasks(await ask(f"usage/tasks?to={T20}"))


class Counted(int):
    """A time that counts how often it is compared."""

    compared = 0

    def __eq__(self, other: object) -> bool:
        Counted.compared += 1
        return int(self) == other

    def __lt__(self, other: int) -> bool:
        Counted.compared += 1
        return int(self) < other

    __hash__ = int.__hash__


def many(count: int) -> Iterator[usage.Stream]:
    for number in range(count):
        yield usage.Stream(
            stream_id=usage.stream_id(number),
            task_id=f"task-{number}",
            created=Counted(number * 1000),
            email="ana@acme.test",
        )


@pytest.mark.parametrize("list_page", [pages.streams, pages.tasks])
def test_a_window_is_found_without_looking_at_every_record(list_page: Any) -> None:
    large = book.Book()
    large.add(*many(20_000))
    asked = query.Query(since=5_000_000, until=5_300_000, limit=200)
    list_page(large, replace(asked, limit=1))
    Counted.compared = 0

    page = list_page(large, asked)

    assert (200, 301, True) == (len(page.records), page.total, page.has_more)
    assert Counted.compared < 150
