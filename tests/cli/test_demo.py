"""`demo`: one command shows alerts and a digest, and answers what is typed."""

import asyncio
import re
import signal
import socket
from contextlib import closing
from typing import Any

import aiohttp
import pytest

from tests.cli import processes
from tests.cli.conftest import Run

TOLD = ("spend past the limit", "error rate of", "platform cost of", "digest")


async def _url(process: processes.Process) -> str:
    assert process.running.stdout is not None
    async with asyncio.timeout(processes.PATIENCE):
        while line := (await process.running.stdout.readline()).decode():
            if found := re.search(r"Slack workbench +(http://\S+)", line):
                return found[1]
    raise AssertionError("it ended without saying where the workbench is")


async def _texts(session: aiohttp.ClientSession, url: str) -> list[str]:
    async with session.get(f"{url}/page/state", params={"viewer": "U0ADA"}) as response:
        state: dict[str, Any] = await response.json()
    return [message["text"] for message in state["messages"]]


def _told(texts: list[str]) -> bool:
    return all(any(words in text.lower() for text in texts) for words in TOLD)


@pytest.mark.slow
async def test_it_shows_alerts_and_a_digest_and_answers_a_command() -> None:
    async with (
        processes.started("demo", "--port", "0") as process,
        aiohttp.ClientSession() as session,
    ):
        url = await _url(process)
        async with asyncio.timeout(processes.PATIENCE):
            while not _told(await _texts(session, url)):
                await asyncio.sleep(0.1)
        (digest,) = (text for text in await _texts(session, url) if "digest" in text.lower())
        assert "quiet" not in digest
        typed = {"viewer": "U0ADA", "channel": "#neo-spend", "text": "/neo-budget top users"}
        async with session.post(f"{url}/page/lines", json=typed) as response:
            assert 200 == response.status
        async with asyncio.timeout(processes.PATIENCE):
            while not any("top users" in text.lower() for text in await _texts(session, url)):
                await asyncio.sleep(0.1)
        assert 0 == await process.ends(signal.SIGTERM)
    assert "" == process.said


def test_it_takes_a_configuration_as_every_command_does(run: Run) -> None:
    found = run("demo", "--config", "elsewhere.yaml", "--port", "many")
    assert 2 == found.exit_code
    assert "many" in found.stderr
    assert "No such option" not in found.stderr


def test_it_does_not_offer_what_it_does_not_read(run: Run) -> None:
    assert "--config" not in run("demo", "--help").stdout
    assert "--config" in run("check", "--help").stdout


@pytest.mark.parametrize("port", ["-1", "65536"])
def test_its_port_must_be_one(run: Run, port: str) -> None:
    found = run("demo", "--port", port)
    assert 2 == found.exit_code
    assert "0<=x<=65535" in found.stderr


def test_a_port_that_is_taken_is_one_sentence(run: Run) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        found = run("demo", "--port", str(port))
    assert 1 == found.exit_code
    assert (
        f"Error: cannot listen on 127.0.0.1:{port}: Address already in use;"
        " choose another with --port; 0 is any free one\n"
    ) == found.stderr


def test_its_port_must_be_a_number(run: Run) -> None:
    found = run("demo", "--port", "many")
    assert 2 == found.exit_code
    assert "many" in found.stderr
