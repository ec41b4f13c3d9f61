"""A process that asks signed commands over some connections, as often as it is told to: what it costs is not ours."""

import asyncio
import itertools
import json
import sys
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlencode

from bot.slack import signature
from tests.bench.measure import ROOT, Figures

_HOST = "127.0.0.1"
_NUMBERS = itertools.count()


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be asked: by whom, and what they type; each over any of `askers` connections, one after another."""

    port: int
    team: str
    secret: str
    stamp: int
    said: Sequence[tuple[str, str]]
    askers: int = 8


Ask = Callable[[Order], Coroutine[Any, Any, Figures]]


@asynccontextmanager
async def asking() -> AsyncIterator[Ask]:
    """A process that asks, and says what it saw: answers a second, and seconds that one took."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.bench.asking"),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    taking, telling = process.stdin, process.stdout
    if taking is None or telling is None:
        raise RuntimeError("no pipes")

    async def ask(order: Order) -> Figures:
        taking.write(json.dumps(asdict(order)).encode() + b"\n")
        told = await telling.readline()
        if not told:
            raise RuntimeError("the asking process failed")
        figures: Figures = json.loads(told)
        return figures

    try:
        yield ask
    finally:
        taking.close()
        await process.wait()


async def _ask(order: Order) -> Figures:
    """Asks, each connection again as soon as it has its answer."""
    requests = [_request(order, *each) for each in order.said][::-1]
    took: list[float] = []
    begun = time.perf_counter()
    await asyncio.gather(*(_connection(order.port, requests, took) for _ in range(order.askers)))
    total = time.perf_counter() - begun
    took.sort()
    return {"per_second": len(took) / total, "p99": took[int(0.99 * len(took))]}


async def _connection(port: int, requests: list[bytes], took: list[float]) -> None:
    reader, writer = await asyncio.open_connection(_HOST, port)
    while requests:
        request = requests.pop()
        begun = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
        body = await reader.readexactly(length)
        took.append(time.perf_counter() - begun)
        if not head.startswith(b"HTTP/1.1 200") or b"text" not in body:
            raise RuntimeError(f"no answer: {head!r} {body[:200]!r}")
    writer.close()


def _request(order: Order, user: str, text: str) -> bytes:
    fields = {
        "team_id": order.team,
        "user_id": user,
        "command": "/neo-budget",
        "text": text,
        "trigger_id": str(next(_NUMBERS)),  # no request is like another, as with Slack
        "response_url": "https://hooks.slack.com/commands/1",
    }
    body, stamp = urlencode(fields).encode(), str(order.stamp)
    head = (
        f"POST /slack/commands HTTP/1.1\r\nHost: {_HOST}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n"
        f"X-Slack-Request-Timestamp: {stamp}\r\n"
        f"X-Slack-Signature: {signature.sign(body, order.secret, stamp)}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _main() -> None:
    for line in sys.stdin:
        print(json.dumps(asyncio.run(_ask(Order(**json.loads(line))))), flush=True)


if __name__ == "__main__":
    _main()
