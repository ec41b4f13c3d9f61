from typing import Any

from bot.demo.neo import state, usage


async def test_a_stream_is_written_as_the_contract_says(ask: Any) -> None:
    (row,) = (await ask(f"usage/streams?stream_id={usage.stream_id(1)}")).body["data"]

    assert {
        "task_id": "task-a",
        "stream_id": usage.stream_id(1),
        "stream_count": 1,
        "task_title": "Scan",
        "email": "ana@acme.test",
        "model": "claude-sonnet-4-5",
        "status": "completed",
        "error_message": None,
        "created_at": "2026-03-20T14:30:00.000000Z",
        "is_byok": False,
        "neo_credits": 1.25,
        "llm_cost": None,
        "neo_cost": None,
        "step_count": 3,
        "avg_step_latency_ms": 300,
        "llm_time_ms": 900,
        "tool_time_ms": 350,
        "total_execution_ms": 1500,
        "tool_calls": 3,
        "tool_breakdown": {
            "httpx": {"calls": 2, "total_duration_ms": 300},
            "bash": {"calls": 1, "total_duration_ms": 50},
        },
        "agent_triggers": 2,
        "agent_breakdown": {"recon": 2},
    } == row


async def test_a_byok_stream_carries_its_costs_in_place_of_credits(ask: Any) -> None:
    (row,) = (await ask("usage/streams?is_byok=true")).body["data"]

    assert (True, None, 2, 0.4) == (
        row["is_byok"], row["neo_credits"], row["llm_cost"], row["neo_cost"],
    )  # fmt: skip


async def test_a_task_adds_its_streams_up(ask: Any) -> None:
    (row,) = (await ask("usage/tasks?task_id=task-a")).body["data"]

    assert {
        "task_id": "task-a",
        "stream_count": 2,
        "task_title": "Scan",
        "email": "ana@acme.test",
        "model": "gpt-5",
        "status": "completed",
        "error_message": None,
        "created_at": "2026-03-20T14:30:00.000000Z",
        "is_byok": False,
        "neo_credits": 2,
        "llm_cost": None,
        "neo_cost": None,
        "step_count": 4,
        "avg_step_latency_ms": 250,
        "llm_time_ms": 1000,
        "tool_time_ms": 450,
        "total_execution_ms": 1700,
        "tool_calls": 4,
        "tool_breakdown": {
            "httpx": {"calls": 3, "total_duration_ms": 400},
            "bash": {"calls": 1, "total_duration_ms": 50},
        },
        "agent_triggers": 4,
        "agent_breakdown": {"recon": 3, "triage": 1},
    } == row


async def test_a_task_alone_tells_every_tool_call(ask: Any) -> None:
    listed = (await ask("usage/tasks?task_id=task-a")).body["data"][0]
    alone = (await ask("usage/tasks/task-a")).body
    begin = usage.micros(usage.moment(1774017000_000_000)) // 1000

    history = alone.pop("tool_call_history")
    assert listed == alone
    assert ["httpx", "httpx", "bash", "httpx"] == [call["tool_name"] for call in history]
    assert [0, 1, 2, 3] == [call["index"] for call in history]
    assert {"index": 1, "tool_name": "httpx", "timestamp": begin + 150, "duration_ms": 150} == (
        history[1]
    )


async def test_a_task_takes_its_status_from_its_latest_stream(ask: Any, neo: state.Neo) -> None:
    neo.book.set_status(usage.stream_id(2), "error", "overloaded")
    row = (await ask("usage/tasks/task-a")).body
    assert ("error", "overloaded") == (row["status"], row["error_message"])

    neo.book.set_status(usage.stream_id(1), "aborted")
    assert (await ask("usage/tasks/task-a")).body["status"] == "error"


async def test_a_blocked_task_is_found_among_tasks_only(ask: Any, neo: state.Neo) -> None:
    neo.book.set_task_status("task-a", "blocked")

    assert ["task-a"] == [
        row["task_id"] for row in (await ask("usage/tasks?status=blocked")).body["data"]
    ]
    streams = (await ask("usage/streams?task_id=task-a")).body["data"]
    assert {"completed"} == {row["status"] for row in streams}

    neo.book.set_task_status("task-a", None)
    assert (await ask("usage/tasks?status=blocked")).body["total"] == 0


async def test_an_unpriced_stream_has_a_null_cost(ask: Any, neo: state.Neo) -> None:
    neo.book.correct(usage.stream_id(1), None)
    neo.book.correct(usage.stream_id(2), None)

    (row,) = (await ask(f"usage/streams?stream_id={usage.stream_id(1)}")).body["data"]
    assert row["neo_credits"] is None
    assert (await ask("usage/tasks/task-a")).body["neo_credits"] is None
