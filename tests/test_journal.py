"""Log lines are one line each, with every field, and without secrets."""

import asyncio
import io
import json
import logging
from collections.abc import Iterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from typing_extensions import override

from bot import journal

log = logging.getLogger("bot.somewhere")


class Terminal(io.StringIO):
    """A stream that a person looks at."""

    @override
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    """The root logger is left as it was found."""
    root, quiet = logging.getLogger(), logging.getLogger("apscheduler")
    served = logging.getLogger("aiohttp.server")
    before = (root.level, root.handlers[:], quiet.level)
    filters = served.filters[:]
    yield
    served.filters[:] = filters
    root.setLevel(before[0])
    root.handlers[:] = before[1]
    quiet.setLevel(before[2])


def lines(style: str, stream: io.StringIO, level: str = "info") -> list[str]:
    """What one line of each kind looks like."""
    journal.start(level, style, stream)
    log.debug("hidden")
    log.info("poll", extra={"source": "acme", "records": 3, "error": ""})
    try:
        int("neo_sk_verysecretkey0123")
    except ValueError:
        log.exception("tick failed", extra={"token": "xoxb-1234-secret-5678"})
    return stream.getvalue().splitlines()


@pytest.mark.parametrize(
    ("style", "stream", "json_lines"),
    [
        pytest.param("auto", io.StringIO(), True, id="JSON where nobody looks"),
        pytest.param("auto", Terminal(), False, id="text on a terminal"),
        pytest.param("json", Terminal(), True, id="JSON where it is asked for"),
        pytest.param("text", io.StringIO(), False, id="text where it is asked for"),
    ],
)
def test_the_style_fits_the_reader(style: str, stream: io.StringIO, json_lines: bool) -> None:
    assert json_lines == lines(style, stream)[0].startswith("{")


def test_json_has_every_field() -> None:
    first, second = (json.loads(line) for line in lines("json", io.StringIO()))
    assert {"level": "info", "from": "bot.somewhere", "what": "poll"}.items() <= first.items()
    assert {"source": "acme", "records": 3, "error": ""}.items() <= first.items()
    assert first["at"].endswith("+00:00")
    assert "ValueError" in second["trace"]


def test_text_has_the_fields_that_say_something() -> None:
    first, *rest = lines("text", io.StringIO())
    assert first.endswith("info    poll  source=acme records=3")
    assert "ValueError" in "\n".join(rest)


@pytest.mark.parametrize("style", ["text", "json"])
def test_what_came_from_outside_stays_on_its_line(style: str) -> None:
    stream = io.StringIO()
    journal.start("info", style, stream)
    typed = "spend\n12:00:00 error   forged\r\x1b[31mred\u2028end é"
    log.info("command", extra={"typed": typed})
    if style == "json":
        line, _ = stream.getvalue().split("\n")
        assert typed == json.loads(line)["typed"]
    else:
        (line,) = stream.getvalue().splitlines()
        assert line.endswith(r"  typed=spend\n12:00:00 error   forged\r\x1b[31mred\u2028end é")


@pytest.mark.parametrize("style", ["text", "json"])
def test_no_secret_is_in_any_line(style: str) -> None:
    written = "\n".join(lines(style, io.StringIO()))
    assert "verysecret" not in written
    assert "secret-5678" not in written
    assert "***" in written


HOSTILE = {
    "a quoted password": 'error: password="hunter2"',
    "a password in JSON": '{"password": "hunter2", "a": 1}',
    "a password and a backslash": "secret: hunter2\\",
    "a password at the end": "api_key='hunter2",
    "a mapping": {"password": "hunter2", 'x"y': [{"client_secret": 'hunter2"'}]},
    "a number": {"secret": 123, "rows": 3},
    "a key as a name": {"neo_sk_hunter2": ["bearer hunter2"]},
    "an error": ValueError('authorization="Bearer hunter2"'),
    "broken text": "\ud800 password='hunter2\x00'",
}


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE.keys())
def test_every_json_line_can_be_read_and_keeps_no_secret(value: object) -> None:
    stream = io.StringIO()
    journal.start("info", "json", stream)
    log.info("said %s", value, extra={"error": value, "password": "hunter2", "count": 3})
    (line,) = stream.getvalue().splitlines()
    assert {"password": "***", "count": 3}.items() <= json.loads(line).items()
    assert "hunter2" not in line
    assert "***" in json.dumps(json.loads(line)["error"])


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(b"Content-Length: abc\r\n\r\n", id="no length"),
        pytest.param(b"Transfer-Encoding: chunked\r\n\r\nZZ\r\n", id="no chunk"),
        pytest.param(b"X-Long: " + b"a" * 9000 + b"\r\n\r\n", id="a header without end"),
    ],
)
async def test_strangers_who_do_not_speak_http_are_not_told_of(request_: bytes) -> None:
    stream = io.StringIO()
    journal.start("warning", "text", stream)
    async with TestServer(web.Application()) as server:
        reader, writer = await asyncio.open_connection(server.host, server.port)
        writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + request_)
        answer = await reader.read()
        writer.close()
        await writer.wait_closed()
    assert b"400" == answer.split()[1]
    assert "" == stream.getvalue()


async def test_a_fault_of_ours_in_a_handler_is_told_with_its_trace() -> None:
    async def broken(_: web.Request) -> web.Response:
        raise KeyError("ours")

    stream = io.StringIO()
    journal.start("info", "text", stream)
    app = web.Application()
    app.router.add_get("/", broken)
    async with TestClient(TestServer(app)) as client:
        assert 500 == (await client.get("/")).status
    assert "KeyError: 'ours'" in stream.getvalue()


def test_less_important_lines_are_left_out() -> None:
    written = lines("text", io.StringIO(), level="error")
    assert "tick failed" in written[0]


def test_a_tick_that_is_still_under_way_is_no_news() -> None:
    stream = io.StringIO()
    journal.start("debug", "text", stream)
    logging.getLogger("apscheduler.scheduler").warning("maximum number of running instances")
    assert "" == stream.getvalue()


def test_lines_of_one_run_share_their_id() -> None:
    stream = io.StringIO()
    journal.start("info", "json", stream)
    log.info("before")
    with journal.run():
        log.info("poll")
        with journal.run():
            log.info("alert")
        with journal.run("5b1c9d2e"):
            log.info("delivered")
    with journal.run():
        log.info("another poll")
    before, poll, alert, delivered, other = (
        json.loads(line).get("run") for line in stream.getvalue().splitlines()
    )
    assert (None, poll, "5b1c9d2e") == (before, alert, delivered)
    assert 4 == len({before, poll, delivered, other})
