"""Seeded usage as pages of JSON, the way Neo sends it; one page a line."""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random

from bot.neo import page
from bot.neo.pricing import Pricing
from bot.neo.settings import MoneySettings
from rules.record import Record
from tests.bench import measure
from tests.bench.measure import Figures

SOURCE = "acme"
USERS = 10_000
END = datetime(2026, 11, 20, 12, tzinfo=UTC)
_DAYS = timedelta(days=120)
_SIZE = 200
_MODELS = ("claude-sonnet-4", "claude-opus-4", "gpt-5", "gemini-2.5-pro")
_TOOLS = ("bash", "http_request", "nuclei", "httpx", "subfinder", "browser", "read_file", "search")
_AGENTS = ("recon", "exploit", "report", "triage")
_KINDS = 3_000
"""Rows differ in who, what and when; of all else there are so many kinds."""

_UNDER_WAY, _NEW = 50, 0.35
"""Tasks that people work on at once, and the share of streams that begin another one."""

convert = partial(Pricing.of(SOURCE, MoneySettings()).record, owner="unknown")


def write(path: str, count: str) -> Figures:
    """So many records over 120 days, evenly; a few people use most."""
    chance, number = Random(7), int(count)
    kinds = [_kind(chance) for _ in range(_KINDS)]
    tasks: list[str] = []
    with Path(path).open("w", encoding="utf-8") as file:
        for start in range(0, number, _SIZE):
            rows = [
                f"{{{_task(chance, tasks)},{_stream(chance, place / number)},{chance.choice(kinds)}"
                for place in range(start, min(start + _SIZE, number))
            ]
            more = "true" if start + _SIZE < number else "false"
            file.write(f'{{"data":[{",".join(rows)}],"total":{number},"has_more":{more}}}\n')
    return {"bytes": Path(path).stat().st_size}


def bodies(path: str | Path) -> Iterator[bytes]:
    with Path(path).open("rb") as file:
        yield from file


def latest(path: str | Path, count: int) -> list[Record]:
    """The records of the last so many pages, oldest first. What comes before is not even read."""
    with Path(path).open("rb") as file:
        widest = len(file.readline()) * 2
        file.seek(max(0, file.seek(0, os.SEEK_END) - count * widest))
        bodies_ = file.read().splitlines()[-count:]
    return [record for body in bodies_ for record in page.parse(body, convert).records]


def batches(path: str | Path, size: int) -> Iterator[list[Record]]:
    """The records of a file, as the bot reads them."""
    waiting: list[Record] = []
    for body in bodies(path):
        waiting += page.parse(body, convert).records
        if len(waiting) >= size:
            yield waiting
            waiting = []
    if waiting:
        yield waiting


def _task(chance: Random, tasks: list[str]) -> str:
    """A task that is under way, or a new one."""
    if tasks and chance.random() > _NEW:
        return chance.choice(tasks)
    if len(tasks) == _UNDER_WAY:
        del tasks[chance.randrange(_UNDER_WAY)]
    user = int(USERS * chance.random() ** 2)
    title = f"Assess https://app-{chance.randrange(10**5)}.acme.test for broken access control"
    tasks.append(
        f'"task_id":"{_uuid(chance)}","task_title":"{title}","email":"user{user:05d}@acme.test"'
    )
    return tasks[-1]


def _stream(chance: Random, passed: float) -> str:
    at = END - _DAYS * (1 - passed)
    return (
        f'"stream_id":"{_uuid(chance)}","stream_count":1,"created_at":"{at:%Y-%m-%dT%H:%M:%S.%fZ}"'
    )


def _uuid(chance: Random) -> str:
    bits = f"{chance.getrandbits(128):032x}"
    return f"{bits[:8]}-{bits[8:12]}-4{bits[13:16]}-8{bits[17:20]}-{bits[20:]}"


def _kind(chance: Random) -> str:
    """All that a row says of the work itself, without the brace that opens it."""
    byok = chance.random() < 0.2
    status = chance.choices(["completed", "error", "failed", "aborted"], [88, 5, 4, 3])[0]
    tools = {
        name: {"calls": chance.randrange(1, 30), "total_duration_ms": chance.randrange(90_000)}
        for name in chance.sample(_TOOLS, chance.randrange(1, 5))
    }
    agents = {name: chance.randrange(1, 5) for name in chance.sample(_AGENTS, chance.randrange(3))}
    facts = {
        "model": chance.choice(_MODELS),
        "status": status,
        "error_message": "upstream timed out" if status in ("error", "failed") else None,
        "is_byok": byok,
        "neo_credits": None if byok else round(chance.lognormvariate(-3, 1), 6),
        "llm_cost": round(chance.lognormvariate(-3, 1), 6) if byok else None,
        "neo_cost": round(chance.lognormvariate(-5, 1), 6) if byok else None,
        "step_count": chance.randrange(1, 60),
        "avg_step_latency_ms": chance.randrange(500, 9_000),
        "llm_time_ms": chance.randrange(1_000, 400_000),
        "tool_time_ms": sum(use["total_duration_ms"] for use in tools.values()),
        "total_execution_ms": chance.randrange(2_000, 900_000),
        "tool_calls": sum(use["calls"] for use in tools.values()),
        "tool_breakdown": tools,
        "tool_call_history": None,
        "agent_triggers": sum(agents.values()),
        "agent_breakdown": agents,
    }
    return json.dumps(facts, separators=(",", ":"))[1:]


MEASURES: measure.Measures = {"write": write}

if __name__ == "__main__":
    measure.tell(MEASURES)
