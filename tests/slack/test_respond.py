from dataclasses import replace

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port

from bot.notify.notification import SinkError
from bot.slack import respond
from bot.slack.blocks import Message

ANSWER = Message("hello", [])


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        pytest.param("https://hooks.slack.com/commands/T1/2", True, id="Slack's own"),
        pytest.param("https://hooks.slack.com:443/x", True, id="with its port"),
        pytest.param("https://hooks.slack.com:8443/x", False, id="at a port of its own"),
        pytest.param("https://hooks.slack.com./x", False, id="with a dot behind"),
        pytest.param("https://hooks.slack.com\\@evil.test/", False, id="a backslash"),
        pytest.param("https://evil.test\\@hooks.slack.com/", False, id="another backslash"),
        pytest.param("https://:x@hooks.slack.com/", False, id="a password alone"),
        pytest.param("https://hooks.slack.com:99999/", False, id="a port that is none"),
        pytest.param("http://hooks.slack.com/commands", False, id="not https"),
        pytest.param("https://evil.test/hooks.slack.com", False, id="another host"),
        pytest.param("https://hooks.slack.com.evil.test/", False, id="a longer host"),
        pytest.param("https://hooks.slack.com@evil.test/", False, id="a user that looks like it"),
        pytest.param("https://me@hooks.slack.com/", False, id="credentials in the address"),
        pytest.param("http://127.0.0.1:8080/response", True, id="http on this machine"),
        pytest.param("ftp://127.0.0.1/", False, id="another scheme"),
        pytest.param("https://hooks.slack.com:x/", False, id="a port in letters"),
        pytest.param("https://answers.acme.test:8443/x", True, id="a host and its port"),
        pytest.param("https://ANSWERS.acme.test:8443/x", True, id="in capitals"),
        pytest.param("https://answers.acme.test/x", False, id="such a host without its port"),
        pytest.param("https://answers.acme.test:8444/x", False, id="at another port"),
        pytest.param("https://me@answers.acme.test:8443/", False, id="its port and credentials"),
        pytest.param("http://answers.acme.test:8443/x", False, id="its port and not https"),
        pytest.param("https://[::1", False, id="no address at all"),
        pytest.param("", False, id="nothing"),
    ],
)
def test_answers_go_to_allowed_hosts_only(url: str, expected: bool) -> None:
    hosts = ("Hooks.Slack.com", "127.0.0.1", "Answers.acme.test:8443")
    assert expected == respond.is_allowed(url, hosts)


def test_an_answer_is_for_the_asker_alone() -> None:
    assert "ephemeral" == respond.payload(ANSWER)["response_type"]


def test_what_is_public_is_for_the_channel() -> None:
    assert "in_channel" == respond.payload(replace(ANSWER, public=True))["response_type"]


@pytest.mark.parametrize(
    ("statuses", "calls", "words"),
    [
        pytest.param([200], 1, "", id="taken"),
        pytest.param([503, 200], 2, "", id="taken at the second try"),
        pytest.param([500, 502, 503], 3, "status 503", id="Slack stumbles"),
        pytest.param([404], 1, "status 404", id="an address that has expired"),
        pytest.param([302], 1, "status 302", id="a redirect is not followed"),
    ],
)
async def test_only_what_slack_fumbled_is_tried_again(
    session: aiohttp.ClientSession, statuses: list[int], calls: int, words: str
) -> None:
    asked: list[object] = []

    async def take(request: web.Request) -> web.Response:
        asked.append(await request.json())
        return web.Response(
            status=statuses[len(asked) - 1], headers={"Location": "http://evil.test/"}
        )

    app = web.Application()
    app.router.add_post("/hook", take)
    async with TestServer(app) as server:
        sent = respond.answer(session, str(server.make_url("/hook")), ANSWER, ["127.0.0.1"])
        if words:
            with pytest.raises(SinkError, match=words):
                await sent
        else:
            await sent
    assert [respond.payload(ANSWER)] * calls == asked


@pytest.mark.parametrize(("public", "calls"), [(True, 1), (False, 3)], ids=["for all", "for one"])
@pytest.mark.parametrize("how", ["the reply is lost", "a gateway is broken"])
async def test_what_the_channel_may_see_already_is_not_sent_again(
    session: aiohttp.ClientSession, public: bool, calls: int, how: str
) -> None:
    asked: list[object] = []

    async def take(request: web.Request) -> web.Response:
        asked.append(await request.json())
        if how == "the reply is lost" and request.transport:
            request.transport.abort()
        return web.Response(status=502)

    app = web.Application()
    app.router.add_post("/hook", take)
    async with TestServer(app) as server:
        url = str(server.make_url("/hook"))
        with pytest.raises(SinkError):
            await respond.answer(session, url, replace(ANSWER, public=public), ["127.0.0.1"])
    assert calls == len(asked)


async def test_a_public_answer_that_surely_did_not_arrive_is_tried_again(
    session: aiohttp.ClientSession,
) -> None:
    tries: list[str] = []

    async def count(*_: object) -> None:
        tries.append("request")

    session.trace_configs.append(tracing := aiohttp.TraceConfig())
    tracing.on_request_start.append(count)
    tracing.freeze()
    url = f"http://127.0.0.1:{unused_port()}/"
    with pytest.raises(SinkError, match="a lost connection"):
        await respond.answer(session, url, replace(ANSWER, public=True), ["127.0.0.1"])
    assert 3 == len(tries)


def test_only_what_replaces_a_message_says_so_and_only_what_has_a_thread_names_it() -> None:
    plain, instead = respond.payload(ANSWER), respond.payload(replace(ANSWER, replaces=True))
    threaded = respond.payload(replace(ANSWER, public=True, thread="17.1"))
    assert (False, True) == (plain["replace_original"], instead["replace_original"])
    assert ("in_channel", "17.1") == (threaded["response_type"], threaded["thread_ts"])
    assert "thread_ts" not in plain


async def test_a_lost_connection_is_said(session: aiohttp.ClientSession) -> None:
    with pytest.raises(SinkError, match="a lost connection"):
        await respond.answer(session, f"http://127.0.0.1:{unused_port()}/", ANSWER, ["127.0.0.1"])


@pytest.mark.parametrize("url", ["https://evil.test/x", "https://[::1"])
async def test_another_host_gets_nothing(session: aiohttp.ClientSession, url: str) -> None:
    with pytest.raises(SinkError, match=r"slack\.response_hosts"):
        await respond.answer(session, url, ANSWER, ["hooks.slack.com"])
