"""One task."""

from datetime import timedelta

import pytest

from bot.answers import task
from bot.answers.who import Asker
from bot.neo.detail import TaskDetail
from bot.notify.answer import Origin, Refusal, StreamLine, TaskAnswer, ToolLine
from bot.store import tasks
from bot.store.connection import Connection
from tests.answers import world
from tests.answers.world import ADMIN, AS_ANA, NOBODY, NOW, usd
from tests.store import usage


def told(**facts: str) -> TaskDetail:
    """What Neo says now; it knows more than the ledger."""
    plain = {"id": "t-ana", "title": "Assess the shop", "user": world.ANA, "status": "aborted"}
    listed = usage.task(**{**plain, **facts})
    record = world.spent(99, world.hours(1), usd(100), tools=(("bash", 7, 1),), agents=(("a", 1),))
    return TaskDetail(listed, record, ())


def ask(db: Connection, task_id: str = "t-ana", asker: Asker = ADMIN) -> TaskAnswer:
    found = task.answer(db, asker, task_id)
    assert isinstance(found, TaskAnswer)
    return found


def test_the_ledger_tells_what_it_knows(db: Connection) -> None:
    found = ask(db)
    assert ("Assess the shop", world.ANA, Origin.SILENT) == (found.title, found.user, found.origin)
    assert usd("77.01") == found.split.spend
    assert (ToolLine("bash", 3, 900), ToolLine("nuclei", 1, 50)) == found.tools
    assert (("recon", 2),) == found.agents
    assert StreamLine(NOW - timedelta(hours=1), "completed", usd(20), "") == found.timeline[-1]
    assert [usd(50), usd(7), usd("0.01"), usd(20)] == [line.cost for line in found.timeline]


def test_neo_is_believed_where_it_answers(db: Connection) -> None:
    found = task.answer(db, AS_ANA, " t-ana ", told())
    assert isinstance(found, TaskAnswer)
    assert (Origin.LIVE, usd(100), "aborted") == (found.origin, found.split.spend, found.status)
    assert (4, 0) == (len(found.timeline), found.more_streams)


def test_a_task_that_is_not_listed_yet_goes_by_its_last_stream(db: Connection) -> None:
    found = ask(db, "t-ben")
    assert ("", "failed", "timed out", True) == (found.title, found.status, found.error, found.byok)
    assert NOW - timedelta(hours=50) == found.created


def test_earlier_streams_and_rarer_tools_are_counted(empty: Connection) -> None:
    world.add(
        empty,
        [
            world.spent(n, world.hours(n + 1), usd(1), tools=((f"tool{n:02}", 1, 1),))
            for n in range(12)
        ],
    )
    found = ask(empty)
    assert (10, 2, 10, 2) == (
        len(found.timeline),
        found.more_streams,
        len(found.tools),
        found.more_tools,
    )
    assert usd(12) == found.split.spend


@pytest.mark.parametrize(
    ("asker", "task_id"),
    [
        pytest.param(ADMIN, "t-nobody", id="there is no such task"),
        pytest.param(ADMIN, "t-*", id="a pattern is not an id"),
        pytest.param(AS_ANA, "t-ben", id="it is somebody else's"),
        pytest.param(NOBODY, "t-ana", id="nobody knows who asks"),
    ],
)
def test_what_may_not_be_seen_is_not_told_apart_from_what_is_not_there(
    db: Connection, asker: Asker, task_id: str
) -> None:
    words = f'There is no task "{task_id}" among those that you may see.'
    assert Refusal(words, denied=not asker.admin) == task.answer(db, asker, task_id)


@pytest.mark.parametrize(
    "other", [told(user=world.BEN), told(id="t-x")], ids=["another's", "another task"]
)
def test_what_neo_says_of_something_else_is_left_aside(db: Connection, other: TaskDetail) -> None:
    found = task.answer(db, AS_ANA, "t-ana", other)
    assert isinstance(found, TaskAnswer)
    assert Origin.GONE is found.origin


def test_the_listing_of_another_source_is_not_shown_to_who_may_not_see_it(db: Connection) -> None:
    tasks.put(db, [usage.task(source="aaa", id="t-ana", title="Secret", user=world.BEN)])
    assert "Assess the shop" == ask(db, asker=AS_ANA).title


def test_an_empty_ledger_has_only_what_neo_says(empty: Connection) -> None:
    assert isinstance(task.answer(empty, ADMIN, "t-ana"), Refusal)
    found = task.answer(empty, ADMIN, "t-ana", told())
    assert isinstance(found, TaskAnswer)
    assert ((), 0) == (found.timeline, found.more_streams)
