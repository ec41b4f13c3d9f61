"""`demo`: what it takes and refuses; tests/demo/test_browser.py runs it."""

import asyncio
import socket
from contextlib import AbstractAsyncContextManager, closing
from typing import Any

import aiohttp
import pytest

from tests.cli import processes
from tests.cli.conftest import Run


@pytest.mark.slow
async def test_over_socket_mode_what_people_type_reaches_the_bot_too() -> None:
    async with (
        processes.started("demo", "--port", "0", "--socket") as demo,
        aiohttp.ClientSession() as session,
    ):
        url = await demo.printed(r"Slack workbench +(http://\S+)")
        async with asyncio.timeout(processes.PATIENCE):
            while not (link := await _json(session.get(f"{url}/page/link")))["isOpen"]:
                await asyncio.sleep(0.01)
        assert (True, 1) == (link["isSocket"], link["sockets"])
        typed = {"viewer": "U0ADA", "channel": "C0SPEND", "text": "/neo-budget help"}
        answer = await _json(session.post(f"{url}/page/lines", json=typed))
        assert {"ok": True, "error": ""} == answer


async def _json(asking: AbstractAsyncContextManager[aiohttp.ClientResponse]) -> dict[str, Any]:
    async with asking as response:
        found: dict[str, Any] = await response.json()
        return found


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
